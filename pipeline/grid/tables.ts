/**
 * Tables of ten steps, and the level after them. Sabour et al. 2024, arXiv:2404.14507, Align Your Steps.
 *
 * Other numbers of steps: even along the table, with the logarithm of sigma interpolated, as its authors do, or the
 * timestep.
 */

/** Name of a published table. */
export type TableName =
  | "stable-diffusion"
  | "stable-diffusion-xl"
  | "stable-video-diffusion"
  | "stable-diffusion-timesteps"
  | "stable-diffusion-xl-timesteps";

/** Published tables: of sigmas, or of timesteps of 1,000. */
export const tables = {
  "stable-diffusion": [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029],
  "stable-diffusion-xl": [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029],
  "stable-video-diffusion": [700, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002],
  "stable-diffusion-timesteps": [999, 850, 736, 645, 545, 455, 343, 233, 124, 24, 0],
  "stable-diffusion-xl-timesteps": [999, 845, 730, 587, 443, 310, 193, 116, 53, 13, 0],
} as const satisfies Record<TableName, readonly number[]>;

/** Whether a table names timesteps of a discrete schedule. */
export const namesTimesteps = (table: TableName): boolean => table.endsWith("-timesteps");

/** The number at a place of a table, 0 to 1 of its way: of sigmas by their logarithm, of timesteps evenly. */
export function tableAt(table: TableName, along: number): number {
  const numbers = tables[table];
  const place = along * (numbers.length - 1), below = Math.min(Math.floor(place), numbers.length - 2);
  const part = place - below;
  const [from, to] = [numbers[below]!, numbers[below + 1]!];
  if (part === 0) return from;
  return namesTimesteps(table)
    ? from * (1 - part) + to * part
    : Math.exp(Math.log(from) * (1 - part) + Math.log(to) * part);
}
