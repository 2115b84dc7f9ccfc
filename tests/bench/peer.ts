/** A process that does the work of the benchmark, and answers each line on its input with numbers. */

/** A running worker or peer. */
export interface Peer {
  readonly description: string;
  /** What the process answers: seconds, bytes or a loss. */
  ask(word: string, argument?: string): Promise<number>;
  /** As `ask`, of a word that is answered with several numbers. */
  askAll(word: string, ...args: readonly string[]): Promise<number[]>;
  stop(): Promise<void>;
}

/**
 * Starts a process.
 *
 * @param stderr where its own errors go: nowhere, where a peer may be missing and is then left out
 * @returns undefined where there is no such program, or it ends at once, as a Python without the peer's library does
 */
export async function startPeer(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stderr: "null" | "inherit" = "null",
): Promise<Peer | undefined> {
  let child;
  try {
    child = new Deno.Command(command, { args: [...args], env, stdin: "piped", stdout: "piped", stderr })
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
  const askAll = async (...words: string[]) => {
    await input.write(new TextEncoder().encode(`${words.join("\t")}\n`));
    const text = await answer();
    if (text === undefined) throw new Error(`Cannot continue: "${description}" ended when asked for "${words[0]}"`);
    return text.split(" ").map(Number);
  };
  return {
    description,
    ask: async (word, argument) => (await askAll(word, ...argument === undefined ? [] : [argument]))[0]!,
    askAll,
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
