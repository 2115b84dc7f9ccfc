/** A run that is killed again and again gives the same weights, to the bit, as one that is left alone. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readLog } from "../pipeline/run/log.ts";
import { readSafetensors } from "../pipeline/run/safetensors.ts";
import { permutation } from "../lib/tensor/mod.ts";
import { testRuns } from "./backends.ts";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const kills = 20;

/** A folder to try in, and a child process that trains there on a backend. */
interface Trial {
  readonly recipe: string;
  readonly cache: string;
}

/** Trains in a child process until the moment, then kills it with SIGKILL; or lets it finish. */
async function life(folder: string, { recipe, cache }: Trial, moment: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--no-prompt"],
      ...["--allow-read", "--allow-write", "--allow-env", "--allow-ffi", "--allow-sys"],
      ...[here("resume/child.ts"), recipe, folder, cache, moment],
    ],
    env: { DENOISE_CACHE: cache },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let said = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (!said.includes("ready")) continue;
    // Somewhere within the step, or what follows it.
    if (moment.startsWith("step")) await new Promise((resolve) => setTimeout(resolve, delay(moment)));
    child.kill("SIGKILL");
    break;
  }
  const status = await child.status;
  const complaint = (await errors).trim();
  if (said.includes("ready")) assert.equal(status.signal, "SIGKILL", `the child ended by itself: ${said}${complaint}`);
  else assert.equal(status.code, 0, complaint);
  return said;
}

const delay = (moment: string) => Number(moment.split(":")[2]); // milliseconds

/** Moments for a seed: half of them at steps, the others within what saving a checkpoint does. */
function moments(seed: number): string[] {
  const draws = permutation(1000, { seed, stream: "moments", step: 0 });
  return Array.from({ length: kills }, (_, i) => {
    const [a, b, c] = [draws[3 * i]!, draws[3 * i + 1]!, draws[3 * i + 2]! / 1000];
    const kinds = [`write:${1 + a % 2}:${c.toFixed(3)}`, `rename:${1 + a % 2}`, `remove:${1 + a % 2}`];
    return i % 2 === 0 ? `step:${1 + a % 6}:${b % 30}` : kinds[(i >> 1) % 3]!;
  });
}

async function tensorsOf(path: string) {
  const { tensors, metadata } = await readSafetensors(path);
  const { seconds: _, ...position } = JSON.parse(metadata.position!);
  return { tensors, position, recipe: metadata.recipe };
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

testRuns(
  "train() killed at 20 moments, also while it saves, ends with the bits of an undisturbed run",
  async (backend) => {
    const folder = await Deno.makeTempDir();
    const trial: Trial = { recipe: join(folder, "recipe.yaml"), cache: join(folder, "cache") };
    const recipe = await Deno.readTextFile(here("resume/recipe.yaml"));
    await Deno.writeTextFile(trial.recipe, `${recipe}backend: ${backend}\n`);
    const [calm, killed] = [join(folder, "calm"), join(folder, "killed")];
    assert.match(await life(calm, trial, "never"), /finished 90/);

    const leftovers: number[] = [];
    for (const moment of moments(1)) {
      const said = await life(killed, trial, moment);
      assert.ok(said.includes("ready"), `the run was over before ${moment}: ${said}`);
      const checkpoints = join(killed, "resume", "checkpoints");
      await Deno.mkdir(checkpoints, { recursive: true }); // killed before the first one
      leftovers.push(names(checkpoints).filter((name) => name.endsWith(".tmp")).length);
    }
    assert.ok(leftovers.some((count) => count > 0), "some kills hit the writing of a checkpoint");
    assert.match(await life(killed, trial, "never"), /finished 90/);

    const folders = ["checkpoints", "samples", "snapshots"];
    for (const each of folders) {
      const files = names(join(calm, "resume", each));
      assert.deepEqual(names(join(killed, "resume", each)), files);
      for (const file of files) {
        const [one, other] = [join(calm, "resume", each, file), join(killed, "resume", each, file)];
        if (each === "samples") assert.deepEqual(await Deno.readFile(other), await Deno.readFile(one), file);
        else assert.deepEqual(await tensorsOf(other), await tensorsOf(one), basename(file));
      }
    }
    const entries = async (run: string) =>
      (await readLog(join(run, "resume", "log.jsonl"))).filter(({ event }) =>
        !["start", "resume", "epoch"].includes(event!)
      );
    assert.deepEqual(
      await entries(killed),
      await entries(calm),
      "each step is in the log once, with the same losses",
    );
    await Deno.remove(folder, { recursive: true });
  },
);
