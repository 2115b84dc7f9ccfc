/** `deno task torture`: attacks the program with everything that `all.ts` lists, and tells what does not hold. */
import { Command, InvalidArgumentError } from "commander";
import { dirname, resolve } from "node:path";
import { writeWhole } from "../../lib/files/mod.ts";
import { onInterrupt } from "../../pipeline/terminal/interrupt.ts";
import { terminalConsole } from "../../pipeline/terminal/console.ts";
import { alignedRows } from "../../pipeline/terminal/rows.ts";
import { nearest } from "../../pipeline/terminal/nearest.ts";
import { attacks } from "./all.ts";
import { drive, markdownOf, printTable } from "./driver.ts";

interface Options {
  readonly list?: boolean;
  readonly hours?: number;
  readonly seed: number;
  readonly trial?: number;
  readonly json?: string;
  readonly markdown?: string;
  readonly keep?: string;
}

const number = (least: number, whole: boolean) => (text: string) => {
  const value = Number(text);
  const wrong = text.trim() === "" || !(value >= least) || !Number.isFinite(value) ||
    (whole && !Number.isInteger(value));
  if (wrong) throw new InvalidArgumentError(`Expected a ${whole ? "whole " : ""}number of at least ${least}`);
  return value;
};

const program = new Command("torture")
  .description("Attack the program, and tell what does not hold")
  .argument("[attacks...]", "names of attacks (default: all)")
  .option("--list", "list the attacks")
  .option("--hours <n>", "how long all of them take together, about (default: minutes)", number(0.001, false))
  .option("--seed <n>", "what the attacks draw from", number(0, true), 1)
  .option("--trial <n>", "run this trial alone, to repeat a fault", number(0, true))
  .option("--json <file>", "write what came of it as JSON")
  .option("--markdown <file>", "write the table as Markdown")
  .option("--keep <folder>", "keep the files of the attacks in this folder");
program.parse(Deno.args, { from: "user" });
Deno.exit(await main(program.args, program.opts<Options>()));

async function main(names: readonly string[], options: Options): Promise<number> {
  const console = terminalConsole();
  if (options.list) {
    for (const line of alignedRows(attacks.map(({ name, summary }) => [name, summary]), ["left", "left"])) {
      console.line(line);
    }
    return 0;
  }
  for (const name of names) {
    if (attacks.some((attack) => attack.name === name)) continue;
    const known = attacks.map(({ name }) => name);
    const near = nearest(name, known);
    const help = near === undefined ? `attacks: ${known.join(", ")}` : `did you mean ${near}?`;
    console.warn(`Unknown attack "${name}"\n  ${help}`);
    return 2;
  }
  const chosen = names.length === 0 ? attacks : attacks.filter(({ name }) => names.includes(name));
  if (options.trial !== undefined && chosen.length !== 1) {
    console.warn("A trial belongs to one attack\n  name it: deno task torture kills --trial 12");
    return 2;
  }
  // Relative paths are relative to where the command was typed, which `deno task` leaves.
  const typed = (path: string) => resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
  const keep = options.keep === undefined ? undefined : typed(options.keep);
  const folder = keep ?? await Deno.makeTempDir({ prefix: "denoise-torture-" });
  await Deno.mkdir(folder, { recursive: true });
  using interruption = onInterrupt();
  const { signal } = interruption;
  signal.addEventListener("abort", () => console.line("stopping after this trial …"));
  const { seed, trial, hours } = options;
  const outcomes = await drive(
    { attacks: chosen, seed, trial, hours, folder, keep: keep !== undefined, signal },
    console,
  );
  if (keep === undefined) await Deno.remove(folder, { recursive: true });

  printTable(console, outcomes);
  if (options.json !== undefined) await write(typed(options.json), `${JSON.stringify(outcomes, null, 2)}\n`);
  if (options.markdown !== undefined) await write(typed(options.markdown), markdownOf(outcomes));
  if (signal.aborted) return interruption.code;
  return outcomes.some(({ faults }) => faults.length > 0) ? 1 : 0;
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await writeWhole(path, text);
}
