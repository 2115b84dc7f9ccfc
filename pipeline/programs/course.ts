/** How long a training is, as tensors: what a program depends on that a longer run changes. */
import * as tf from "@tensorflow/tfjs";
import type { Course } from "../kinds/optimizer.ts";

/** The tensors of a course. Free them. */
export function courseOf({ totalSteps, stepsPerEpoch }: { totalSteps: number; stepsPerEpoch: number }): Course {
  return { steps: tf.scalar(totalSteps, "int32"), epochSteps: tf.scalar(stepsPerEpoch, "int32") };
}
