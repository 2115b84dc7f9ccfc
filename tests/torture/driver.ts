/** Runs attacks one after the other, and tells what came of them. */
import { join } from "node:path";
import type { Console } from "../../pipeline/terminal/console.ts";
import { table } from "../../pipeline/terminal/rows.ts";
import { count, counted, duration } from "../../pipeline/terminal/units.ts";
import type { Fault, Torture, TortureResult } from "./types.ts";

/** Faults of an attack that are printed. */
const mostTold = 20;

/** What to run, and how long. */
export interface DriveOptions {
  readonly attacks: readonly Torture[];
  readonly seed: number;
  /** One trial alone, by its number: to repeat a fault. */
  readonly trial?: number | undefined;
  /** Hours that all attacks take together, about; undefined: their default numbers of trials. */
  readonly hours?: number | undefined;
  /** A folder that exists, for a folder of each attack. */
  readonly folder: string;
  /** Leaves the folders of the attacks there. Default false. */
  readonly keep?: boolean;
  readonly signal: AbortSignal;
}

/** What came of one attack. */
export interface Outcome extends TortureResult {
  readonly name: string;
  readonly seed: number;
  readonly seconds: number;
}

/** Trials of an attack when each of `attacks` gets the same part of the hours. */
export function trialsFor({ trials }: Torture, hours: number | undefined, attacks: number): number {
  return hours === undefined ? trials.default : Math.max(1, Math.round(trials.hour * hours / attacks));
}

/**
 * Runs the attacks. An attack that throws has found a fault in itself or in what it attacks: it is told like one, and the
 * next one runs.
 *
 * @returns what came of those that ran: fewer than all where the signal stopped it
 */
export async function drive(options: DriveOptions, console: Console): Promise<Outcome[]> {
  const { attacks, seed, trial, hours, folder, keep = false, signal } = options;
  const plan = attacks.map((attack) => ({
    attack,
    trials: trial === undefined ? trialsFor(attack, hours, attacks.length) : 1,
  }));
  // Seconds that are still to come, by the attacks' own figures; the attack that runs tells its real pace.
  const expected = ({ attack, trials }: typeof plan[number]) => 3600 * trials / attack.trials.hour;
  const outcomes: Outcome[] = [];
  for (const [i, { attack, trials }] of plan.entries()) {
    if (signal.aborted) break;
    const after = plan.slice(i + 1).reduce((sum, each) => sum + expected(each), 0);
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    const own = join(folder, attack.name);
    await Deno.mkdir(own, { recursive: true });
    let result: TortureResult;
    try {
      result = await attack.run({
        seed,
        first: trial ?? 0,
        trials,
        folder: own,
        signal,
        progress: (done, total) => {
          const own = done === 0 ? expected(plan[i]!) : seconds() / done * (total - done);
          const details = [`${count(done)} of ${counted(total, "trial")}`, `${duration(own + after)} left`];
          console.progress({ label: `${attack.name} (${i + 1}/${plan.length})`, done, total, details });
        },
      });
    } catch (error) {
      const what = error instanceof Error ? error.stack ?? error.message : String(error);
      result = { trials: 0, faults: [{ trial: trial ?? 0, what: `The attack itself failed: ${what}` }], figures: {} };
    }
    console.endProgress();
    if (!keep) await Deno.remove(own, { recursive: true });
    const outcome = { ...result, name: attack.name, seed, seconds: seconds() };
    outcomes.push(outcome);
    for (const fault of outcome.faults.slice(0, mostTold)) tellFault(console, outcome, fault);
    const more = outcome.faults.length - mostTold;
    if (more > 0) console.line(`and ${counted(more, "more fault")}: --json tells all of them`);
    console.line(`${attack.name}  ${summaryOf(outcome)}`);
  }
  return outcomes;
}

/** The command that repeats a fault alone. */
export function repeating({ name, seed }: Pick<Outcome, "name" | "seed">, { trial }: Fault): string {
  return `deno task torture ${name} --seed ${seed} --trial ${trial}`;
}

function tellFault(console: Console, outcome: Outcome, fault: Fault): void {
  for (const [i, line] of fault.what.trimEnd().split("\n").entries()) {
    console.line(i === 0 ? console.colors.red(`fault: ${printable(line)}`) : `  ${printable(line)}`);
  }
  if (fault.input !== undefined) console.line(`  input: ${printable(fault.input)}`);
  console.line(`  repeat it with: ${repeating(outcome, fault)}`);
}

/** Inputs are made to do harm, to terminals too. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function summaryOf({ trials, faults, seconds }: Outcome): string {
  return `${counted(trials, "trial")}, ${counted(faults.length, "fault")}, ${duration(seconds)}`;
}

/** Rows of the table: a head first. */
export function tableRows(outcomes: readonly Outcome[]): string[][] {
  const figure = (value: number | string) => typeof value === "number" ? value.toLocaleString("en-US") : value;
  return [
    ["attack", "trials", "faults", "time", "figures"],
    ...outcomes.map(({ name, trials, faults, seconds, figures }) => [
      name,
      count(trials),
      count(faults.length),
      duration(seconds),
      Object.entries(figures).map(([what, value]) => `${what} ${figure(value)}`).join(", "),
    ]),
  ];
}

/** Prints the table. */
export function printTable(console: Console, outcomes: readonly Outcome[]): void {
  console.line();
  table(console, tableRows(outcomes), ["left", "right", "right", "right", "left"]);
}

/** The table as Markdown. */
export function markdownOf(outcomes: readonly Outcome[]): string {
  const [head, ...body] = tableRows(outcomes) as [string[], ...string[][]];
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), "|---|--:|--:|--:|---|", ...body.map(line)].join("\n") + "\n";
}
