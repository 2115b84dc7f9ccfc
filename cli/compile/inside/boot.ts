/**
 * What a binary runs first: it sees to it that its program is on the disk, whole, and hands over to the launcher there,
 * which may do what it may do when a task starts it. Bundled, it is a part of the binary; `PACKED` is filled in then.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cacheFolder } from "../../../lib/files/user_folders.ts";
import { type Packed, programFolder, UnpackError } from "./unpack.ts";

const packed: Omit<Packed, "binary" | "file"> & { embedded?: string } = JSON.parse("PACKED");

try {
  const binary = Deno.execPath();
  const file = packed.embedded === undefined ? binary : join(import.meta.dirname!, packed.embedded);
  const folder = programFolder({ ...packed, binary, file }, cacheFolder(), (text) => {
    if (Deno.stderr.isTerminal()) console.error(text);
  });
  Deno.permissions.revokeSync({ name: "write" });
  await import(pathToFileURL(join(folder, "cli", "launch", "launcher.js")).href);
} catch (error) {
  if (!(error instanceof UnpackError)) throw error;
  console.error([error.message, ...error.help].join("\n  "));
  Deno.exit(1);
}
