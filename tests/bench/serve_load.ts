/** Clients of a server: each asks for one picture after the other. */
import { fileURLToPath } from "node:url";

/** What a load gave. */
export interface Load {
  /** Answers a second. */
  readonly perSecond: number;
  /** Median of the seconds that an answer took. */
  readonly p50: number;
  /** All but one answer of a hundred took less; seconds. */
  readonly p99: number;
}

/** Runs clients in a process of their own for some seconds. */
export async function loadOn(url: string, clients: number, seconds: number): Promise<Load> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", `--allow-net=${new URL(url).host}`, fileURLToPath(import.meta.url), url]
      .concat(String(clients), String(seconds)),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (code !== 0) throw new Error(`The clients failed: ${text(stderr)}`);
  return JSON.parse(text(stdout));
}

if (import.meta.main) {
  const [url = "", clients = "1", seconds = "1"] = Deno.args;
  let seed = 0;
  const durations: number[] = [];
  const client = async (until: number, note: (seconds: number) => void) => {
    while (performance.now() < until) {
      const start = performance.now();
      const answer = await fetch(`${url}generate.png?seed=${seed++}`);
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`The server answered with ${answer.status}`);
      note((performance.now() - start) / 1000);
    }
  };
  const all = async (length: number, note: (seconds: number) => void) => {
    const until = performance.now() + length * 1000;
    await Promise.all(Array.from({ length: Number(clients) }, () => client(until, note)));
  };
  await all(1, () => {}); // the first requests pay for connections
  const start = performance.now();
  await all(Number(seconds), (each) => durations.push(each));
  const length = (performance.now() - start) / 1000;
  durations.sort((a, b) => a - b);
  const at = (part: number) => durations[Math.min(durations.length - 1, Math.floor(part * durations.length))]!;
  console.log(JSON.stringify({ perSecond: durations.length / length, p50: at(0.5), p99: at(0.99) }));
}
