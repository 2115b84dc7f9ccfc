/** The systems that a binary can be made for, by the names that Deno has for them. */

/** A system. */
export interface Target {
  /** As `deno compile` takes it. */
  readonly name: string;
  /** As npm's packages name the system and the processor. */
  readonly os: "linux" | "darwin" | "win32";
  readonly cpu: "x64" | "arm64";
}

/** All that Deno runs on. */
export const targets: readonly Target[] = [
  { name: "x86_64-unknown-linux-gnu", os: "linux", cpu: "x64" },
  { name: "aarch64-unknown-linux-gnu", os: "linux", cpu: "arm64" },
  { name: "x86_64-apple-darwin", os: "darwin", cpu: "x64" },
  { name: "aarch64-apple-darwin", os: "darwin", cpu: "arm64" },
  { name: "x86_64-pc-windows-msvc", os: "win32", cpu: "x64" },
  { name: "aarch64-pc-windows-msvc", os: "win32", cpu: "arm64" },
];

/** The system that this runs on; undefined where it is none of `targets`. */
export const ownTarget: Target | undefined = targets.find(({ name }) => name === Deno.build.target);

/** Where programs of a system say which they are: its mark, and behind it the number of each processor. */
const marks: Readonly<
  Record<Target["os"], (bytes: DataView) => { mark: boolean; cpu: number; x64: number; arm64: number }>
> = {
  linux: (bytes) => ({ mark: bytes.getUint32(0) === 0x7f454c46, cpu: bytes.getUint16(18, true), x64: 62, arm64: 183 }),
  darwin: (bytes) => ({
    ...{ mark: bytes.getUint32(0, true) === 0xfeedfacf, cpu: bytes.getUint32(4, true) },
    ...{ x64: 0x1000007, arm64: 0x100000c },
  }),
  win32: (bytes) => {
    const head = bytes.getUint32(60, true);
    const known = head + 6 <= bytes.byteLength && bytes.getUint32(head) === 0x50450000;
    const mark = bytes.getUint16(0) === 0x4d5a && known;
    return { mark, cpu: mark ? bytes.getUint16(head + 4, true) : 0, x64: 0x8664, arm64: 0xaa64 };
  },
};

/** Whether a file is a program for a system, by its first bytes. */
export function isFor(program: Uint8Array, { os, cpu }: Target): boolean {
  if (program.length < 64) return false;
  const found = marks[os](new DataView(program.buffer, program.byteOffset, program.byteLength));
  return found.mark && found.cpu === found[cpu];
}
