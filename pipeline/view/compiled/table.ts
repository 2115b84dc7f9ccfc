/** What programs became on a GPU, as lines of text. */
import type { CompiledProgram, CompiledWork, DescribedGpu } from "../../kinds/ahead.ts";
import { alignedRows } from "../../terminal/rows.ts";
import { bytes, count, counted, scaled } from "../../terminal/units.ts";

/** `NVIDIA H100 80GB HBM3: 85 GB at 3.4 TB/s; 67 TFLOP/s in float32, 495 in TF32, 989 in bfloat16`. */
export function gpuText({ model, memory, bandwidth, peaks }: DescribedGpu): string {
  const tera = (value: number) => count(value / 1e12);
  const matrix = peaks.tf32 > peaks.float32 ? `, ${tera(peaks.tf32)} in TF32` : "";
  const half = peaks.bfloat16 > peaks.float32 ? `, ${tera(peaks.bfloat16)} in bfloat16` : "";
  return `${model}: ${bytes(memory)} at ${bytes(bandwidth)}/s; ${tera(peaks.float32)} TFLOP/s in float32${matrix}${half}`;
}

/** `3.8 ms`, `54 µs`. */
export function shortSeconds(seconds: number): string {
  if (seconds >= 1) return `${seconds.toPrecision(3)} s`;
  const [value, unit] = seconds >= 1e-3 ? [seconds * 1e3, "ms"] : [seconds * 1e6, "µs"];
  return `${value >= 99.5 ? count(value) : value.toPrecision(2)} ${unit}`;
}

/** A table with a column a program. */
export function compiledTable(programs: readonly CompiledProgram[]): string[] {
  const rows: [label: string, ...cells: string[]][] = [
    ["", ...programs.map(({ name, turn }) => turn ? `${name}, a turn` : name)],
  ];
  const add = (label: string, cell: (program: CompiledProgram) => string) =>
    rows.push([label, ...programs.map(cell)]);
  add("kernels", ({ kernels, small }) => `${count(kernels)} (${count(small)} small)`);
  add("moved", (one) => `${bytes(one.bytes)}, ${shortSeconds(one.bytesSeconds)}`);
  add("FLOP", (one) => `${scaled(one.flops, "FLOP")}, ${shortSeconds(one.flopsSeconds)}`);
  add("at best", ({ seconds }) => shortSeconds(seconds));
  add("memory", ({ memory }) => bytes(memory.total));
  add("of which temporary", ({ memory }) => bytes(memory.temporary));
  const sorts = new Map(programs.flatMap(({ work }) => work.map((one) => [sortOf(one), one] as const)));
  for (const sort of [...sorts.keys()].sort()) {
    add(sort, ({ work }) => {
      const found = work.find((one) => sortOf(one) === sort);
      return found === undefined ? "" : `${count(found.count)}, ${scaled(found.flops, "FLOP")}`;
    });
  }
  add("copies", ({ copies, copiedBytes }) => copies === 0 ? "none" : `${count(copies)}, ${bytes(copiedBytes)}`);
  if (programs.some(({ collectives }) => collectives > 0)) {
    add("between GPUs", (one) => one.collectives === 0 ? "none" : `${count(one.collectives)}, ${bytes(one.collectiveBytes)}`);
  }
  return alignedRows(rows, ["left", ...programs.map(() => "right" as const)]);
}

/** The kernels that move most, one a line. */
export function largestKernels({ largest, bytes: all }: CompiledProgram, most: number): string[] {
  return alignedRows(
    largest.slice(0, most).map(({ name, kind, bytes: moved }) => [
      bytes(moved),
      `${(100 * moved / all).toFixed(1)} %`,
      kind,
      name,
    ]),
    ["right", "right", "left", "left"],
  );
}

/** `cuDNN, tf32: convolutions`. */
function sortOf({ library, type, what }: CompiledWork): string {
  const plural = counted(2, what).slice(2);
  return `${plural}, ${library} ${type}`;
}
