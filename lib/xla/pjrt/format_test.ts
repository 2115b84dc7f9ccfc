/** In which format programs are handed to a plugin: by its platform, tried on a plugin that only looks at what it gets. */
import assert from "node:assert/strict";
import type { Api } from "./api.ts";
import { Client } from "./client.ts";
import { fixedBytes, layout, Struct, type StructName, viewAt } from "./layout.ts";
import type { PjrtPlugin } from "./plugin.ts";

/** A text field of a struct in memory. */
function textOf(name: StructName, address: bigint, field: string): string {
  const { offsets } = layout(name), view = viewAt(address);
  const bytes = new Uint8Array(Number(view.getBigUint64(offsets[`${field}_size`]!.offset)));
  viewAt(view.getBigUint64(offsets[field]!.offset)).copyInto(bytes);
  return new TextDecoder().decode(bytes);
}

/** The functions of a plugin that has no devices and compiles nothing; `seen` has what it was to compile. */
function plugin(platform: string): { api: Api; seen: string[] } {
  const seen: string[] = [];
  // deno-lint-ignore no-explicit-any -- a struct of any name
  const call = (name: string, args: any) => {
    if (name === "PJRT_Client_PlatformName") args.text("platform_name", "platform_name_size", platform);
    if (name !== "PJRT_Client_Compile") return args;
    const program = args.pointer("program") as bigint;
    seen.push(textOf("PJRT_Program", program, "format"), textOf("PJRT_Program", program, "code"));
    throw new Error("it compiles nothing");
  };
  const memory = () => ({ place: fixedBytes, [Symbol.dispose]() {} });
  return {
    api: {
      call,
      callAsync: async (name: string, args: Struct<StructName>) => await call(name, args),
      memory,
    } as unknown as Api,
    seen,
  };
}

Deno.test("StableHLO text goes to the plugin of Metal as hlo, and to all others as mlir", async () => {
  for (const [platform, format] of [["mps", "hlo"], ["cpu", "mlir"], ["cuda", "mlir"], ["tpu", "mlir"]] as const) {
    const { api, seen } = plugin(platform);
    using client = Object.defineProperty(new Client({ path: "fake" } as PjrtPlugin, api, 1n), "devices", {
      value: [{}],
    });
    await assert.rejects(client.compile("module {}"), /it compiles nothing/);
    assert.throws(() => client.compileSync("module { a }"), /it compiles nothing/);
    assert.deepEqual(seen, [format, "module {}", format, "module { a }"], platform);
  }
});
