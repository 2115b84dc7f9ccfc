/** Tests of what is on the terminal, and in a file in its place. */
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import picocolors from "picocolors";
import { bar, plainProgress } from "./bar.ts";
import { createConsole, isColored, type Progress } from "./console.ts";
import { warning } from "../problems/warning.ts";
import { row } from "./rows.ts";
import { wrap } from "./width.ts";
import { memoryConsole } from "./memory_console.ts";

const none = picocolors.createColors(false);
const progress: Progress = {
  label: "epoch   4/12",
  done: 59,
  total: 100,
  details: ["loss 0.1841", "1,020 images/s", "0:00:42 left"],
};

Deno.test("bar() shows label, bar, percent and details", () => {
  assert.equal(
    bar(progress, 100, none),
    "epoch   4/12  ━━━━━━━━━━━━━━━━━━━━──────────────   59 %  loss 0.1841  1,020 images/s  0:00:42 left",
  );
});

Deno.test("bar() is never wider than the terminal, and leaves out the least important first", () => {
  for (let width = 20; width <= 120; width++) {
    const text = bar(progress, width, none);
    assert.ok(text.length <= Math.min(width, 100), `${width}: ${text}`);
    assert.ok(text.startsWith("epoch   4/12"));
    assert.ok(text.includes("59 %"));
  }
  assert.ok(!bar(progress, 60, none).includes("left"));
  assert.ok(bar(progress, 60, none).includes("loss 0.1841"));
});

Deno.test("bar() moves by half cells from empty to full", () => {
  const cells = (done: number) => /[━╸─]+/.exec(bar({ ...progress, done }, 100, none))![0].slice(0, 4);
  assert.deepEqual([0, 1.5, 3, 4.5, 6].map(cells), ["────", "╸───", "━───", "━╸──", "━━──"]);
  assert.match(bar({ ...progress, done: 100 }, 100, none), /100 %/);
  assert.match(bar({ ...progress, done: 999, total: 1000 }, 100, none), / 99 %/, "100 % means done");
});

/** A console on text, with a clock. */
function streams(interactive: boolean, columns = 80) {
  const said = { out: "", err: "", now: 0 };
  const console = createConsole({
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    interactive,
    columns: () => columns,
    colors: none,
    now: () => said.now,
  });
  return { said, console };
}

Deno.test("a console that is not a terminal prints plain lines, every ten seconds at most", () => {
  const { said, console } = streams(false);
  for (said.now = 0; said.now <= 60_000; said.now += 100) console.progress(progress);
  console.endProgress();
  const lines = said.out.split("\n").slice(0, -1);
  assert.ok(lines.length >= 5 && lines.length <= 6, said.out);
  assert.equal(lines[0], plainProgress(progress));
  assert.ok(!said.out.includes("\x1b") && !said.out.includes("\r") && !said.out.includes("━"));
});

Deno.test("a console that is not a terminal passes over short work", () => {
  const { said, console } = streams(false);
  for (let epoch = 1; epoch <= 20; epoch++) {
    console.progress({ ...progress, label: `epoch ${epoch}` });
    said.now += 300;
  }
  assert.ok(said.out.split("\n").length <= 2, said.out);
});

Deno.test("a terminal shows one line of progress below the lines that stay", () => {
  const { said, console } = streams(true, 60);
  console.progress(progress);
  console.line("first");
  console.progress({ ...progress, done: 60 });
  console.warn("careful\n  and more");
  console.endProgress();
  console.line("last");
  assert.equal(screen(said.out, 60), "first\nlast\n");
  assert.equal(said.err, "warning  careful\n           and more\n");
  assert.ok(!said.out.includes("\x1b[?"), "cursor and line wrapping are left alone");
});

Deno.test("a terminal that does not know its width is taken to be wide", () => {
  assert.deepEqual([0, 10, 60, 200].map((columns) => streams(true, columns).console.width), [100, 20, 60, 100]);
});

Deno.test("a console breaks warnings between words", () => {
  const { said, console } = streams(false, 40);
  console.warn('Skipped "p4.png": the file is cut short or damaged\n  repair it, or remove it, and run again');
  assert.equal(
    said.err,
    'warning  Skipped "p4.png": the file is\n         cut short or damaged\n' +
      "           repair it, or remove it, and\n           run again\n",
  );
});

// deno-lint-ignore no-control-regex -- control characters are what this is about
const control = /\x1b\[\d*G|\x1b\[[0-2]?K|\x1b\[[\d;]*[A-Za-z]|\x1b[78]|[\s\S]/g;

/** What a terminal shows after this text: carriage returns, erasing, saving and restoring the cursor. */
function screen(text: string, width: number): string {
  const lines = [""];
  let saved = 0;
  let column = 0;
  for (const [token] of text.matchAll(control)) {
    const line = lines.at(-1)!;
    if (token === "\n") lines.push(""), column = 0;
    else if (token === "\r" || token === "\x1b[1G") column = 0;
    else if (token === "\x1b7") saved = column;
    else if (token === "\x1b8") column = saved;
    else if (token === "\x1b[0K" || token === "\x1b[K") lines[lines.length - 1] = line.slice(0, column);
    else if (token === "\x1b[2K") lines[lines.length - 1] = "";
    else {
      assert.ok(!token.startsWith("\x1b"), `unexpected ${JSON.stringify(token)}`);
      lines[lines.length - 1] = line.slice(0, column) + token + line.slice(column + 1);
      assert.ok(++column < width, "the last column stays free");
    }
  }
  return lines.join("\n");
}

Deno.test("row() wraps between words below its label", () => {
  const console = memoryConsole(40);
  row(console, "backend", "wasm (WebAssembly SIMD, 2 threads), the fastest");
  assert.deepEqual(console.lines, ["backend      wasm (WebAssembly SIMD, 2", "             threads), the fastest"]);
  assert.deepEqual(wrap("a  b", 10), ["a  b"]);
  assert.deepEqual(wrap("averyverylongword b", 5), ["averyverylongword", "b"]);
});

Deno.test("row() writes a path below its label where there is no room for it beside that", () => {
  const console = memoryConsole(40);
  row(console, "runs", "runs/short-sweep");
  row(console, "runs", `runs/${"x".repeat(30)}`);
  assert.deepEqual(console.lines, ["runs         runs/short-sweep", "runs", `  runs/${"x".repeat(30)}`]);
});

Deno.test("row() keeps a command on one line, and wraps what is said of it", () => {
  const console = memoryConsole(40);
  const command = "deno task sample 'runs/a run' --count 64 --grid grid.png";
  row(console, "more", command);
  row(console, "next", "deno task plugins   lists all parts a recipe can use");
  assert.deepEqual(console.lines, [
    `more         ${command}`,
    "next         deno task plugins   lists",
    "             all parts a recipe can use",
  ]);
});

Deno.test("a console lets nothing of what it is told move the cursor, and keeps its own colours", () => {
  const evil = "a\u001b[2J\u009b1A\u202e\u200b\r\nforged é 漢 🦊";
  const shown = "a\\u001b[2J\\u009b1A\\u202e\\u200b\\r\\nforged é 漢 🦊";
  for (const coloured of [false, true]) {
    const said = { out: "", err: "" };
    let now = 0;
    const colors = picocolors.createColors(coloured);
    const console = createConsole({
      out: (text) => void (said.out += text),
      err: (text) => void (said.err += text),
      interactive: false,
      columns: () => 100,
      colors,
      now: () => now += 1e6,
    });
    console.line(evil);
    console.line(`${colors.bold("label")} ${evil}`);
    row(console, "label", evil);
    console.progress({ label: evil, done: 1, total: 2, details: [evil] });
    assert.deepEqual(said.out.split("\n"), [
      shown,
      `${colors.bold("label")} ${shown}`,
      `${colors.bold("label".padEnd(13))}${shown}`,
      `${shown}   50 %  ${shown}`,
      "",
    ]);
    console.warn(warning({ code: "x", message: evil, help: [evil] }));
    assert.deepEqual(said.err.split("\n"), [`${colors.yellow("warning")}  ${shown}`, `           ${shown}`, ""]);
  }
});

Deno.test("a line of progress on a terminal shows names as they can be seen", () => {
  const { said, console } = streams(true);
  console.progress({ ...progress, label: "x\u001b[2J", details: ["y\u202e"] });
  console.endProgress();
  assert.ok(said.out.includes("x\\u001b[2J") && said.out.includes("y\\u202e"));
  assert.ok(!said.out.includes("\u001b[2J") && !said.out.includes("\u202e"));
});

Deno.test("isColored() follows NO_COLOR, FORCE_COLOR and TERM, stream by stream", () => {
  const colored = (terminal: boolean, env: Record<string, string> = {}) =>
    isColored({ isTerminal: () => terminal }, (name) => env[name]);
  assert.deepEqual([colored(true), colored(false)], [true, false]);
  assert.deepEqual([colored(true, { NO_COLOR: "1" }), colored(true, { NO_COLOR: "" })], [false, true]);
  assert.deepEqual([colored(false, { FORCE_COLOR: "1" }), colored(true, { FORCE_COLOR: "0" })], [true, false]);
  assert.equal(colored(true, { NO_COLOR: "1", FORCE_COLOR: "1" }), false);
  assert.deepEqual([colored(true, { TERM: "dumb" }), colored(false, { CI: "true" })], [false, false]);
});

Deno.test("a line of progress is cut to a terminal of any width", () => {
  for (const columns of [1, 2, 10, 19, 40]) {
    const { said, console } = streams(true, columns);
    console.progress(progress);
    console.endProgress();
    const marked = said.out.replaceAll("\x1b7", "\n").replaceAll("\x1b8", "\n").replaceAll("\x1b", "\n\x1b");
    const drawn = marked.split(/[\r\n]+/).map((text) => stripVTControlCharacters(text));
    assert.ok(drawn.some((text) => text !== ""));
    for (const text of drawn) assert.ok(text.length <= Math.max(1, columns - 1), `${columns}: ${JSON.stringify(text)}`);
  }
});
