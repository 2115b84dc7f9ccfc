/** One trial: the processes of a scene, killed and started again, and looked at after each kill. */
import { join } from "node:path";
import type { TrialDraws } from "../draws.ts";
import { type Ended, runProcess } from "../process.ts";
import type { SceneCommand } from "../scenes.ts";
import { changing, type FaultPlan, readState } from "../shim/mod.ts";
import { age, folderDifferences, HalfThere, leftBehind, readTree } from "../tree.ts";
import { copyFolder, type LineFigures, type Rehearsal, type Rehearsed } from "./rehearsal.ts";

const killsOfRound = 9;

/** When to kill: at a file operation, or after some milliseconds. */
type Moment = { readonly plan: Omit<FaultPlan, "folder"> } | { readonly after: number };

/** One trial in a folder of its own. */
export class Round {
  kills = 0;
  /** How many of them hit a file operation that was aimed at. */
  aimed = 0;
  processes = 0;
  readonly #story: string[] = [];

  constructor(
    private readonly rehearsed: Rehearsed,
    private readonly rehearsal: Rehearsal,
    private readonly draws: TrialDraws,
    private readonly folder: string,
  ) {}

  /** What was done, in a line. */
  get story(): string {
    return `${this.rehearsed.scene.name}: ${this.#story.join(", ")}`;
  }

  /** Plays the scene until it was killed often enough. @returns what does not hold */
  async run(): Promise<string[]> {
    let found: string[] = [];
    // Some scenes end before they are killed as often: they are played again from the start.
    for (let plays = 0; found.length === 0 && this.kills < killsOfRound && plays < 4; plays++) {
      if (plays > 0) await this.remove();
      await copyFolder(this.rehearsed.start, this.folder);
      found = await this.#play(killsOfRound - this.kills);
    }
    return found;
  }

  async #play(budget: number): Promise<string[]> {
    const { scene: { steps }, calm, lines } = this.rehearsed;
    for (const [i, step] of steps.entries()) {
      let left = Math.max(1, Math.round(budget / steps.length));
      let open = step.map((line, j) => ({ line, figures: lines[i]![j]! }));
      while (open.length > 0) {
        const disturbed = left-- > 0;
        // Of two at once, one at least is killed: the other meets what is left of it.
        const victim = this.draws.whole(0, open.length - 1);
        const ended = await Promise.all(open.map(({ line, figures }, j) => {
          const hit = disturbed && (j === victim || this.draws.chance(0.5));
          return this.#process(line, hit ? this.#moment(figures) : undefined);
        }));
        const found = ended.flatMap((one) => complaintOf(one, open.length > 1) ?? []);
        if (disturbed) found.push(...await this.#look());
        if (found.length > 0) return found;
        open = open.filter((_, j) => ended[j]!.killed || ended[j]!.code !== 0);
      }
    }
    const tree = await readTree(this.folder).catch(told);
    if (Array.isArray(tree)) return tree;
    const left = await leftBehind(this.folder);
    return [...folderDifferences(tree, calm, true), ...left.map((path) => `${path} is left behind`)];
  }

  async remove(): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }

  #moment({ seconds, operations }: LineFigures): Moment {
    const { draws } = this;
    if (operations === 0 || draws.chance(0.4)) return { after: Math.round(1000 * seconds * draws.next()) };
    // A run that was killed before has less to do than the whole one: early operations come more often.
    const at = draws.chance(0.3) ? draws.whole(1, operations) : Math.round(operations ** draws.next());
    return { plan: { operations: changing, at, how: draws.pick(["kill", "kill-after", "kill-half"] as const) } };
  }

  async #process({ args, program }: SceneCommand, moment: Moment | undefined): Promise<Ended> {
    const { folder, rehearsal: { shim } } = this;
    const state = join(this.rehearsal.folder, "shim", `${this.processes++}.state`);
    const plan = moment !== undefined && "plan" in moment && typeof shim !== "string" ? moment.plan : undefined;
    const env = plan === undefined || typeof shim === "string" ? {} : shim.environment({ folder, ...plan }, state);
    const killAfter = moment !== undefined && "after" in moment ? moment.after : undefined;
    const ended = await runProcess(args, { folder, program, env, killAfter });
    if (ended.killed) {
      this.kills++;
      const { hit, operation, path } = await readState(state);
      if (hit > 0) this.aimed++;
      this.#story.push(
        plan !== undefined && hit > 0
          ? `${args[0]} ${plan.how} ${operation} #${plan.at} of ${path.slice(folder.length + 1)}`
          : `${args[0]} after ${killAfter} ms`,
      );
    } else this.#story.push(`${args[0]} ended with ${ended.code}`);
    await Deno.remove(state).catch(() => {});
    return ended;
  }

  /** What is wrong with the files right after a kill. */
  async #look(): Promise<string[]> {
    const tree = await readTree(this.folder).catch(told);
    await age(this.folder);
    return Array.isArray(tree) ? tree : folderDifferences(tree, this.rehearsed.calm, false);
  }
}

function told(error: unknown): string[] {
  if (error instanceof HalfThere) return [error.message];
  throw error;
}

/** What is wrong with how a process ended; undefined where nothing is. */
function complaintOf({ code, killed, hung, complaint, output }: Ended, among: boolean): string | undefined {
  if (hung) return "a process hung";
  if (killed || code === 0) return undefined;
  // Of two that train in the same folder, one is refused.
  if (among && code === 1 && /already\s+training\s+there/.test(complaint)) return undefined;
  return `a process ended with ${code}: ${(complaint || output).slice(0, 2000)}`;
}
