/**
 * The table of kernels in FEATURES.md, made of the kernels that there are: `deno task features` writes it.
 */
import * as tf from "@tensorflow/tfjs";
import { views } from "./backend/register.ts";
import { deviceKernels, hostKernels } from "./kernels/mod.ts";

/** Why kernels that tfjs names are left out. */
export const omittedKernels: Readonly<Record<string, string>> = {
  Complex: "complex64",
  ComplexAbs: "complex64",
  FFT: "complex64",
  IFFT: "complex64",
  Imag: "complex64",
  Real: "complex64",
  StaticRegexReplace: "strings",
  StringNGrams: "strings",
  StringSplit: "strings",
  StringToHashBucketFast: "strings",
  Draw: "browsers only",
  FromPixels: "browsers only",
  LogicalXor: "a name that no op of tfjs runs: logicalXor is made of and, or and not",
  LowerBound: "a name that no op of tfjs runs: lowerBound is SearchSorted",
  MatrixBandPart: "a name that no op of tfjs runs: bandPart is made of other kernels",
  Pool: "a name that no op of tfjs runs: pool is made of other kernels",
  UpperBound: "a name that no op of tfjs runs: upperBound is SearchSorted",
};

/** What is to know of a kernel. */
export const notes: Readonly<Record<string, string>> = {
  Bincount: "numbers below zero throw where they are still on the host; on the device they are not counted",
  Cast: "between float32, int32 and bool; NaN becomes 0",
  Cumprod: "in log₂ n steps",
  Cumsum: "in log₂ n steps",
  DenoiseAttention: "Denoise's own: attention as one call of cuDNN, where that has it",
  DenoiseAttentionGradient: "Denoise's own: its gradient",
  DenoiseBatchNormGradient: "Denoise's own: the gradient of batch normalisation",
  DenoiseDoublingAdjoint: "Denoise's own: the gradient of doubling an image",
  DenoiseGroupMoments: "Denoise's own: mean and variance of groups of channels",
  DenoiseMoments: "Denoise's own: mean and variance of channels",
  DenoisePixelSums: "Denoise's own: sums over pixels that the gradients of group normalisation share",
  DenoiseRandomBits: "Denoise's own: Threefry4x32-20, the bits of all backends",
  DenoiseRandomNormal: "Denoise's own: equal to other backends within 1e-6, as logarithm and cosine differ",
  DenoiseRandomPackedBits: "Denoise's own: the bits of many streams at once",
  DenoiseRandomPackedNormal: "Denoise's own: the normals of many streams at once",
  DenoiseRandomPackedUniform: "Denoise's own: the numbers of many streams at once",
  DenoiseRandomUniform: "Denoise's own: the numbers of all backends",
  DenoiseRounded: "Denoise's own: a value whose bits do not depend on what takes it",
  DenoiseUnpackBytes: "Denoise's own: bytes of pictures, which arrive four to a number",
  DenseBincount: "as Bincount",
  FloorDiv: "of integers exact; of floats a float, as on wasm, where tfjs's cpu backend gives int32",
  GatherNd: "places outside throw where they are still on the host; on the device they read zeros",
  GatherV2: "places outside throw where they are still on the host; on the device they read zeros",
  MaxPool: "NaN is passed over, as in tfjs",
  MaxPool3D: "NaN is passed over, as in tfjs",
  Multinomial: "the draws of a seed are those of tfjs's other backends",
  OneHot: "places outside give rows without the value",
  ResizeBilinearGrad: "right for half-pixel centres, where tfjs is wrong",
  ResizeNearestNeighborGrad: "right for batches and half-pixel centres, where tfjs is wrong",
  ScatterNd: "places outside throw where they are still on the host; on the device they are left out",
  SparseReshape: "wrong shapes throw where they are still on the host",
  SparseToDense: "as ScatterNd",
  Tan: "within one unit in the last place; tfjs's cpu backend computes in float64",
  TensorScatterUpdate: "as ScatterNd",
  TopK: "of equal values the first one first, as in tfjs",
};

/** Names of kernels that tfjs has. Some exported strings are not kernels: they differ from their names. */
export function namesOfTfjs(): string[] {
  const names = Object.entries(tf).flatMap(([name, value]) =>
    typeof value === "string" && (value === name || value === `_${name}`) ? [value] : []
  );
  return [...new Set([...names, tf._FusedMatMul])].sort();
}

/** Where a kernel runs. */
export function placeOf(name: string): "device" | "host" | "view" | "missing" {
  if (name in deviceKernels) return "device";
  if (name in hostKernels) return "host";
  return name in views ? "view" : "missing";
}

/** The table as Markdown. */
function featuresTable(): string {
  const names = [...new Set([...namesOfTfjs(), ...Object.keys(deviceKernels), ...Object.keys(hostKernels)])].sort();
  const count = (place: string) => names.filter((name) => placeOf(name) === place).length;
  const rows = names.map((name) => {
    const place = placeOf(name);
    const why = place === "host" ? "the shape of what it gives depends on data" : "";
    return `| ${name} | ${place} | ${
      [omittedKernels[name] ?? why, notes[name] ?? ""].filter((text) => text !== "").join("; ")
    } |`;
  });
  return [
    `${count("device")} kernels are emitted as StableHLO, ${count("view")} share the data of their input, ` +
    `${count("host")} run on the host, ${count("missing")} are missing.`,
    "",
    "| kernel | where | notes |",
    "| --- | --- | --- |",
    ...rows,
  ].join("\n");
}

const file = new URL("FEATURES.md", import.meta.url);
const [start, end] = ["<!-- deno-fmt-ignore-start -->\n", "\n<!-- deno-fmt-ignore-end -->"];

/** The page with a new table. */
export function withTable(page: string): string {
  const [from, to] = [page.indexOf(start) + start.length, page.indexOf(end)];
  return `${page.slice(0, from)}${featuresTable()}${page.slice(to)}`;
}

if (import.meta.main) await Deno.writeTextFile(file, withTable(await Deno.readTextFile(file)));
