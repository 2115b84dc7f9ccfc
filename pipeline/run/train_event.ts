/** What training tells, event by event. */
import type { ProgressEvent, WarningEvent } from "../terminal/telling.ts";
import type { Measurement } from "./measure.ts";
import type { Plan } from "./plan.ts";
import type { UpdateReport } from "./skips.ts";

/** All is ready, and the first step is next. */
export interface StartEvent {
  /** Which event it is. */
  readonly type: "start";
  /** The run folder. */
  readonly folder: string;
  /** One line on what it runs on. */
  readonly backend: string;
  /** How far the recipe asks to go. */
  readonly plan: Plan;
  /** Updates done before: more than 0 where a run is resumed. */
  readonly step: number;
  /** Epochs done before. */
  readonly epoch: number;
}

/** An update of the weights is done. Its losses are read while the next one runs: so it is told of then. */
export interface StepEvent extends UpdateReport {
  /** Which event it is. */
  readonly type: "step";
  /** Updates done, this one among them. */
  readonly step: number;
  /** Epochs done. */
  readonly epoch: number;
  /** What was minimised, of the weights before the update. */
  readonly loss: number;
  /** All that the loss reports, such as `{ loss, noise, image }`. */
  readonly losses: Readonly<Record<string, number>>;
  /** Seconds until the end, once that is known; without what has not been done yet, such as the first metric. */
  readonly secondsLeft: number | undefined;
}

/** Metrics that were due are measured. */
export interface MetricsEvent {
  /** Which event it is. */
  readonly type: "metrics";
  /** Updates done. */
  readonly step: number;
  /** Epochs done. */
  readonly epoch: number;
  /** In the order of the recipe. */
  readonly measured: readonly Measurement[];
  /** Whether the number that the recipe watches is the best so far. */
  readonly best: boolean;
}

/** A picture of samples is drawn, from the same noise each time. */
export interface PreviewEvent {
  /** Which event it is. */
  readonly type: "preview";
  /** Updates done. */
  readonly step: number;
  /** Epochs done. */
  readonly epoch: number;
  /** The PNG file of it, in the run folder. */
  readonly file: string;
  /** The bytes of that file. */
  readonly png: Uint8Array;
}

/** A checkpoint is on the disk. */
export interface CheckpointEvent {
  /** Which event it is. */
  readonly type: "checkpoint";
  /** Updates done. */
  readonly step: number;
  /** Epochs done. */
  readonly epoch: number;
  /** Its file. Older ones are removed as the recipe says. */
  readonly file: string;
  /** Whether it is `best.safetensors`. */
  readonly best: boolean;
}

/** The average weights of a step are kept, for good. */
export interface SnapshotEvent {
  /** Which event it is. */
  readonly type: "snapshot";
  /** Updates done. */
  readonly step: number;
  /** Epochs done. */
  readonly epoch: number;
  /** Its file. */
  readonly file: string;
}

/** An epoch is done, and what was due at its end. */
export interface EpochEvent {
  /** Which event it is. */
  readonly type: "epoch";
  /** Updates done. */
  readonly step: number;
  /** Epochs done, this one among them. */
  readonly epoch: number;
  /** The loss of its last step. */
  readonly loss: number | undefined;
  /** Seconds of training so far, over all starts. */
  readonly seconds: number;
}

/** What training tells; `type` says which it is. */
export type TrainEvent =
  | StartEvent
  | StepEvent
  | MetricsEvent
  | PreviewEvent
  | CheckpointEvent
  | SnapshotEvent
  | EpochEvent
  | ProgressEvent
  | WarningEvent;
