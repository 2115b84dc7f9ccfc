/** A process that does the work of the benchmark, and answers each line on its input with a number. */

/** A running worker or peer. */
export interface Peer {
  readonly description: string;
  /** What the process answers: seconds, bytes or a loss. */
  ask(word: string, argument?: string): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts a process.
 *
 * @returns undefined where there is no such program, or it ends at once, as a Python without the peer's library does
 */
export async function startPeer(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Peer | undefined> {
  let child;
  try {
    child = new Deno.Command(command, { args: [...args], env, stdin: "piped", stdout: "piped", stderr: "null" })
      .spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(lineStream()).getReader();
  const input = child.stdin.getWriter();
  const answer = async () => (await lines.read()).value;
  const description = await answer();
  if (description === undefined) return undefined;
  return {
    description,
    async ask(word, argument) {
      await input.write(new TextEncoder().encode(`${argument === undefined ? word : `${word}\t${argument}`}\n`));
      const text = await answer();
      if (text === undefined) throw new Error(`Cannot go on: "${description}" ended when asked for "${word}"`);
      return Number(text);
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
