/** Fetches pinned wheels with pip, from wherever the user's pip is set up to fetch. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RuntimeError } from "./error.ts";
import { checkHash } from "./hash.ts";
import type { Wheel } from "./types.ts";

/** How pip is called: the command and what comes before its own arguments. */
export type Pip = readonly string[];

const ways: readonly Pip[] = [["python3", "-m", "pip"], ["python", "-m", "pip"], ["pip3"], ["pip"]];

/** Names of systems in wheels that run on a Linux of today (glibc 2.35 and newer). */
const linux = ["manylinux1", "manylinux2010", "manylinux2014"]
  .concat([5, 12, 17, 18, 24, 25, 26, 27, 28, 31, 34, 35].map((minor) => `manylinux_2_${minor}`));

/**
 * What wheels call the systems whose wheels are taken for a platform.
 *
 * @param platform `os-processor`, as Deno names them, such as "darwin-aarch64"
 */
export function wheelPlatforms(platform: string): string[] {
  const [os, processor] = platform.split("-");
  if (os === "darwin") return [`macosx_14_0_${processor === "aarch64" ? "arm64" : processor}`]; // and those before it
  return linux.map((name) => `${name}_${processor}`);
}

/** The first way to call pip that works here; undefined where there is none. */
export async function findPip(): Promise<Pip | undefined> {
  for (const way of ways) {
    const { code } = await run([...way, "--version"]).catch(() => ({ code: 1 }));
    if (code === 0) return way;
  }
  return undefined;
}

/**
 * Downloads a wheel and checks its size and hash; pip checks the hash too.
 *
 * @param folder an empty one, for the wheel and for pip's unfinished download
 * @param progress called with the bytes that are there
 * @returns path of the wheel
 * @throws RuntimeError with what pip says
 */
export async function pipDownload(
  pip: Pip,
  wheel: Wheel,
  folder: string,
  { platform, signal, progress }: {
    platform: string;
    signal?: AbortSignal | undefined;
    progress?: ((done: number) => void) | undefined;
  },
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const pinned = join(folder, "requirements.txt");
  await writeFile(pinned, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  // pip tells nobody but people how far it is: what it has is read off the file that grows in its temporary folder.
  const poll = setInterval(async () => progress?.(Math.min(wheel.size, await sizeOf(folder))), 100);
  let result;
  try {
    result = await run([
      ...pip,
      "download",
      ...["--no-deps", "--require-hashes", "--no-cache-dir", "--disable-pip-version-check", "--no-input", "--quiet"],
      ...["--retries", "1", "--timeout", "20"],
      // Whatever Python runs pip: the wheels are read, not imported.
      ...[
        "--python-version",
        "3.12",
        "--only-binary",
        ":all:",
        ...wheelPlatforms(platform).flatMap((name) => ["--platform", name]),
      ],
      ...["--requirement", pinned, "--dest", folder],
    ], { signal, env: { TMPDIR: folder, PIP_USER: "0" } });
  } finally {
    clearInterval(poll);
  }
  signal?.throwIfAborted();
  const file = (await readdir(folder)).find((name) => name.endsWith(".whl"));
  if (result.code !== 0 || file === undefined) {
    const said = result.errors.split("\n").filter((line) => /^ERROR/.test(line)).map((line) => line.slice(7)).at(-1);
    throw new RuntimeError(
      `Cannot download ${wheel.name} ${wheel.version} with pip: ${said ?? `it ended with ${result.code}`}`,
      [
        `try it yourself: ${pip.join(" ")} download --no-deps ${wheel.name}==${wheel.version}`,
        "offline, set DENOISE_PJRT_PLUGIN to the path of a PJRT plugin that you have",
      ],
    );
  }
  const path = join(folder, file);
  await checkHash(path, wheel.sha256, signal);
  progress?.(wheel.size);
  return path;
}

/** Bytes of all files below a folder; files come and go meanwhile. */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map(async (name) => {
    const found = await stat(join(folder, name)).catch(() => undefined);
    return found?.isFile() ? found.size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function run(
  [command, ...args]: readonly string[],
  { signal, env }: { signal?: AbortSignal | undefined; env?: Readonly<Record<string, string>> } = {},
): Promise<{ code: number; errors: string }> {
  return new Promise((resolve, reject) => {
    let child: ChildProcess;
    try {
      child = spawn(command!, args, {
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, ...env },
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      return reject(error); // not permitted to run it
    }
    let errors = "";
    child.stderr!.on("data", (text) => errors = (errors + text).slice(-20_000));
    // Killed by the signal, it is waited for: what it still writes would stay behind.
    child.on("error", (error) => child.pid === undefined && reject(error));
    child.on("close", (code) => resolve({ code: code ?? 1, errors }));
  });
}
