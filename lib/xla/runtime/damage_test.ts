/** Installations that were damaged, or never finished: told from whole ones, put right, and nothing left behind. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { addRuntime } from "./add.ts";
import { damageOf, findInstalled, listInstalled, manifestName } from "./installed.ts";
import { platform } from "./table.ts";
import type { Runtime } from "./types.ts";

const content = "a plugin of some size ".repeat(100);

/** A runtime in an archive on a server that sends so many bytes a tenth of a second; undefined: all at once. */
async function served(pace?: number) {
  const archive = new Uint8Array(gzipSync(
    await packTar([{ header: { name: "libtest.so", size: content.length }, body: content }]),
    { level: 0 },
  ));
  const body = () => {
    let sent = 0;
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (pace !== undefined) await new Promise((resolve) => setTimeout(resolve, 100));
        controller.enqueue(archive.slice(sent, sent + (pace ?? archive.length)));
        sent += pace ?? archive.length;
        if (sent >= archive.length) controller.close();
      },
    });
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response(body()));
  const folder = await Deno.makeTempDir();
  const sha256 = createHash("sha256").update(archive).digest("hex");
  const url = `http://127.0.0.1:${server.addr.port}/a.tar.gz`;
  const runtime: Runtime = {
    name: "cpu",
    what: "tests",
    version: "1.0",
    platform: platform(),
    wheels: [],
    plugin: "libtest.so",
    archives: { [platform()]: { url, sha256, plugin: "libtest.so" } },
    tested: true,
  };
  return {
    runtime,
    folder,
    install: () => addRuntime(runtime, { folder, pip: null }),
    async [Symbol.asyncDispose]() {
      await server.shutdown().catch(() => {});
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("a plugin of which one byte was changed is damaged, and adding it puts it right", async () => {
  await using place = await served();
  const { plugin } = await place.install();
  const before = statSync(plugin);
  writeFileSync(plugin, content.replace("plugin", "plugim"));
  utimesSync(plugin, before.atime, new Date(before.mtimeMs + 5000));
  assert.equal(findInstalled(place.runtime, place.folder), undefined);
  assert.deepEqual(listInstalled(place.folder), []);
  const said = '"libtest.so" is not the file that was installed: its SHA-256 is another';
  assert.equal(damageOf(place.runtime, place.folder), said);
  await place.install();
  assert.equal(readFileSync(plugin, "utf8"), content);
  assert.equal(damageOf(place.runtime, place.folder), undefined);
});

Deno.test("a plugin that was only touched is whole, and is not read again", async () => {
  await using place = await served();
  const { plugin, folder } = await place.install();
  utimesSync(plugin, 1000, 1000);
  assert.equal(findInstalled(place.runtime, place.folder)?.plugin, plugin);
  assert.equal(JSON.parse(readFileSync(join(folder, manifestName), "utf8")).modified, 1_000_000);
  assert.deepEqual(readdirSync(folder).sort(), ["libtest.so", manifestName]);
});

Deno.test("damageOf() says which file is missing, cut, or not listed, and nothing of what is not installed", async () => {
  await using place = await served();
  assert.equal(damageOf(place.runtime, place.folder), undefined);
  const { plugin, folder } = await place.install();
  const manifest = join(folder, manifestName), listed = readFileSync(manifest, "utf8");
  const damage = () => damageOf(place.runtime, place.folder);
  writeFileSync(plugin, content.slice(0, 50));
  assert.equal(damage(), `"libtest.so" has 50 bytes, and ${content.length} were installed`);
  await Deno.remove(plugin);
  assert.equal(damage(), '"libtest.so" is missing');
  for (const text of ["", listed.slice(0, 80), "null", "{}", "[]", '{"files":7}']) {
    writeFileSync(manifest, text);
    if (text !== '{"files":7}') assert.match(damage() ?? "", /^runtime\.json, the list of its files/, text);
    assert.equal(findInstalled(place.runtime, place.folder), undefined, text);
  }
});

Deno.test("an installation of before hashes were written down is taken as it is", async () => {
  await using place = await served();
  const { plugin, folder } = await place.install();
  const { sha256: _, modified: __, ...older } = JSON.parse(readFileSync(join(folder, manifestName), "utf8"));
  writeFileSync(join(folder, manifestName), JSON.stringify(older));
  assert.equal(findInstalled(place.runtime, place.folder)?.plugin, plugin);
});

/** Starts an installation in a process of its own, and waits until it downloads. */
async function installing(place: { runtime: Runtime; folder: string }) {
  const source = `import { addRuntime } from ${JSON.stringify(new URL("./add.ts", import.meta.url).href)};
    const options = { folder: ${JSON.stringify(place.folder)}, pip: null, progress: () => console.log("under way") };
    await addRuntime(${JSON.stringify(place.runtime)}, options);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-check", source],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  return {
    child,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await reader.cancel();
      await child.status;
    },
  };
}

const parts = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".part"));

Deno.test("an installation that was killed is not one, and the next one removes what it left", async () => {
  await using place = await served(200);
  {
    await using under = await installing(place);
    under.child.kill("SIGKILL");
    await under.child.status;
  }
  assert.equal(findInstalled(place.runtime, place.folder), undefined);
  assert.deepEqual(listInstalled(place.folder), []);
  assert.equal(parts(place.folder).length, 2, "the folder, and the file whose lock says that somebody fills it");
  const { plugin } = await place.install();
  assert.equal(readFileSync(plugin, "utf8"), content);
  assert.deepEqual(readdirSync(place.folder), ["cpu-1.0"]);
});

Deno.test("two installations at once leave each other alone, and one of them stays", async () => {
  await using place = await served(800);
  await using other = await installing(place);
  const { plugin } = await place.install();
  assert.ok((await other.child.status).success, "the other did not lose its folder");
  assert.equal(readFileSync(plugin, "utf8"), content);
  assert.deepEqual(readdirSync(place.folder), ["cpu-1.0"]);
  assert.ok(existsSync(join(dirname(plugin), manifestName)));
});
