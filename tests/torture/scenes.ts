/** Whole stretches of work that attacks disturb: what lies in the folder first, and the command lines that follow. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encode } from "../../lib/image/mod.ts";
import type { Archives } from "./kills/server.ts";
import { backend } from "./process.ts";

/** One process. */
export interface SceneCommand {
  readonly args: readonly string[];
  /** Relative to the root of the repository. Default `cli.ts`. */
  readonly program?: string;
}

/** Work in one folder. Killed at any moment and started again, it comes to the same files. */
export interface Scene {
  readonly name: string;
  /** Files that are there first, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Steps in order. The lines of one step run at the same time. */
  readonly steps: readonly (readonly SceneCommand[])[];
  /** Name of the scene at whose end this one begins. */
  readonly after?: string;
  /** Name of the scene that this one begins in the middle of: killed when a file of this name is in its place. */
  readonly within?: readonly [scene: string, file: string];
  /** Whether compiled programs are there first: compiling takes longer than all else. */
  readonly programs: boolean;
}

/** What scenes use from outside their folder. */
export interface World {
  /** Absolute: a folder of pictures. */
  readonly pictures: string;
  readonly archives: Archives;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The smallest recipe that has all that a run carries along: statistics, an average, momenta, draws, the best. */
const recipe = (dataset: string, more = "") =>
  `name: tiny
seed: 11
dataset: ${dataset}
augmentation: [horizontal-flip]
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 2, stochasticity: 0.5 } }
metrics: [{ use: validation-error, every: 2 epochs }]
backend: ${backend}
train:
  steps: 24
  checkpoint: 3 steps
  keep: { last: 2, best: noise }
  samples: { every: 1 epochs, rows: 1, columns: 2 }
${more}`;

const cli = (...args: string[]): SceneCommand => ({ args });
const run = ["run", "recipe.yaml"];

/** The scenes. */
export function scenesOf({ pictures, archives }: World): Scene[] {
  const folder = `{ use: image-folder, folder: ${JSON.stringify(pictures)}, image_size: 8, batch_size: 16 }`;
  const { url, size, sha256 } = archives.pictures;
  const archive = `{ use: tiny-archive, url: "${url}", size: ${size}, sha256: "${sha256}", batch_size: 16 }`;
  const files = { "recipe.yaml": recipe(folder) };
  return [
    { name: "train", files, steps: [[cli(...run)]], programs: true },
    { name: "resume", files, within: ["train", "step-000012"], steps: [[cli(...run)]], programs: true },
    { name: "programs", files, steps: [[cli(...run)]], programs: false },
    {
      name: "download",
      files: { "recipe.yaml": recipe(archive, `plugins: [${JSON.stringify(here("kills/tiny_archive.ts"))}]\n`) },
      steps: [[cli(...run)]],
      programs: true,
    },
    {
      name: "sweep",
      files,
      steps: [[cli("sweep", "recipe.yaml", "schedule=cosine,linear", "samplers.preview.steps=2,3", "train.steps=9")]],
      programs: true,
    },
    {
      name: "use",
      files: {},
      after: "train",
      steps: [
        [cli("sample", "runs/tiny", "--count", "5", "--batch", "2")],
        [cli("sample", "runs/tiny", "--count", "4", "--grid", "grid.png")],
        [cli("evaluate", "runs/tiny")],
        [cli("picture", "steps", "runs/tiny", "--columns", "2", "--steps", "1,2")],
        [cli("picture", "trajectory", "runs/tiny", "--out", "trajectory.gif")],
        [cli("picture", "animation", "runs/tiny", "--out", "animation.webp")],
        [cli("export", "runs/tiny", "--out", "weights.safetensors")],
        [cli("report", "runs/tiny")],
        [cli("graph", "recipe.yaml", "--out", "graph.svg")],
      ],
      programs: true,
    },
    { name: "same run twice", files, steps: [[cli(...run), cli(...run)]], programs: true },
    {
      name: "one cache twice",
      files,
      steps: [[cli(...run, "--runs", "one"), cli(...run, "--runs", "other")]],
      programs: true,
    },
    {
      name: "runtime",
      files: {},
      steps: [[{
        program: "tests/torture/kills/add_runtime.ts",
        args: [archives.runtime.url, archives.runtime.sha256],
      }]],
      programs: true,
    },
  ];
}

/** Draws a folder of small pictures of two classes, in three formats. */
export async function drawPictures(folder: string): Promise<void> {
  const side = 12;
  for (let i = 0; i < 88; i++) {
    const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => (at * (i + 3) * 7 + i * 31) % 256);
    const format = (["png", "webp", "gif"] as const)[i % 3]!;
    const parent = join(folder, i % 2 === 0 ? "even" : "odd");
    await Deno.mkdir(parent, { recursive: true });
    const path = join(parent, `${String(i).padStart(3, "0")}.${format}`);
    await Deno.writeFile(path, await encode({ width: side, height: side, data }, format));
  }
}
