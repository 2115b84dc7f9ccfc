/** A plugin whose file is replaced, or removed, while a process uses it: the process continues with what it has loaded. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { cpuPluginForTests } from "../testing.ts";

const plugin = cpuPluginForTests();

Deno.test({
  name: "a process computes with its plugin after the plugin's file was replaced",
  ignore: plugin === undefined || Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = join(folder, "plugin.so");
    await Deno.copyFile(plugin!, path);
    const source = `import { loadPlugin } from ${JSON.stringify(new URL("./mod.ts", import.meta.url).href)};
      const plugin = loadPlugin(${JSON.stringify(path)});
      console.log("loaded");
      await Deno.stdin.read(new Uint8Array(1));
      const client = plugin.createClient({ cpu_device_count: 1 });
      const type = "tensor<4xf32>";
      const program = await client.compile(\`module { func.func public @main(%a: \${type}) -> \${type} {
        %0 = stablehlo.add %a, %a : \${type}
        return %0 : \${type} } }\`);
      const sum = program.execute([[client.upload(Float32Array.of(1, 2, 3, 4), [4], "f32")]])[0][0];
      console.log([...new Float32Array((await sum.read()).slice().buffer)].join(" "));`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--no-check", source],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    let said = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (said !== "loaded\n") continue;
      await Deno.writeTextFile(join(folder, "new"), "another");
      await Deno.rename(join(folder, "new"), path); // as an installation replaces it
      const writer = child.stdin.getWriter();
      await writer.write(new Uint8Array(1));
      await writer.close();
    }
    assert.equal(said, "loaded\n2 4 6 8\n");
    assert.equal((await child.status).code, 0);
    await Deno.remove(folder, { recursive: true });
  },
});
