/** Commands start quickly: what takes its time to load is loaded where it is needed. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

interface Info {
  readonly roots: readonly string[];
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier?: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}

/** Packages that a file loads, by itself or through others, before it runs; not those of `import()`. */
async function packagesOf(file: string): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", file],
    cwd: fileURLToPath(new URL("../", import.meta.url)),
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const { roots, modules }: Info = JSON.parse(new TextDecoder().decode(stdout));
  const known = new Map(modules.map((module) => [module.specifier, module]));
  const seen = new Set(roots);
  for (const specifier of seen) {
    for (const { code, isDynamic } of known.get(specifier)?.dependencies ?? []) {
      if (code?.specifier !== undefined && !isDynamic) seen.add(code.specifier);
    }
  }
  return [...seen].flatMap((specifier) => /^npm:(.+)@[^@/]+/.exec(specifier)?.[1] ?? []).sort();
}

Deno.test("commands load no package at their start but those that nearly all of them need", async () => {
  assert.deepEqual(await packagesOf("cli.ts"), [
    "@tensorflow/tfjs",
    "commander",
    "picocolors",
    "yaml",
    "zod",
  ]);
});

Deno.test("what the tasks start loads a parser of YAML and no other package", async () => {
  assert.deepEqual(await packagesOf("cli/launch/launch.ts"), ["yaml"]);
  assert.deepEqual(await packagesOf("cli/launch/mod.ts"), [], "it says that packages are fetched");
});
