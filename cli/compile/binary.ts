/** Makes the binary of a packed program: Deno that starts it, or what `deno compile` makes of it. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeWhole } from "../../lib/files/whole.ts";
import { bundle, run } from "./deno.ts";
import { startWith } from "./elf_head.ts";
import type { Target } from "./target.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const bootFile = join(root, "cli", "compile", "inside", "boot.ts");

/** What the first process may do: what the tasks permit the launcher, and to unpack the program, which it then gives up. */
export async function bootPermissions(): Promise<string[]> {
  const { launch } = JSON.parse(await Deno.readTextFile(join(root, "deno.json"))).permissions;
  const flags = Object.entries({ ...launch, write: true });
  return flags.map(([kind, what]) => `--allow-${kind}${what === true ? "" : `=${what}`}`);
}

/** Deno's bytes, made to start the program, and the program behind them. */
export async function onDeno(deno: Uint8Array, packed: Uint8Array): Promise<Uint8Array> {
  const unattached = ["--no-config", "--no-lock", "--no-npm", "--no-remote", "--no-code-cache"];
  const wordsFor = async (offset: number) => [
    ...["run", "--quiet", "--no-prompt", ...unattached, ...await bootPermissions()],
    `data:application/javascript,${encodeURIComponent(await boot({ packed, offset }))}`,
  ];
  // Where the program lies depends on how long the words are: so these are as long for any place.
  const { length } = startWith(deno, await wordsFor(0));
  const head = startWith(deno, await wordsFor(length));
  const bytes = new Uint8Array(length + packed.length);
  bytes.set(head);
  bytes.set(packed, length);
  return bytes;
}

/** A binary by `deno compile`, which needs its own base, `denort`: on disk (DENORT_BIN), or downloaded. */
export async function byDenoCompile(packed: Uint8Array, target: Target, out: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "denoise-compile-" });
  try {
    const program = join(folder, "denoise.js");
    await Deno.writeTextFile(program, await boot({ packed, embedded: "program.zst" }));
    await Deno.writeFile(join(folder, "program.zst"), packed);
    const flags = ["--quiet", "--no-prompt", "--no-config", "--no-lock", "--no-npm", "--target", target.name];
    await run(
      "compile",
      ...flags,
      ...await bootPermissions(),
      ...["--include", join(folder, "program.zst"), "--output", out, program],
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes a program that may be started. */
export async function writeProgram(path: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(path, bytes);
  await Deno.chmod(path, 0o755);
}

async function boot(
  { packed, offset = 0, embedded }: { packed: Uint8Array; offset?: number; embedded?: string },
): Promise<string> {
  const id = createHash("sha256").update(packed).digest("hex").slice(0, 16);
  // Blanks to a fixed length: see onDeno.
  const facts = JSON.stringify({ id, offset, length: packed.length, embedded }).padEnd(120);
  const text = await (bundled ??= bundle(bootFile));
  if (!text.includes('"PACKED"')) throw new Error(`"PACKED" is missing from what Deno makes of "${bootFile}"`);
  return text.replace('"PACKED"', () => `'${facts}'`);
}
let bundled: Promise<string> | undefined;
