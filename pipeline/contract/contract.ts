/** Contract tests: the laws that every plugin of a kind keeps, as tests that a plugin's author registers in one line. */
import { z } from "zod";
import { augmentationLaws } from "./augmentation.ts";
import { backendLaws } from "./backend.ts";
import { datasetLaws } from "./dataset.ts";
import { emaLaws } from "./ema.ts";
import { type Laws, onBackend, type Subject } from "./laws.ts";
import { lossLaws } from "./loss.ts";
import { metricLaws } from "./metric.ts";
import { type Kind, kinds } from "../kinds/mod.ts";
import { networkLaws } from "./network.ts";
import { normalizerLaws } from "./normalizer.ts";
import { optimizerLaws } from "./optimizer.ts";
import { parametrizationLaws } from "./parametrization.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";
import { samplerLaws } from "./sampler.ts";
import { scheduleLaws } from "./schedule.ts";
import { slotsFor } from "./stand_ins.ts";
import type { ImageShape } from "../kinds/common.ts";

/** The laws of each kind. */
const laws: { readonly [K in Kind]: Laws<K> } = {
  dataset: datasetLaws,
  augmentation: augmentationLaws,
  normalizer: normalizerLaws,
  network: networkLaws,
  schedule: scheduleLaws,
  parametrization: parametrizationLaws,
  loss: lossLaws,
  optimizer: optimizerLaws,
  ema: emaLaws,
  sampler: samplerLaws,
  metric: metricLaws,
  backend: backendLaws,
};

/** What a plugin of a kind does when it keeps its laws, such as "keeps the shape of the image". */
export function lawsOf(kind: Kind): string[] {
  return Object.keys(laws[kind]);
}

/** What a contract is tested with. */
export interface ContractSettings {
  /** Options of the plugin; its defaults otherwise. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Shape of the pictures that are tried: 16 × 16 pixels of 3 channels otherwise. */
  readonly image?: ImageShape;
  /** Backends to run on: "wasm" and "cpu" otherwise, and "xla" where a runtime for the processor is installed. */
  readonly backends?: readonly string[];
  /** Whether a dataset may download what it lacks: false otherwise. */
  readonly download?: boolean;
}

/**
 * Registers the contract tests of a plugin, one `Deno.test` a law and backend.
 *
 * @param prepare called before each test with the backend that it is for, which tfjs has to know of then
 */
export function registerContract<K extends Kind>(
  plugin: AnyPlugin<K>,
  settings: ContractSettings & Required<Pick<ContractSettings, "backends">>,
  prepare: (backend: string) => Promise<void>,
): void {
  const { options = {}, image = { height: 16, width: 16, channels: 3 }, download = false } = settings;
  const given = Object.keys(options).length === 0 ? "" : ` with ${JSON.stringify(options)}`;
  const subject: Subject<K> = {
    plugin,
    image,
    download,
    create: async (changes = {}) => {
      const common = z.object(kinds[plugin.kind].options);
      const all = Object.entries({ ...options, ...changes });
      const [ofKind, own] = [true, false].map((is) =>
        Object.fromEntries(all.filter(([key]) => key in common.shape === is))
      );
      const checked = { ...common.parse(ofKind), ...plugin.options.strict().parse(own) };
      return await plugin.create({ options: checked, ...slotsFor(plugin.needs ?? [], image) } as never);
    },
  };
  const { backends } = settings;
  for (const [law, test] of Object.entries(laws[plugin.kind])) {
    for (const backend of backends) {
      const on = backends.length > 1 ? ` on ${backend}` : "";
      Deno.test({
        name: `${plugin.kind}/${plugin.name}${given} ${law}${on}`,
        fn: async () => {
          if (plugin.kind === "backend") return await test(subject);
          await prepare(backend);
          await onBackend(backend, () => test(subject));
        },
        sanitizeResources: false, // the threads of a backend outlive the test that started them
        sanitizeOps: false,
      });
    }
  }
}
