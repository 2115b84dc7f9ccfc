/** Tests of fetching an archive from servers that do what servers do, on loopback. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fetchArchive } from "./archive.ts";
import { RuntimeError } from "./error.ts";

const content = Uint8Array.from({ length: 50_000 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
const sha256 = createHash("sha256").update(content).digest("hex");

async function fetchFrom(answer: (path: string) => Response, options: Parameters<typeof fetchArchive>[2] = {}) {
  const folder = await Deno.makeTempDir();
  const listening = { hostname: "127.0.0.1", port: 0, onListen: () => {}, onError: () => new Response(null) };
  const server = Deno.serve(listening, (request) => answer(new URL(request.url).pathname));
  try {
    const url = `http://127.0.0.1:${server.addr.port}/a.tar.gz`;
    const path = await fetchArchive({ url, sha256, plugin: "x" }, folder, options);
    assert.equal(path, join(folder, "a.tar.gz"));
    assert.deepEqual(await Deno.readFile(path), content);
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

async function refused(what: RegExp, answer: (path: string) => Response, options = {}): Promise<void> {
  await assert.rejects(fetchFrom(answer, options), (error: Error) => {
    assert.ok(error instanceof RuntimeError, String(error));
    assert.match(error.message, what);
    assert.ok(error.help.length > 0);
    return true;
  });
}

const stream = (pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void | Promise<void>) =>
  new Response(new ReadableStream({ pull }));

Deno.test("fetchArchive() fetches an archive, also from where a server leads to", async () => {
  await fetchFrom(() => new Response(content));
  const moved = () => new Response(null, { status: 302, headers: { location: "/other" } });
  await fetchFrom((path) => path === "/other" ? new Response(content) : moved());
});

Deno.test("fetchArchive() refuses what has another hash, ends early, or is a page", async () => {
  await refused(/it is not the file that was expected/, () => new Response(content.map((byte) => byte ^ 1)));
  await refused(/it is not the file that was expected/, () => new Response("<html>"));
  await refused(/the server answered 503/, () => new Response("busy", { status: 503 }));
  const cut = () => stream((controller) => controller.error(new Error("dropped")));
  await refused(/^Cannot download/, cut);
});

Deno.test("fetchArchive() refuses redirects without end and to files", async () => {
  const to = (location: string) => () => new Response(null, { status: 302, headers: { location } });
  await refused(/^Cannot download/, to("/a.tar.gz"));
  await refused(/^Cannot download/, to("file:///etc/passwd"));
});

Deno.test("fetchArchive() gives up on servers that send nothing, a byte now and then, or without end", async () => {
  const options = { stall: 200, most: 100_000 };
  await refused(/no data for 0.2 s/, () => stream(() => new Promise(() => {})), options);
  await refused(/no data for 0.2 s/, () =>
    stream(async (controller) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      controller.enqueue(Uint8Array.of(1));
    }), options);
  await refused(
    /the server sends more than 100000 bytes/,
    () => stream((controller) => controller.enqueue(new Uint8Array(10_000))),
    options,
  );
  await refused(/the file there has 200000 bytes, more than 100000/, () => new Response(new Uint8Array(2e5)), options);
});
