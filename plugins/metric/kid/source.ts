/** Where the weights of InceptionV3 come from: Keras' own file, downloaded once, or a file of the user's. */
import { join } from "node:path";
import { files, type OpenTools, refuse } from "denoise/plugin";
import { fold, type FoldedWeights, matchWeights, Unfit } from "./weights.ts";

/** Keras' file of ImageNet weights without the top. Its MD5 is the one that Keras itself checks. */
export const official: files.RemoteMd5 = {
  url: "https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/" +
    "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
  size: 87_910_968,
  md5: "bcbd6486424b2319ff4ef7d526e38f63",
};

/** Weights, and the digest of the file that they are from. */
export interface LoadedWeights {
  readonly weights: FoldedWeights;
  readonly digest: string;
}

/**
 * Reads a file of the user's, or downloads Keras'.
 *
 * @param file path of a Keras `.h5`, absolute or relative to the working directory
 * @throws {Refusal} when the user's file cannot be used
 * @throws {files.DownloadError} when Keras' file is unavailable: it says how to place it by hand
 */
export async function loadWeights(
  file: string | undefined,
  tools: OpenTools,
  remote: files.RemoteMd5 = official,
): Promise<LoadedWeights> {
  if (file !== undefined) {
    const own = async () => ({
      weights: await read(file, tools.signal),
      digest: await files.sha256OfFile(file, tools.signal),
    });
    return await own().catch((error) => {
      tools.signal.throwIfAborted();
      const hints = error instanceof Deno.errors.NotFound ? files.pathHints(file) : [];
      const reason = error instanceof Deno.errors.NotFound ? "there is no such file" : reasonOf(error);
      if (reason === undefined) throw error;
      refuse({
        option: "weights",
        what: `Cannot use "${file}" as weights of InceptionV3: ${reason}`,
        fix: hints.length > 0
          ? hints.join("; ")
          : 'name the .h5 file of keras.applications.InceptionV3(include_top=False, weights="imagenet"), ' +
            "or leave the option out to download it",
      });
    });
  }
  const name = new URL(remote.url).pathname.split("/").at(-1)!;
  const path = join(tools.folder, name);
  if (!tools.download && await Deno.stat(path).catch(() => undefined) === undefined) {
    throw new files.DownloadError(`The file "${name}" is not here, and nothing is downloaded now`, [
      "it is downloaded when training starts",
      ...files.byHand(path, remote),
    ]);
  }
  await files.download(path, remote, {
    signal: tools.signal,
    progress: (done, total) => tools.progress("downloading InceptionV3", done / 1e6, total / 1e6, "MB"),
  });
  return { weights: await read(path, tools.signal), digest: remote.md5 };
}

async function read(path: string, signal: AbortSignal): Promise<FoldedWeights> {
  return fold(matchWeights(await files.readHdf5(path, { signal })));
}

/** Why a file cannot be used, where that is the file's fault. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof Unfit) return error.message;
  if (error instanceof files.Hdf5Error) return error.message.replace(/^Cannot read "[^"]*": /, "");
  return undefined;
}
