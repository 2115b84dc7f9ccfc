/** What programs became on a GPU, as lines of text. */
import type { CompiledProgram, CompiledWork, DescribedGpu } from "../../kinds/ahead.ts";
import { alignedRows } from "../../terminal/rows.ts";
import { bytes, count } from "../../terminal/units.ts";

/** `NVIDIA H100 80GB HBM3: 85 GB at 3.4 TB/s; 67 TFLOP/s in float32, 495 in TF32, 989 in bfloat16`. */
export function gpuText({ model, memory, bandwidth, peaks }: DescribedGpu): string {
  const tera = (value: number) => count(value / 1e12);
  const matrix = peaks.tf32 > peaks.float32 ? `, ${tera(peaks.tf32)} in TF32` : "";
  const half = peaks.bfloat16 > peaks.float32 ? `, ${tera(peaks.bfloat16)} in bfloat16` : "";
  return `${model}: ${bytes(memory)} at ${bytes(bandwidth)}/s; ${
    tera(peaks.float32)
  } TFLOP/s in float32${matrix}${half}`;
}

/** `3.75 ms`, `53.8 µs`. */
export function shortSeconds(seconds: number): string {
  if (seconds === 0) return "0 ms";
  const [value, unit] = seconds >= 1 ? [seconds, "s"] : seconds >= 1e-3 ? [seconds * 1e3, "ms"] : [seconds * 1e6, "µs"];
  return `${value >= 99.95 ? count(value) : value.toPrecision(3)} ${unit}`;
}

/** What a program is called in the head of a table. */
export function titleOf({ name, turn }: CompiledProgram): string {
  const title = name.replace(/^samplers\.(.*) step$/, "$1").replace(/^evaluation step$/, "evaluation");
  return turn ? `${title}, a turn` : title;
}

/** A table with a column a program. */
export function compiledTable(programs: readonly CompiledProgram[]): string[] {
  const rows: [label: string, ...cells: string[]][] = [["", ...programs.map(titleOf)]];
  const add = (label: string, cell: (program: CompiledProgram) => string) => rows.push([label, ...programs.map(cell)]);
  add("kernels (small)", ({ kernels, small }) => `${count(kernels)} (${count(small)})`);
  add("bytes moved", ({ bytes }) => precise(bytes, "B"));
  add("  at full bandwidth", ({ bytesSeconds }) => shortSeconds(bytesSeconds));
  add("FLOP", ({ flops }) => precise(flops, "FLOP"));
  add("  at the peak", ({ flopsSeconds }) => shortSeconds(flopsSeconds));
  add("time at best", ({ seconds }) => shortSeconds(seconds));
  add("memory", ({ memory }) => precise(memory.total, "B"));
  add("  temporary", ({ memory }) => precise(memory.temporary, "B"));
  const sorts = new Map(programs.flatMap(({ work }) => work.map((one) => [sortOf(one), one.what] as const)));
  const order = ["convolution", "input gradient", "filter gradient", "product", "attention"];
  for (const [sort] of [...sorts].sort(([, a], [, b]) => order.indexOf(a) - order.indexOf(b))) {
    add(sort, ({ work }) => {
      const found = work.find((one) => sortOf(one) === sort);
      return found === undefined ? "" : `${count(found.count)}, ${precise(found.flops, "FLOP")}`;
    });
  }
  const counted = (number: number, moved: number) => number === 0 ? "" : `${count(number)}, ${precise(moved, "B")}`;
  if (programs.some(({ copies }) => copies > 0)) {
    add("copies", ({ copies, copiedBytes }) => counted(copies, copiedBytes));
  }
  if (programs.some(({ collectives }) => collectives > 0)) {
    add("sums between GPUs", ({ collectives, collectiveBytes }) => counted(collectives, collectiveBytes));
  }
  return alignedRows(rows, ["left", ...programs.map(() => "right" as const)]);
}

/** `12.6 GB`: three digits, so that a change of a percent shows. */
function precise(value: number, unit: string): string {
  if (value === 0) return `0 ${unit}`;
  const power = Math.max(0, Math.floor(Math.log10(value) / 3 + 1e-4));
  return `${(value / 1000 ** power).toPrecision(3)} ${["", "k", "M", "G", "T", "P"][power]}${unit}`;
}

/** The kernels that move most, one a line. */
export function largestKernels({ largest, bytes: all }: CompiledProgram, most: number): string[] {
  return alignedRows(
    largest.slice(0, most).map(({ name, kind, bytes: moved }) => [
      precise(moved, "B"),
      `${(100 * moved / all).toFixed(1)} %`,
      kind,
      name,
    ]),
    ["right", "right", "left", "left"],
  );
}

/** `convolutions, cuDNN tf32`. */
function sortOf({ library, type, what }: CompiledWork): string {
  return `${what === "attention" ? what : `${what}s`}, ${library} ${type}`;
}
