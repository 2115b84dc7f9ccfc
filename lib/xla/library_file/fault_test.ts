/** Files that are not plugins, or not whole: each gets a sentence, and none ends the process. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pluginForTests } from "../testing.ts";
import { faultOfLibrary } from "./fault.ts";
import { compileLibrary, hasCompiler, loadInProcesses, smallLibrary } from "./testing.ts";

const compiler = await hasCompiler();
if (!compiler) console.log("skipped: libraries made with a C compiler for Linux, which is not here");
const plugin = pluginForTests();
const linux = { os: "linux", arch: "x86_64" };

async function withFolder(use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Bytes from numbers of 32 bits, little-endian, at offsets. */
function words(size: number, values: Readonly<Record<number, number>>): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size));
  for (const [at, value] of Object.entries(values)) view.setUint32(Number(at), value, true);
  return new Uint8Array(view.buffer);
}

const elf = (changes: Record<number, number> = {}) =>
  words(64, { 0: 0x464c457f, 4: 0x00010102, 16: 0x003e0003, 20: 1, 32: 64, 52: 0x00380040, 56: 1, ...changes });
const ascii = (text: string) => new TextEncoder().encode(text);

/** A Mach-O library with one segment of 100 bytes at byte 200. */
const machO = (size: number, processor = 0x1000007) =>
  words(size, { 0: 0xfeedfacf, 4: processor, 12: 6, 16: 1, 20: 72, 32: 0x19, 36: 72, 72: 200, 80: 100 });

/** A PE library with one section of 100 bytes at byte 200. */
const pe = (size: number, processor = 0x8664) =>
  words(size, { 0: 0x5a4d, 60: 64, 64: 0x4550, 68: processor | 1 << 16, 84: 0x20000000, 104: 100, 108: 200 });

Deno.test("faultOfLibrary() says what a file is that is not a library for this machine", () =>
  withFolder(async (folder) => {
    const path = join(folder, "plugin.so");
    const cases: [Uint8Array, RegExp, { os: string; arch: string }?][] = [
      [new Uint8Array(), /^it is empty$/],
      [ascii("hello world"), /^it is not a shared library: its first bytes are 68 65 6c 6c$/],
      [ascii("PK\x03\x04 ..."), /^it is a zip archive, such as a wheel/],
      [Uint8Array.of(0x1f, 0x8b, 8, 0), /^it is compressed with gzip/],
      [ascii("!<arch>\n"), /^it is a static library/],
      [ascii("<!DOCTYPE html>"), /^it is a text that begins with <.*the download went wrong/],
      [ascii("version https://git-lfs.github.com/spec/v1\n"), /^it is a pointer of Git LFS/],
      [elf().subarray(0, 40), /^it is cut short: it has 40 bytes, and its headers speak of 64$/],
      [elf(), /^it is cut short: it has 64 bytes, and its headers speak of 120$/],
      [elf({ 4: 0x00010101 }), /^it is built for 32-bit processors$/],
      [elf({ 16: 0x003e0001 }), /^it is an object file, not a shared library$/],
      [elf({ 16: 0x003e0002 }), /^it is a program, not a shared library$/],
      [elf({ 16: 0x00b70003 }), /^it is built for ARM64, and this processor is x86-64$/],
      [elf({ 16: 0x00f30003 }), /^it is built for another processor \(number 243 in ELF\)/],
      [elf(), /^it is a library for Linux \(ELF\), and this system is darwin$/, { os: "darwin", arch: "aarch64" }],
      [machO(300), /^it is a library for macOS \(Mach-O\), and this system is linux$/],
      [machO(250), /^it is cut short: it has 250 bytes.* 300$/, { os: "darwin", arch: "x86_64" }],
      [machO(300), /^it is built for x86-64, and this processor is ARM64$/, { os: "darwin", arch: "aarch64" }],
      [pe(300), /^it is a library for Windows \(PE\), and this system is linux$/],
      [pe(250), /^it is cut short: it has 250 bytes.* 300$/, { os: "windows", arch: "x86_64" }],
      [pe(300, 0x14c), /^it is built for x86, and this processor is x86-64$/, { os: "windows", arch: "x86_64" }],
    ];
    for (const [bytes, message, machine = linux] of cases) {
      await Deno.writeFile(path, bytes);
      assert.match(faultOfLibrary(path, machine) ?? "nothing", message);
    }
    await Deno.writeFile(path, machO(300));
    assert.equal(faultOfLibrary(path, { os: "darwin", arch: "x86_64" }), undefined);
    await Deno.writeFile(path, pe(300));
    assert.equal(faultOfLibrary(path, { os: "windows", arch: "x86_64" }), undefined);
  }));

Deno.test(
  "faultOfLibrary() says why a path leads to no file",
  { ignore: Deno.build.os === "windows" },
  () =>
    withFolder(async (folder) => {
      const path = (name: string) => join(folder, name);
      assert.equal(faultOfLibrary(path("missing.so")), "there is no such file");
      assert.equal(faultOfLibrary(folder), "it is a folder");
      await Deno.symlink("gone.so", path("dangling.so"));
      assert.equal(faultOfLibrary(path("dangling.so")), 'it is a link to "gone.so", which is not there');
      await Deno.symlink("loop.so", path("loop.so"));
      assert.equal(faultOfLibrary(path("loop.so")), "it is a link that leads back to itself");
      await Deno.writeFile(path("file"), elf());
      assert.match(
        faultOfLibrary(path("file/plugin.so"))!,
        /^there is no such file: a part of its path is not a folder$/,
      );
      await Deno.chmod(path("file"), 0);
      if (Deno.uid() !== 0) assert.match(faultOfLibrary(path("file"))!, /^it may not be read/); // root may read all
      assert.equal(faultOfLibrary("/dev/null"), "it is not a regular file");
    }),
);

Deno.test({
  name: "a library cut at any length, or with any header changed, is refused or loads: no process ends",
  ignore: !compiler,
  fn: () =>
    withFolder(async (folder) => {
      const whole = join(folder, "whole.so");
      assert.ok(await compileLibrary(smallLibrary, whole));
      assert.equal(faultOfLibrary(whole), undefined);
      const bytes = await Deno.readFile(whole);
      for (let length = 0; length < bytes.length; length += length < 200 ? 1 : 37) {
        await Deno.writeFile(join(folder, "cut.so"), bytes.subarray(0, length));
        assert.match(
          faultOfLibrary(join(folder, "cut.so")) ?? "nothing",
          /^it is (cut short|empty|not a sh)/,
          `${length}`,
        );
      }
      // Each byte of the header and of the table of segments, to three other values.
      const paths: string[] = [];
      const end = 64 + 56 * new DataView(bytes.buffer).getUint16(56, true);
      for (let at = 0; at < end; at++) {
        for (const value of [bytes[at]! ^ 1, 0xff, 0x40]) {
          const path = join(folder, `${at}-${value}.so`);
          await Deno.writeFile(path, bytes.with(at, value));
          if (faultOfLibrary(path) === undefined) paths.push(path);
          else await Deno.remove(path);
        }
      }
      const loaded = await loadInProcesses([whole, ...paths]);
      assert.match(loaded[0]!.said!, /GetPjrtApi returned nothing$/);
      assert.deepEqual(loaded.filter(({ died }) => died !== undefined), []);
    }),
});

Deno.test({
  name: "the real plugin cut short is refused, with its size",
  ignore: plugin === undefined,
  fn: () =>
    withFolder(async (folder) => {
      const { size } = await Deno.stat(plugin!);
      const path = join(folder, "cut.so");
      for (const length of [1e6, Math.floor(size / 2), size - 1]) {
        using file = await Deno.open(path, { create: true, write: true, truncate: true });
        using from = await Deno.open(plugin!);
        const start = new Uint8Array(1e6);
        await from.read(start);
        await file.write(start);
        await file.truncate(length); // what is between holds zeros, and takes no room
        const said = `it is cut short: it has ${length} bytes, and its headers speak of `;
        assert.equal(faultOfLibrary(path)?.slice(0, said.length), said);
      }
    }),
});

const table = (size: number, version: string, functions: string) => `
struct { unsigned long size; void *next; unsigned long version_size; void *version_next; int major, minor;
  void *functions[200]; } api = { ${size}, 0, 24, 0, ${version}, { ${functions} } };
void *GetPjrtApi(void) { return &api; }`;

Deno.test({
  name: "libraries that only look like plugins are refused with what is wrong",
  ignore: !compiler,
  fn: () =>
    withFolder(async (folder) => {
      const cases: [string, RegExp][] = [
        ["int other;", /Cannot load the PJRT plugin ".*": it does not export GetPjrtApi; it must be/],
        ["void *GetPjrtApi(void) { return 0; }", /Cannot use the PJRT plugin ".*": GetPjrtApi returned nothing/],
        [table(16, "0, 115", "0"), /returned a table of 16 bytes, and a table of functions has 40 to/],
        [table(1640, "1, 0", "0"), /it speaks version 1\.0 of the PJRT C API/],
        [table(1640, "0, 115", "0"), /it lacks PJRT_Error_Destroy, PJRT_Error_Message, .* and \d+ more functions/],
        [table(40 + 8 * 20, "0, 115", `${"api.functions, ".repeat(20)}`), /it lacks PJRT_Client_Compile, /],
      ];
      const paths: string[] = [];
      for (const [i, [source]] of cases.entries()) {
        paths.push(join(folder, `${i}.so`));
        const declared = source.replace("struct {", "extern struct api api; struct api {");
        assert.ok(await compileLibrary(declared, paths[i]!), source);
      }
      for (const [i, { said, died }] of (await loadInProcesses(paths)).entries()) {
        assert.match(said ?? died!, cases[i]![1]);
      }
    }),
});
