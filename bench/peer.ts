/** The same work in PyTorch, in a process that answers each line on its input with the seconds it took. */
import { fileURLToPath } from "node:url";

/** A running peer. */
export interface Peer {
  readonly description: string;
  /** Seconds of one training step, or of sampling one batch in 20 steps. */
  time(work: "train" | "sample"): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the peer; undefined where Python has no torch. */
export async function startPeer(batch: number): Promise<Peer | undefined> {
  const python = Deno.env.get("DENOISE_PEER_PYTHON") ?? "python3";
  const script = fileURLToPath(new URL("./peers/torch_peer.py", import.meta.url));
  let child;
  try {
    child = new Deno.Command(python, {
      args: [script, String(batch), String(navigator.hardwareConcurrency)],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(lineStream()).getReader();
  const input = child.stdin.getWriter();
  const answer = async () => (await lines.read()).value;
  const description = await answer();
  if (description === undefined) return undefined; // it has ended: no torch
  return {
    description,
    async time(work) {
      await input.write(new TextEncoder().encode(`${work}\n`));
      return Number(await answer());
    },
    async stop() {
      await input.close();
      await child.status;
    },
  };
}

function lineStream(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) controller.enqueue(line);
    },
  });
}
