/** What attacks compare with: each scene once without a disturbance, and how long its processes take. */
import { join } from "node:path";
import { runProcess } from "../process.ts";
import { drawPictures, type Scene, type SceneCommand, scenesOf } from "../scenes.ts";
import { buildShim, changing, readState, type Shim } from "../shim/mod.ts";
import { type FolderDigest, readTree } from "../tree.ts";
import { type Archives, serveArchives } from "./server.ts";

/** A scene, and what came of it when nothing disturbed it. */
export interface Rehearsed {
  readonly scene: Scene;
  /** A folder as it is when the scene begins: to be copied. */
  readonly start: string;
  readonly calm: FolderDigest;
  /** Of each line of each step. */
  readonly lines: readonly (readonly LineFigures[])[];
}

/** What a process comes to that nothing disturbs. */
export interface LineFigures {
  readonly seconds: number;
  /** File operations that change something; 0 where they cannot be counted. */
  readonly operations: number;
}

/** Rehearses scenes once each, when they are asked for. */
export class Rehearsal implements AsyncDisposable {
  readonly #known = new Map<string, Rehearsed>();
  private constructor(
    readonly folder: string,
    /** A text where there is none: the reason. */
    readonly shim: Shim | string,
    private readonly archives: Archives,
    private readonly scenes: readonly Scene[],
  ) {}

  static async open(folder: string): Promise<Rehearsal> {
    const pictures = join(folder, "pictures");
    await drawPictures(pictures);
    await Deno.mkdir(join(folder, "shim"), { recursive: true });
    const archives = await serveArchives();
    return new Rehearsal(folder, await buildShim(folder), archives, scenesOf({ pictures, archives }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.archives[Symbol.asyncDispose]();
  }

  /**
   * The scene of a name, rehearsed.
   *
   * @throws Error where a process fails though nothing disturbs it
   */
  async scene(name: string): Promise<Rehearsed> {
    const known = this.#known.get(name) ?? await this.#rehearse(this.scenes.find((scene) => scene.name === name)!);
    this.#known.set(name, known);
    return known;
  }

  async #rehearse(scene: Scene): Promise<Rehearsed> {
    const folder = join(this.folder, "scenes", scene.name.replaceAll(" ", "-"));
    const [start, calm] = [join(folder, "start"), join(folder, "calm")];
    const before = scene.after === undefined ? undefined : await this.scene(scene.after);
    if (before !== undefined) await copyFolder(join(before.start, "..", "calm"), start);
    else if (scene.within === undefined) await Deno.mkdir(start, { recursive: true });
    else await this.#middleOf(scene.within, start);
    for (const [path, text] of Object.entries(scene.files)) await Deno.writeTextFile(join(start, path), text);
    if (scene.programs) {
      // A run in a folder that is thrown away compiles what scenes before it have not compiled yet.
      const [warm, programs] = [join(folder, "warm"), join(this.folder, "programs")];
      await copyFolder(start, warm);
      await copyFolder(programs, join(warm, "cache", "xla"));
      for (const line of scene.steps.flat()) await this.#undisturbed(line, warm, join(folder, "warm.state"));
      await copyFolder(join(warm, "cache", "xla"), programs);
      await copyFolder(programs, join(start, "cache", "xla"));
      await Deno.remove(warm, { recursive: true });
    }
    await copyFolder(start, calm);
    const lines: LineFigures[][] = [];
    for (const [i, step] of scene.steps.entries()) {
      const figures: LineFigures[] = [];
      for (const line of step) figures.push(await this.#undisturbed(line, calm, join(folder, `calm-${i}.state`)));
      lines.push(figures);
    }
    return { scene, start, calm: await readTree(calm), lines };
  }

  /** Plays a scene up to the moment at which a file has taken its name. */
  async #middleOf([name, file]: readonly [string, string], folder: string): Promise<void> {
    const { scene, start } = await this.scene(name);
    await copyFolder(start, folder);
    if (typeof this.shim === "string") return;
    const plan = { folder, operations: ["rename"], at: 1, how: "kill-after", name: file } as const;
    const env = this.shim.environment(plan, join(folder, "..", `middle-of-${name}.state`));
    const { args, program } = scene.steps[0]![0]!;
    const { killed } = await runProcess(args, { folder, program, env });
    if (!killed) throw new Error(`"${args.join(" ")}" was not killed when ${file} had its name`);
  }

  async #undisturbed({ args, program }: SceneCommand, folder: string, state: string): Promise<LineFigures> {
    await Deno.remove(state).catch(() => {});
    const env = typeof this.shim === "string"
      ? {}
      : this.shim.environment({ folder, operations: changing, at: 0, how: "kill" }, state);
    const { code, complaint, output, seconds } = await runProcess(args, { folder, program, env });
    if (code !== 0) throw new Error(`"${args.join(" ")}" ends with ${code} undisturbed: ${output}${complaint}`);
    return { seconds, operations: (await readState(state)).counted };
  }
}

/** Copies a folder with all that is in it; nothing where it is not there. */
export async function copyFolder(from: string, to: string): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(from)).catch(() => []);
  await Deno.mkdir(to, { recursive: true });
  for (const { name, isDirectory } of entries) {
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}
