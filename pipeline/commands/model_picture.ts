/** A picture file as a network sees it. */
import { centreCrop, decodeFile, type Picture, resize } from "../../lib/image/mod.ts";
import type { Graph } from "../graph/types.ts";
import { imageUnreadable } from "../problems/messages/pictures.ts";
import { DenoiseError } from "../problems/problem.ts";

/**
 * Reads a picture file, cut and resized to the size of the network's images.
 *
 * @throws {DenoiseError} where it cannot be read
 */
export async function readImage(path: string, graph: Graph): Promise<Picture> {
  try {
    return fitted(await decodeFile(path), graph);
  } catch (cause) {
    throw new DenoiseError(imageUnreadable(path, (cause as Error).message.replace(/ \(os error .*/, "")), { cause });
  }
}

/** The middle of a picture, as large as the network's images. */
export function fitted(picture: Picture, graph: Graph): Picture {
  const { height, width } = graph.image;
  if (picture.width === width && picture.height === height) return picture;
  return resize(centreCrop(picture), { width, height, method: "bicubic", antialias: true });
}
