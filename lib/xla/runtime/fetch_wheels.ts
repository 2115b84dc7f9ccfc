/** Fetches the wheels of a runtime with pip, one after the other, and unpacks what is needed of them. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Pip, pipDownload } from "./pip.ts";
import type { ReportBytes, Runtime } from "./types.ts";
import type { Unpacked } from "./unpack.ts";

/**
 * Fetches and unpacks.
 *
 * @param into the folder of the files; made where it is missing
 * @param aside a folder for the wheels, which are removed
 * @returns SHA-256 of all files, by their paths relative to `into`
 * @throws RuntimeError with what pip says, or where a wheel is not the one expected
 */
export async function fetchWheels(
  { name, platform, wheels }: { readonly name: string } & Pick<Runtime, "platform" | "wheels">,
  pip: Pip,
  into: string,
  aside: string,
  { offline, signal, progress }: {
    /** What to do without a network. */
    offline: string;
    signal?: AbortSignal | undefined;
    progress?: ReportBytes | undefined;
  },
): Promise<Unpacked> {
  const total = wheels.reduce((sum, { size }) => sum + size, 0);
  const files: Record<string, string> = {};
  const { unzip } = await import("./unpack.ts"); // its libraries take their time to load
  let before = 0;
  for (const [i, wheel] of wheels.entries()) {
    const folder = join(aside, `wheel-${i}`);
    const path = await pipDownload(pip, wheel, folder, {
      platform,
      offline,
      signal,
      progress: (done) => progress?.(`downloading ${name}`, before + done, total),
    });
    Object.assign(files, await unzip(path, { into, files: wheel.unpack, signal }));
    await rm(folder, { recursive: true }); // before the next one comes: they have gigabytes together
    before += wheel.size;
  }
  return files;
}
