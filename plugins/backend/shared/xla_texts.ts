/** What the backend `xla` says of itself: where it runs, and how it computes. */

/** What is known once it has started. */
export interface XlaFacts {
  /** In PJRT's words: "cpu", "cuda" … */
  readonly platform: string;
  /** The plugin's version of the platform, such as "cuda 13000". */
  readonly version: string;
  /** Model of the processor. */
  readonly processor: string;
  /** Of the processor. */
  readonly cores: number;
  /** Model of the first device, such as "NVIDIA H200". */
  readonly model: string;
  /** Bytes of the first device's memory that may be taken, where the plugin says so. */
  readonly memory: number | undefined;
  /** Devices that share each batch. */
  readonly devices: number;
  /** The precision that the recipe names; undefined where it leaves the choice. */
  readonly asked: string | undefined;
  /** The precision that is computed in. */
  readonly computed: string;
  /** Whether the same bits each time were asked for. */
  readonly deterministic: boolean;
}

/** What each precision needs that a device may lack. */
const needs: Readonly<Record<string, string>> = { mixed: "fast bfloat16", tensorfloat32: "TensorFloat-32" };

/** The line `backend`, and what of the build a run is told of that continues on another one. */
export function xlaTexts(facts: XlaFacts): { readonly build: string; readonly description: string } {
  const { platform, cores, model, memory, devices, asked, computed, deterministic } = facts;
  const onCpu = platform === "cpu";
  const lack = asked === undefined || asked === computed ? undefined : needs[asked];
  const precision = lack === undefined ? computed : `${computed}: this ${onCpu ? "processor" : "GPU"} has no ${lack}`;
  const counted = `${cores} core${cores === 1 ? "" : "s"}`;
  const what = onCpu ? counted : memory === undefined ? model : `${model} with ${(memory / 1e9).toFixed(0)} GB to use`;
  const kernels = deterministic ? "the same bits each time" : "kernels chosen by measuring";
  const parts = [what, ...devices > 1 ? [`${devices} devices`] : [], precision, ...onCpu ? [] : [kernels]];
  const version = facts.version === platform ? "" : ` (${facts.version.split("\n")[0]!.trim()})`;
  // A run that was trained in mixed precision is told when it continues in float32. Without being asked for, the precision
  // is the processor's only one, but a GPU's choice.
  const instead = asked === "mixed" && computed !== asked ? `, ${computed} instead of ${asked}` : "";
  const build = onCpu
    ? `${facts.processor || "a processor"} with ${counted}${instead}`
    : `${model}, ${computed}, ${kernels}`;
  return { build: `${version}, ${build}`, description: `xla on ${platform} (${parts.join(", ")})` };
}
