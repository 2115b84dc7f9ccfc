/** A model over HTTP on loopback: the pictures of `sample`, limits, and an end that loses nothing. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { builtins, sample, serve, type ServeOptions, type ServeResult } from "../mod.ts";
import { cutGrid, decode } from "../lib/image/mod.ts";
import { type MemoryConsole, memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { trainTiny } from "./tiny_model.ts";

const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const run = await trainTiny(folder);

/** What a test does to a server. */
interface Served {
  readonly console: MemoryConsole;
  readonly url: string;
  get(path: string, init?: RequestInit): Promise<Response>;
  post(body: unknown, init?: RequestInit): Promise<Response>;
  /** Asks it to stop. */
  stop(): void;
  readonly ended: Promise<ServeResult>;
}

async function serving(options: Partial<ServeOptions>, test: (served: Served) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const ready = Promise.withResolvers<string>();
  const console = memoryConsole();
  const ended = serve(run, {
    ...{ plugins: builtins, port: 0, signal: controller.signal, onReady: ready.resolve, grace: 5 },
    ...options,
  }, console);
  ended.catch(ready.reject);
  const url = await ready.promise;
  const stop = () => controller.abort(new DOMException("Interrupted", "AbortError"));
  const get = (path: string, init: RequestInit = {}) => fetch(new URL(path, url), init);
  try {
    await test({
      ...{ console, url, get, stop, ended },
      post: (body, init = {}) =>
        get("generate", {
          method: "POST",
          body: typeof body === "string" ? body : JSON.stringify(body),
          headers: { "content-type": "application/json" },
          ...init,
        }),
    });
  } finally {
    stop();
    assert.equal((await ended).outcome, "interrupted");
  }
}

const bytes = async (response: Response) => new Uint8Array(await response.arrayBuffer());
const pixels = async (png: Uint8Array) => [...(await decode(png)).data];
/** The one problem that an answer tells. */
const problem = async (response: Response) => {
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const { type, problems, detail, status } = await response.json();
  assert.equal(status, response.status);
  return { kind: type.replace("urn:denoise:problem:", ""), status, detail, first: problems?.[0] };
};

Deno.test("a server gives the pictures of sample bit for bit, whatever they are generated with", async () => {
  const out = join(folder, "expected");
  await sample(run, { plugins: builtins, count: 12, out }, memoryConsole());
  const expected = await Promise.all(
    Array.from(
      { length: 12 },
      async (_, seed) =>
        await pixels(await Deno.readFile(join(out, `${String(seed).padStart(5, "0")}-seed-${seed}.png`))),
    ),
  );
  await serving({ batch: 4 }, async ({ get, post }) => {
    const alone = await get("generate.png?seed=7");
    assert.equal(alone.headers.get("content-type"), "image/png");
    const picture = await bytes(alone);
    assert.deepEqual(await pixels(picture), expected[7]);
    const head = await fetch(alone.url, { method: "HEAD" });
    assert.deepEqual([head.headers.get("content-length"), await head.text()], [String(picture.length), ""]);

    // 24 requests at the same time, of one to three pictures: batches mix them.
    await Promise.all(Array.from({ length: 24 }, async (_, i) => {
      const seeds = Array.from({ length: i % 3 + 1 }, (_, j) => (i * 5 + j) % 12);
      const { pictures, sampler, steps } = await (await post({ seeds })).json();
      assert.deepEqual([sampler, steps], ["preview", 3]);
      assert.deepEqual(pictures.map(({ seed }: { seed: number }) => seed), seeds);
      for (const { seed, png } of pictures) assert.deepEqual(await pixels(Uint8Array.fromBase64(png)), expected[seed]);
    }));
    const { device, requests, latency } = await (await get("metrics")).json();
    assert.ok(device.picturesPerBatch > 2, `batches hold ${device.picturesPerBatch} pictures`);
    assert.deepEqual([requests["200"], latency.of], [26, 26]);

    const whole = await decode(await bytes(await post({ seeds: [3, 1, 2, 9], format: "grid", scale: 3, columns: 4 })));
    const cut = cutGrid(whole, { rows: 1, columns: 4 });
    assert.equal(cut[0]!.width, 24);
    assert.deepEqual(cut.map(({ data }) => [...data.slice(0, 3)]), [3, 1, 2, 9].map((i) => expected[i]!.slice(0, 3)));
    const large = await decode(await bytes(await post({ seeds: [5], format: "png", scale: 2 })));
    assert.deepEqual([large.width, large.height], [16, 16]);
    const quick = await pixels(await bytes(await get("generate.png?seed=7&sampler=quick")));
    assert.notDeepEqual(quick, expected[7]);
    assert.deepEqual(await pixels(await bytes(await get("generate.png?seeds=7&sampler=ddim&steps=2"))), quick);
  });
});

Deno.test("a server says what a request cannot be, with the field, its value and what is allowed", async () => {
  await serving({ mostPictures: 8, mostSteps: 9 }, async ({ get, post }) => {
    const cases: readonly [Promise<Response>, number, string | undefined, RegExp][] = [
      [post({ seeds: [1, -2] }), 422, "seeds[1]", /Cannot use seeds\[1\] "-2": expected at least 0/],
      [post({ seeds: [1.5] }), 422, "seeds[0]", /expected a whole number/],
      [post({ count: 9 }), 422, "count", /expected at most 8/],
      [post({ steps: 10 }), 422, "steps", /expected at most 9/],
      [post({ stepz: 3 }), 422, "stepz", /Unknown field "stepz": did you mean steps\?/],
      [post({ sampler: "quik" }), 422, "sampler", /"quik": did you mean quick\?/],
      [post({ seeds: [1], count: 2 }), 422, "count", /either seeds, or count and seed/],
      [post({ seeds: [1, 2], format: "png" }), 422, "format", /one seed/],
      [post({ count: 2, seed: 2 ** 31 - 1 }), 422, "count", /from 1 to 1/],
      [post("{"), 400, undefined, /not JSON/],
      [post([]), 422, "", /expected an object/],
      [post({ seeds: Array(20_000).fill(1) }), 422, "seeds", /at most 8/],
      [post({ seeds: Array(40_000).fill(1) }), 413, undefined, /more than 65536 bytes/],
      [post({}, { headers: { "content-type": "text/plain" } }), 415, undefined, /application\/json/],
      [
        post({}, { headers: { origin: "http://evil.example", "content-type": "application/json" } }),
        403,
        undefined,
        /own page/,
      ],
      [get("generate.png?seed=seven"), 422, "seed", /"seven": expected a whole number/],
      [get("generate.png?seeds=1,b"), 422, "seeds[1]", /"b"/],
      [get("generate.png?seed=%1b[31m"), 422, "seed", /\\u001b|\\x1b|ESC|␛|U\+001B/i],
      [get("generate"), 405, undefined, /it takes POST/],
      [get("healt"), 404, undefined, /did you mean \/health\?/],
      [get("generat.png"), 404, undefined, /did you mean \/generate\.png\?/],
    ];
    for (const [answer, status, field, detail] of cases) {
      const told = await problem(await answer);
      assert.equal(told.status, status, told.detail);
      assert.equal(told.first?.field, field, told.detail);
      assert.match(told.detail, detail);
    }
    assert.equal((await get("metrics").then((answer) => answer.json())).device.batches, 0, "nothing was generated");
  });
});

/** An answer to a request as it is written. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end(text);
  let answer = "";
  for await (const part of socket) answer += part;
  return answer;
}

Deno.test("a server answers to no other name, and its page loads nothing from elsewhere", async () => {
  await serving({}, async ({ get, url }) => {
    assert.match(
      await raw(url, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
      /^HTTP\/1\.1 421 /,
    );
    const page = await get("");
    const html = await page.text();
    assert.match(page.headers.get("content-security-policy")!, /default-src 'none'.*script-src 'nonce-/);
    assert.deepEqual([...html.matchAll(/(?:src|href)="(?!\/|data:)[^"]*"/g)].map(([text]) => text), []);
    assert.match(html, /prefers-color-scheme: dark/);
    assert.equal(page.headers.get("access-control-allow-origin"), null);
    assert.equal(page.headers.get("x-content-type-options"), "nosniff");

    const { openapi, paths } = await (await get("openapi.json")).json();
    assert.equal(openapi, "3.1.0");
    const { schema } = paths["/generate"].post.requestBody.content["application/json"];
    assert.deepEqual(Object.keys(paths).sort(), ["/generate", "/generate.png", "/metrics", "/model"]);
    assert.match(JSON.stringify(schema), /Generate/);
    const seed = paths["/generate.png"].get.parameters.find(({ name }: { name: string }) => name === "seed");
    assert.deepEqual([seed.schema.type, seed.schema.maximum, seed.required], ["integer", 2 ** 31 - 1, false]);
    const model = await (await get("model")).json();
    assert.deepEqual([model.name, model.step, model.image.width], ["tiny", 4, 8]);
    assert.ok(!JSON.stringify(model).includes(folder), "no path of this machine");
  });
});

const long = { count: 4, steps: 240 }; // about a second on this backend

Deno.test("a full queue is told with 429, a time that is over with 503 and 504", async () => {
  await serving({ queue: 2, batch: 2, timeout: 1, mostSteps: 100_000 }, async ({ post }) => {
    const slow = post({ count: 2, steps: 20_000 });
    await setTimeout(100);
    const waits = post({ count: 2, steps: 3 });
    await setTimeout(20);
    const full = await post({ count: 2, steps: 3 });
    assert.ok(Number(full.headers.get("retry-after")) >= 1);
    assert.deepEqual(await problem(full).then(({ kind, status }) => [kind, status]), ["queue-full", 429]);
    assert.deepEqual(await problem(await slow).then(({ kind, status }) => [kind, status]), ["timeout", 504]);
    const late = await waits; // had its turn when the slow one was given up, or was over before it
    assert.ok(late.status === 200 || late.status === 503, String(late.status));
    await late.body?.cancel();
  });
});

Deno.test("what a client gives up is not generated further", async () => {
  await serving({ batch: 1, mostSteps: 100_000 }, async ({ post, get }) => {
    const client = new AbortController();
    const given = post({ count: 3, steps: 50_000 }, { signal: client.signal });
    given.catch(() => {});
    await setTimeout(150);
    client.abort();
    await assert.rejects(given);
    const started = performance.now();
    assert.equal((await post({ seeds: [1] })).status, 200);
    assert.ok(performance.now() - started < 5000, "the device is free again");
    const { cancelled, device } = await (await get("metrics")).json();
    assert.deepEqual([cancelled, device.pictures], [1, 1]);
  });
});

Deno.test("a server that stops ends what is under way, refuses what is new, and ends what takes too long", async () => {
  await serving({ batch: 4 }, async ({ post, get, stop, ended }) => {
    const under = post(long);
    await setTimeout(100);
    stop();
    await setTimeout(20);
    assert.deepEqual(await problem(await get("generate.png")).then(({ kind, status }) => [kind, status]), [
      "stopping",
      503,
    ]);
    const health = await get("health");
    assert.deepEqual([health.status, (await health.json()).state], [503, "stopping"]);
    const answer = await under;
    assert.equal((await answer.json()).pictures.length, 4);
    assert.deepEqual(await ended, { outcome: "interrupted", pictures: 4 });
  });
  await serving({ batch: 4, grace: 0.2, mostSteps: 100_000 }, async ({ post, stop }) => {
    const under = post({ steps: 50_000 });
    await setTimeout(100);
    stop();
    assert.deepEqual(await problem(await under).then(({ kind, status }) => [kind, status]), ["stopping", 503]);
  });
});

Deno.test("serve says where it listens, or why it cannot", async () => {
  await serving({ warm: true, batch: 4 }, async ({ console, url, get }) => {
    assert.ok(console.lines.some((line) => line.includes(`serving      ${url}`)), console.lines.join("\n"));
    assert.ok(console.lines.some((line) => /^warm {9}batches of 1, 2, 4, in /.test(line)), console.lines.join("\n"));
    assert.deepEqual(console.warnings, []);
    assert.deepEqual(await (await get("health/live")).json(), { live: true });
    const port = Number(new URL(url).port);
    const again = serve(run, { plugins: builtins, port }, memoryConsole());
    await assert.rejects(again, /Cannot listen on "127\.0\.0\.1:\d+": another program does already/);
  });
  for (const [options, told] of [[{ port: 70_000 }, /--port 70000/], [{ queue: 0 }, /--queue 0/]] as const) {
    await assert.rejects(serve(run, { plugins: builtins, ...options }, memoryConsole()), told);
  }
});

Deno.test({
  name: "the task serves with the permissions that it has, and ends with 143 after SIGTERM",
  ignore: Deno.build.os === "windows",
  async fn() {
    const root = fileURLToPath(new URL("../", import.meta.url));
    const child = new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "--config", join(root, "deno.json"), "serve", run, "--port", "0"],
      cwd: folder,
      env: { NO_COLOR: "1", INIT_CWD: folder },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream());
    let out = "";
    const said = Promise.withResolvers<string>();
    const reading = (async () => {
      for await (const part of lines) {
        out += part;
        const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(out) ?? [];
        if (url !== undefined) said.resolve(url);
      }
      said.reject(new Error(`it ended: ${out}`));
    })();
    const errors = child.stderr.pipeThrough(new TextDecoderStream());
    const reported = Array.fromAsync(errors);
    try {
      const url = await said.promise;
      assert.equal((await decode(await bytes(await fetch(`${url}generate.png?seed=7&scale=2`)))).width, 16);
    } finally {
      child.kill("SIGTERM");
    }
    assert.equal((await child.status).code, 143, (await reported).join(""));
    await reading;
    assert.match(out, /^serving +http:\/\/127\.0\.0\.1:\d+\/, until Ctrl-C\n$/);
    const told = (await reported).join("");
    assert.match(told, /stopping: 0 requests to end\n$/);
    assert.doesNotMatch(told, /warning/i);
  },
});
