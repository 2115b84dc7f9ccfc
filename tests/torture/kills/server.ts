/** A server of small archives that are slow to come, so that a kill finds them half there. */
import { gzipSync } from "node:zlib";
import { sha256 } from "../../../lib/files/hash.ts";
import { cifarFiles, tar } from "../../../plugins/dataset/shared/testing_archives.ts";

/** A file on the server. */
export interface Served {
  readonly url: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** The server and its files. */
export interface Archives extends AsyncDisposable {
  /** A dataset in the layout of CIFAR-10. */
  readonly pictures: Served;
  /** A runtime with a library and a further file. */
  readonly runtime: Served;
}

const pieces = 24; // that a file comes in
const pause = 15; // milliseconds between two

/** Serves the archives on loopback, also from a byte on. */
export async function serveArchives(): Promise<Archives> {
  const noise = (length: number, step: number) =>
    Uint8Array.from({ length }, (_, i) => (i * step + (i >> 7) * 13) % 251);
  const content = {
    "/pictures.tar.gz": (await cifarFiles(16))["/cifar-10-binary.tar.gz"]!,
    "/runtime.tar.gz": new Uint8Array(gzipSync(
      await tar({ "libtiny.so": noise(200_000, 7), "license.txt": noise(3_000, 3) }),
    )),
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const bytes = content[new URL(request.url).pathname as keyof typeof content];
    if (bytes === undefined) return new Response(null, { status: 404 });
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
    const headers = {
      "content-length": String(bytes.length - start),
      ...(start === 0 ? {} : { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    };
    return new Response(slowly(bytes.subarray(start)), { status: start === 0 ? 200 : 206, headers });
  });
  const served = (path: keyof typeof content): Served => ({
    url: `http://127.0.0.1:${server.addr.port}${path}`,
    size: content[path].length,
    sha256: sha256(content[path]),
  });
  return {
    pictures: served("/pictures.tar.gz"),
    runtime: served("/runtime.tar.gz"),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Bytes in pieces, with a pause after each. */
function slowly(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  const step = Math.max(1, Math.ceil(bytes.length / pieces));
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + step));
      at += step;
      await new Promise((resolve) => setTimeout(resolve, pause));
    },
  });
}
