/** Plugin kind `schedule`: signal-to-noise ratio over diffusion time. */
import type * as tf from "@tensorflow/tfjs";
import type { Rates } from "./common.ts";

/** Diffusion time runs from 0 (the image) to 1 (the noise). Powers of signal and noise sum to one. */
export interface Schedule {
  /** `ln(signal power / noise power)` at a time in `[0, 1]`, strictly falling. Host float64: near time 1 float32 loses its digits. */
  logSnr(time: number): number;
  /** How many timesteps it has, where it was made of them: timestep k is at time `k / (timesteps - 1)`. */
  readonly timesteps?: number;
  /** The same as `logSnr` on the device, for times drawn there: rates of the shape of `time`, float32. */
  rates(time: tf.Tensor): Rates;
}
