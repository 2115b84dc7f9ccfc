/** Tests of downloads, against servers on loopback that do what servers do. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { download, type DownloadOptions, type Remote } from "./download.ts";
import { DownloadError } from "./download_error.ts";
import { sha256 } from "./hash.ts";

const content = Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
const half = content.length >> 1;

/** What a server does with a request, given how many it has had before. */
type Behaviour = (request: Request, before: number) => Response;

const whole: Behaviour = () => new Response(content);
const ranged: Behaviour = (request) => {
  const start = Number(request.headers.get("range")?.match(/^bytes=(\d+)-$/)?.[1] ?? 0);
  if (start === 0) return new Response(content);
  const range = `bytes ${start}-${content.length - 1}/${content.length}`;
  return new Response(content.subarray(start), { status: 206, headers: { "content-range": range } });
};
/** Sends `bytes` of an answer and then drops the connection. */
const dropped = (response: Response, bytes: number): Response => {
  const reader = response.body!.getReader();
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value } = await reader.read();
      if (value === undefined || sent >= bytes) return controller.error(new Error("dropped"));
      controller.enqueue(value.subarray(0, bytes - sent));
      sent += value.length;
      await new Promise((resolve) => setTimeout(resolve, 20)); // What is sent is to arrive before the end does.
    },
  });
  return new Response(body, response);
};

interface Place {
  path: string;
  remote: Remote;
  ranges: (string | null)[];
  get(options?: DownloadOptions): Promise<void>;
}

async function withServer(behaviour: Behaviour, test: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const ranges: (string | null)[] = [];
  const options = {
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
  };
  const server = Deno.serve(options, (request) => {
    ranges.push(request.headers.get("range"));
    return behaviour(request, ranges.length - 1);
  });
  const path = join(folder, "sub", "file.bin");
  const remote = {
    url: `http://127.0.0.1:${server.addr.port}/file.bin`,
    size: content.length,
    sha256: sha256(content),
  };
  const get = (more?: DownloadOptions) => download(path, remote, { delay: 1, ...more });
  await test({ path, remote, ranges, get });
  await server.shutdown();
  await Deno.remove(folder, { recursive: true });
}

const names = (path: string) => [...Deno.readDirSync(join(path, ".."))].map(({ name }) => name).sort();
const startPart = async ({ path }: Place, bytes: Uint8Array) => {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await Deno.writeFile(`${path}.part`, bytes);
};

Deno.test("download() says where nothing can be written, and how to place the file by hand", async () => {
  const file = await Deno.makeTempFile();
  const path = join(file, "sets", "a.zip");
  const remote = { url: "http://127.0.0.1:1/a.zip", size: 3, sha256: "0".repeat(64) };
  await assert.rejects(download(path, remote), (error) => {
    assert.ok(error instanceof DownloadError);
    assert.match(error.message, /^Cannot download "http:.*a\.zip": cannot create ".*": a part of this path is a file$/);
    assert.match(error.help.join("\n"), /DENOISE_CACHE\nto place it by hand, put this file at: .*a\.zip/);
    return true;
  });
  await Deno.remove(file);
});

Deno.test("download() fetches a file, reports progress, and asks for nothing when it is there", async () => {
  await withServer(whole, async (place) => {
    const reports: number[] = [];
    await place.get({ progress: (done, total) => (assert.equal(total, content.length), reports.push(done)) });
    assert.deepEqual(await Deno.readFile(place.path), content);
    assert.deepEqual(names(place.path), ["file.bin"]);
    assert.equal(reports[0], 0);
    assert.equal(reports.at(-1), content.length);
    assert.deepEqual(reports, reports.toSorted((a, b) => a - b));
    await place.get();
    assert.equal(place.ranges.length, 1);
  });
});

Deno.test("download() resumes where an earlier one stopped", async () => {
  await withServer(ranged, async (place) => {
    await startPart(place, content.subarray(0, half));
    const reports: number[] = [];
    await place.get({ progress: (done) => void reports.push(done) });
    assert.deepEqual(place.ranges, [`bytes=${half}-`]);
    assert.equal(reports[0], half);
    assert.deepEqual(await Deno.readFile(place.path), content);
  });
});

Deno.test("download() takes up a connection that drops, as long as each brings something", async () => {
  const drops: Behaviour = (request, before) => before < 6 ? dropped(ranged(request, 0), 30_000) : ranged(request, 0);
  await withServer(drops, async (place) => {
    await place.get({ attempts: 2 });
    assert.equal(place.ranges.length, 7);
    assert.ok(place.ranges.slice(1).every((range) => range !== null));
    assert.deepEqual(await Deno.readFile(place.path), content);
  });
});

Deno.test("download() starts again where the server knows no ranges, or gives another one", async () => {
  for (const behaviour of [whole, () => new Response(content, { status: 200, headers: { "content-range": "x" } })]) {
    await withServer(behaviour, async (place) => {
      await startPart(place, content.subarray(0, half));
      await place.get();
      assert.equal(place.ranges.length, 1);
      assert.deepEqual(await Deno.readFile(place.path), content);
    });
  }
});

Deno.test("download() fetches all of a file whose first part turns out to be wrong", async () => {
  await withServer(ranged, async (place) => {
    await startPart(place, new Uint8Array(half));
    await place.get();
    assert.deepEqual(place.ranges, [`bytes=${half}-`, null]);
    assert.deepEqual(await Deno.readFile(place.path), content);
    await startPart(place, new Uint8Array(content.length + 1));
    await Deno.remove(place.path);
    await place.get();
    assert.deepEqual(await Deno.readFile(place.path), content);
  });
});

Deno.test("download() refuses content with another hash, and keeps nothing of it", async () => {
  await withServer(() => new Response(content.map((byte) => byte ^ 1)), async (place) => {
    await assert.rejects(place.get(), (error: DownloadError) => {
      assert.ok(error instanceof DownloadError);
      assert.match(error.message, /is not the file expected: its SHA-256 differs$/);
      assert.ok(error.help.includes(`SHA-256: ${place.remote.sha256}`));
      return true;
    });
    assert.equal(place.ranges.length, 1);
    assert.deepEqual(names(place.path), []);
  });
});

Deno.test("download() refuses content of another size", async () => {
  const long = new Uint8Array([...content, 1, 2, 3]);
  const short = content.subarray(0, 1000);
  for (const other of [long, short]) {
    await withServer(() => new Response(other), async (place) => {
      await assert.rejects(place.get(), new RegExp(`the file there has ${other.length} bytes, expected 300000`));
      assert.equal(place.ranges.length, 1);
    });
  }
  // Servers that do not say how much will come.
  await withServer(() => new Response(new Blob([long]).stream()), async (place) => {
    await assert.rejects(place.get(), /the server sends more than the expected 300000 bytes/);
  });
  await withServer(() => new Response(new Blob([short]).stream()), async (place) => {
    await assert.rejects(place.get(), /the connection ended after 1000 of 300000 bytes/);
  });
});

Deno.test("download() says how to place a file by hand when it is unavailable", async () => {
  const check = (place: Place, message: RegExp) =>
    assert.rejects(place.get(), (error: DownloadError) => {
      assert.match(error.message, message);
      assert.deepEqual(error.help, [
        `to place it by hand, put this file at: ${place.path}`,
        `address: ${place.remote.url}`,
        "size: 300000 bytes",
        `SHA-256: ${place.remote.sha256}`,
      ]);
      return true;
    });
  await withServer(() => new Response("gone", { status: 404, statusText: "Not Found" }), async (place) => {
    await check(place, /^Cannot download "http:.*file.bin": the server answered 404 Not Found$/);
    assert.equal(place.ranges.length, 1, "a missing file does not come by asking again");
  });
  await withServer(() => new Response("busy", { status: 503 }), async (place) => {
    await check(place, /the server answered 503/);
    assert.equal(place.ranges.length, 4);
  });
  let gone: Place | undefined;
  await withServer(whole, (place) => Promise.resolve(void (gone = place)));
  await check(gone!, /^Cannot download "http:.*": .*[Cc]onnect/);
  await Deno.remove(join(gone!.path, "..", ".."), { recursive: true });
});

Deno.test("download() gives up on a connection that sends nothing", async () => {
  const silent: Behaviour = () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
  await withServer(silent, async (place) => {
    await assert.rejects(place.get({ stall: 30, attempts: 2 }), /no data for 0.03 s/);
    assert.equal(place.ranges.length, 2);
  });
});

Deno.test("download() gives up on a connection that sends a byte now and then", async () => {
  const drip: Behaviour = () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          controller.enqueue(Uint8Array.of(1));
        },
      }),
    );
  await withServer(drip, async (place) => {
    await assert.rejects(place.get({ stall: 200, attempts: 1 }), /no data for 0.2 s/);
  });
});

Deno.test("download() takes no other part of the file for the one that it asked for", async () => {
  const part = (first: number, last: number, total: number | string): Response =>
    new Response(content.subarray(first, last + 1), {
      status: 206,
      headers: { "content-range": `bytes ${first}-${last}/${total}` },
    });
  const end = content.length - 1;
  // The first answer is wrong; then the whole file is asked for.
  for (
    const wrong of [() => part(0, half, content.length), () => part(half, end - 1, "*"), () => part(half + 1, end, "*")]
  ) {
    await withServer((_, before) => before === 0 ? wrong() : new Response(content), async (place) => {
      await startPart(place, content.subarray(0, half));
      await place.get();
      assert.deepEqual(place.ranges, [`bytes=${half}-`, null]);
      assert.deepEqual(await Deno.readFile(place.path), content);
    });
  }
  await withServer(() => part(half, end, "*"), async (place) => {
    await startPart(place, content.subarray(0, half));
    await place.get();
    assert.deepEqual(await Deno.readFile(place.path), content, "a server need not say how long the whole is");
  });
  await withServer(() => part(half, end, end), async (place) => {
    await startPart(place, content.subarray(0, half));
    await assert.rejects(place.get(), /the file there has 299999 bytes, expected 300000/);
  });
  await withServer(() => part(0, 9, content.length), async (place) => {
    await assert.rejects(place.get({ attempts: 2 }), /answered with another part of the file/);
    assert.equal(place.ranges.length, 2);
  });
});

Deno.test("download() starts over where the file on the server changed while it was resumed", async () => {
  const before = content.map((byte) => byte ^ 5);
  const changed: Behaviour = (request, requests) =>
    requests === 0 ? dropped(new Response(before), 60_000) : ranged(request, 0);
  await withServer(changed, async (place) => {
    await place.get();
    assert.deepEqual(place.ranges.at(-1), null, "all of it, in the end");
    assert.deepEqual(await Deno.readFile(place.path), content);
  });
});

Deno.test("download() says that it was given a web page", async () => {
  const headers = { "content-type": "text/html; charset=utf-8" };
  const page = "<html>Please sign in</html>";
  for (const body of [page, new Blob([page]).stream()]) {
    await withServer(() => new Response(body, { headers }), async (place) => {
      await assert.rejects(place.get(), /the server answered with a web page instead of the file/);
      assert.equal(place.ranges.length, 1);
      assert.deepEqual(names(place.path), []);
    });
  }
  // What a server calls a file does not count where its size is right.
  await withServer(() => new Response(content, { headers }), (place) => place.get());
});

Deno.test("download() refuses a file that is compressed on the way, and takes one that only says so", async () => {
  const encoded = (bytes: Uint8Array<ArrayBuffer>) => new Response(bytes, { headers: { "content-encoding": "gzip" } });
  for (const plain of [content, new Uint8Array(1e8)]) {
    await withServer(() => encoded(new Uint8Array(gzipSync(plain))), async (place) => {
      await assert.rejects(place.get(), /the server sends the file compressed with gzip$/);
      assert.deepEqual(names(place.path), []);
    });
  }
  // Some servers call an archive that: its bytes are those of the file.
  await withServer(() => encoded(content), async (place) => {
    await place.get();
    assert.deepEqual(await Deno.readFile(place.path), content);
  });
});

Deno.test("download() follows redirects to other servers, and gives up on those without end or to files", async () => {
  await withServer(whole, async (other) => {
    const to = (url: string): Behaviour => () => new Response(null, { status: 302, headers: { location: url } });
    await withServer(to(other.remote.url), async (place) => {
      await place.get();
      assert.deepEqual(await Deno.readFile(place.path), content);
    });
    await withServer(to("file:///etc/passwd"), async (place) => {
      await assert.rejects(place.get({ attempts: 1 }), /^DownloadError: Cannot download/);
      assert.deepEqual(names(place.path), []);
    });
    await withServer((request) => to(request.url)(request, 0), async (place) => {
      await assert.rejects(place.get({ attempts: 1 }), /^DownloadError: Cannot download/);
    });
  });
});

Deno.test("download() does not go from an encrypted connection to one that is not", async () => {
  // No server on loopback has a certificate: the answer is made here.
  const real = globalThis.fetch;
  const answer = new Response(content);
  Object.defineProperty(answer, "url", { value: "http://example.org/file.bin" });
  globalThis.fetch = () => Promise.resolve(answer);
  try {
    const path = join(await Deno.makeTempDir(), "file.bin");
    const remote = { url: "https://example.org/file.bin", size: content.length, sha256: sha256(content) };
    await assert.rejects(download(path, remote), /leads to "http:\/\/example\.org\/file\.bin", which is not encrypted/);
  } finally {
    globalThis.fetch = real;
  }
});

Deno.test("download() is content with a connection that drops once all is there", async () => {
  await withServer((request) => dropped(ranged(request, 0), content.length), async (place) => {
    await place.get();
    assert.equal(place.ranges.length, 1);
    assert.deepEqual(await Deno.readFile(place.path), content);
  });
});

Deno.test("download() stops when asked to, and keeps what it has for the next time", async () => {
  await withServer((request) => dropped(ranged(request, 0), 1e9), async (place) => {
    const stop = new AbortController();
    const progress = (done: number) => done > 60_000 && stop.abort(new Error("stopped by hand"));
    await assert.rejects(place.get({ signal: stop.signal, progress }), /stopped by hand/);
    const { size } = await Deno.stat(`${place.path}.part`);
    assert.ok(size > 60_000 && size <= content.length, String(size));
  });
});

Deno.test("download() takes a file placed by hand, and refuses one that is not the right one", async () => {
  await withServer(whole, async (place) => {
    await Deno.mkdir(join(place.path, ".."), { recursive: true });
    await Deno.writeFile(place.path, content);
    await place.get();
    for (const wrong of [content.subarray(1), content.map((byte) => byte ^ 1)]) {
      await Deno.writeFile(place.path, wrong);
      await assert.rejects(place.get(), /^DownloadError: The file ".*file.bin" is not the one expected$/);
      assert.deepEqual(await Deno.readFile(place.path), wrong, "a file placed by hand is not ours to remove");
    }
    assert.equal(place.ranges.length, 0);
  });
});

Deno.test("download() checks a file of which only the MD5 is known", async () => {
  await withServer(whole, async ({ path, remote: { url, size } }) => {
    const md5 = createHash("md5").update(content).digest("hex");
    await download(path, { url, size, md5 });
    assert.deepEqual(await Deno.readFile(path), content);
    await assert.rejects(download(path, { url, size, md5: md5.replace(/./, "x") }), (error) => {
      assert.ok(error instanceof DownloadError);
      assert.ok(error.help.includes(`its MD5 is ${md5}`), error.help.join());
      return true;
    });
  });
});

Deno.test("download() waits for another one of the same file, and takes what it has fetched", async () => {
  const slow: Behaviour = (request, before) => {
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        for (const part of [content.subarray(0, half), content.subarray(half)]) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          controller.enqueue(part);
        }
        controller.close();
      },
    });
    return before === 0 ? new Response(body) : ranged(request, before);
  };
  await withServer(slow, async (place) => {
    const shown: number[] = [];
    await Promise.all([place.get(), place.get({ progress: (done) => void shown.push(done) }), place.get()]);
    assert.deepEqual(await Deno.readFile(place.path), content);
    assert.deepEqual(place.ranges, [null], "fetched once");
    assert.deepEqual(names(place.path), ["file.bin"]);
    assert.ok(shown.length > 0, "progress is shown meanwhile");
  });
});
