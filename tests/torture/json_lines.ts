/** Programs that tell what they do as lines of JSON, and that may hang or crash. */

/** How a program ended. */
export interface ProgramEnd {
  readonly success: boolean;
  /** To continue a sentence: "SIGSEGV", "exit code 1". */
  readonly how: string;
  /** Whether it was silent for too long, and was killed. */
  readonly hung: boolean;
  /** The end of what it wrote to standard error. */
  readonly complaint: string;
}

/** How long a program may be silent. */
export interface Patience {
  /** Milliseconds between two lines. */
  readonly between: number;
  /** Milliseconds until the first line: a program has to start. Default: as between two. */
  readonly first?: number;
}

/**
 * Runs a program of Deno to its end, and kills it where it is silent for too long or the signal says so.
 *
 * @param tell takes each line, and a function that kills the program
 */
export async function runJsonLines<Line>(
  args: readonly string[],
  { between, first = between }: Patience,
  signal: AbortSignal,
  tell: (line: Line, kill: () => void) => void,
): Promise<ProgramEnd> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  let hung = false;
  const late = () => (hung = true, kill());
  let timer = setTimeout(late, first);
  signal.addEventListener("abort", kill);
  const complaint = new Response(child.stderr).text();
  try {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      clearTimeout(timer);
      timer = setTimeout(late, between);
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) tell(JSON.parse(line) as Line, kill);
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", kill);
  }
  const { success, code, signal: killedBy } = await child.status;
  const how = killedBy ?? `exit code ${code}`;
  return { success, how, hung, complaint: (await complaint).trim().slice(-500) };
}
