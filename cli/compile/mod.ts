/**
 * `deno task compile`: the command line as one executable, which needs neither Deno nor Node nor packages. It holds the
 * program, packed, and Deno; on its first start it unpacks the program into the user's cache.
 *
 * On Linux the executable is Deno itself (`elf_head.ts`). For other systems, and where DENORT_BIN names its base,
 * `deno compile` makes it; then Deno is packed with the program: only Deno can run plugin files of users, and give each
 * command no more permissions than it needs.
 *
 * @module
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type ArchivedFile, packFiles } from "./archive.ts";
import { byDenoCompile, onDeno, writeProgram } from "./binary.ts";
import { denoFolder } from "../launch/surroundings.ts";
import { DenoFailed } from "./deno.ts";
import { BaseError } from "./elf_head.ts";
import { collectProgram } from "./program.ts";
import { isFor, ownTarget, type Target, targets } from "./target.ts";

const help = `Makes one executable of Denoise, which needs nothing else.

  deno task compile [--output FILE] [--target NAME --deno FILE] [--level N]

  -o, --output FILE  the executable (default: denoise, on Windows denoise.exe)
  --target NAME      the system to make it for (default: this one):
${targets.map(({ name }) => `                     ${name}`).join("\n")}
  --deno FILE        the executable of Deno for that system, of the same version as this one
  --level N          how hard to pack, 1 to 19 (default 12)

DENORT_BIN=FILE      makes it with "deno compile" and this base; needed for other systems than Linux
                     where Deno cannot download the base`;

const { output, target: name, deno: base, level, help: asked } = parse();
if (asked) {
  console.log(help);
  Deno.exit(0);
}
const target = name === undefined ? ownTarget : targets.find((one) => one.name === name);
if (target === undefined) {
  fail(`Unknown target "${name ?? Deno.build.target}"`, `one of ${targets.map(({ name }) => name).join(", ")}`);
}
if (base === undefined && target !== ownTarget) {
  fail(
    `Cannot make a binary for ${target.name} without Deno for it`,
    `npm pack ${npmName(target)}@${Deno.version.deno} fetches it; then --deno FILE`,
  );
}
const named = resolve(output ?? "denoise");
const out = target.os === "win32" && !named.endsWith(".exe") ? `${named}.exe` : named; // as Deno does
const deno = await Deno.readFile(base ?? Deno.execPath()).catch((error) =>
  fail(`Cannot read "${base}": ${error.message}`)
);
if (!isFor(deno, target)) {
  fail(`Cannot make a binary for ${target.name} of "${base ?? Deno.execPath()}": it is not a program for that system`);
}
const files = await collectProgram(target, denoFolder("."));
const start = performance.now();
try {
  if (target.os === "linux" && Deno.env.get("DENORT_BIN") === undefined) {
    const packed = packFiles(files, level);
    await writeProgram(out, await onDeno(deno, packed));
    report(packed.length, files);
  } else {
    const inside = { path: target.os === "win32" ? "bin/deno.exe" : "bin/deno", bytes: deno, executable: true };
    const packed = packFiles([...files, inside], level);
    await byDenoCompile(packed, target, out);
    report(packed.length, [...files, inside]);
  }
} catch (error) {
  if (error instanceof BaseError) fail(error.message, `the file of Deno was "${base ?? Deno.execPath()}"`);
  if (!(error instanceof DenoFailed)) throw error;
  const given = Deno.env.get("DENORT_BIN");
  fail(error.message, given === undefined ? "DENORT_BIN=FILE names a base that is here" : `DENORT_BIN is "${given}"`);
}

function report(packed: number, all: readonly ArchivedFile[]): void {
  const mega = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const unpacked = all.reduce((sum, { bytes }) => sum + bytes.length, 0);
  console.log(`wrote ${out}: ${mega(Deno.statSync(out).size)} for ${target!.name}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`  ${all.length} files of ${mega(unpacked)}, packed ${mega(packed)} in ${seconds} s`);
}

function parse() {
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: {
        output: { type: "string", short: "o" },
        target: { type: "string" },
        deno: { type: "string" },
        level: { type: "string", default: "12" },
        help: { type: "boolean", short: "h" },
      },
    });
    const level = Number(values.level);
    if (!Number.isInteger(level) || level < 1 || level > 19) {
      fail(`--level ${values.level}: a whole number from 1 to 19`);
    }
    return { ...values, level };
  } catch (error) {
    fail((error as Error).message, "--help shows the options");
  }
}

function fail(message: string, ...more: string[]): never {
  console.error([message, ...more].join("\n  "));
  Deno.exit(2);
}

/** What npm calls Deno for a system. */
function npmName({ os, cpu }: Target): string {
  return `@deno/${os}-${cpu}${os === "linux" ? "-glibc" : ""}`;
}
