/** The programs of a recipe, called once each with zeros: for a backend that compiles them and runs none. */
import { disposeTree, seedTensor } from "../../lib/tensor/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import { guidingOf } from "../kinds/guiding.ts";
import { compiledTrainStep } from "./compiled_step.ts";
import { courseOf } from "./course.ts";
import { buildGenerate } from "./generate.ts";
import { compiledInitialState, upload } from "./states.ts";
import { blankStatistics } from "./statistics.ts";
import { buildEvaluationStep } from "./train_step.ts";

/** What the programs of a recipe are for. */
export const programKinds = ["step", "sampling", "evaluation", "weights"] as const;
/** What a program is for. */
export type ProgramKind = (typeof programKinds)[number];

/** What a program is for, by the name that it is compiled with; undefined for small ones between them. */
export function programKind(name: string, sampler: Stage<"sampler"> | undefined): ProgramKind | undefined {
  if (name.startsWith("training step")) return "step";
  if (name === "evaluation step") return "evaluation";
  if (name === "initial state") return "weights";
  return sampler !== undefined && name === `${sampler.id} step` ? "sampling" : undefined;
}

/** The sampler of a run's samples. */
export function shownSampler(graph: Graph): Stage<"sampler"> | undefined {
  const { sampler } = graph.recipe.train.samples;
  return sampler === undefined ? graph.all("sampler")[0] : graph.sampler(sampler);
}

/** The samplers that metrics use, once each. */
export function measuringSamplers(graph: Graph): Stage<"sampler">[] {
  const used = graph.all("metric").flatMap(({ options }) =>
    typeof options.sampler === "string" ? [graph.sampler(options.sampler)] : []
  );
  return [...new Set(used)];
}

/** Calls the programs of some kinds, those of a batch with a whole one. The backend is started. */
export async function callPrograms(graph: Graph, backend: Backend, kinds: ReadonlySet<ProgramKind>): Promise<void> {
  const { height, width, channels } = graph.datasetImage;
  const { batch_size: size } = graph.one("dataset").options;
  const image = new Uint8Array(size * height * width * channels);
  const batch = upload({ image, item: new Int32Array(size), size }, graph.datasetImage);
  const statistics = blankStatistics(graph);
  const seed = seedTensor(graph.recipe.seed);
  const course = courseOf({ totalSteps: 1, stepsPerEpoch: 1 });
  const state = await compiledInitialState(graph, backend);
  try {
    if (kinds.has("step")) {
      const step = compiledTrainStep(graph, backend);
      disposeTree(await step(state, batch, statistics, seed, course));
    }
    if (kinds.has("evaluation")) {
      const evaluate = backend.compile(buildEvaluationStep(graph), { name: "evaluation step" });
      disposeTree(await evaluate(state.average, batch, statistics, seed));
    }
    const sampler = shownSampler(graph);
    if (kinds.has("sampling") && sampler !== undefined) {
      const items = Array.from({ length: size }, (_, i) => i);
      const { guidance } = sampler.options;
      // Guided everywhere: what is not run does not say in which steps. A model that guides is taken for one like this.
      const everywhere = guidance && { ...guidance, interval: undefined };
      const guide = guidingOf(guidance?.by) && graph;
      const stage = { ...sampler, options: { ...sampler.options, guidance: everywhere } };
      const options = {
        state: state.average,
        guide: guide && { average: state.average, statistics },
        statistics,
        seed: 0,
        items,
      };
      for await (const images of buildGenerate(backend, graph, stage, guide)(options)) images.dispose();
    }
  } finally {
    disposeTree([batch, statistics, seed, course, state]);
  }
}
