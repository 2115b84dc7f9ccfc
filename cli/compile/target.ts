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
