/** The events of what was done at the end of a step. */
import type { Saved } from "./checkpoint_writer.ts";
import type { StepEnd } from "./due.ts";
import type { Measurement } from "./measure.ts";
import type { CheckpointEvent, PreviewEvent, SnapshotEvent, TrainEvent } from "./train_event.ts";

/** What is told of a file that was saved. */
export function savedEvent(
  at: { readonly step: number; readonly epoch: number },
  { file, what }: Saved,
): CheckpointEvent | SnapshotEvent {
  const { step, epoch } = at;
  return what === "snapshot"
    ? { type: "snapshot", step, epoch, file }
    : { type: "checkpoint", step, epoch, file, best: what === "best" };
}

/** What is told at the end of a step, in this order. */
export function toldAt(
  { step, epoch, epochEnded }: StepEnd,
  { measured, best, preview, saved, loss, seconds }: {
    readonly measured: readonly Measurement[];
    readonly best: boolean;
    readonly preview: Pick<PreviewEvent, "file" | "png"> | undefined;
    readonly saved: readonly Saved[];
    readonly loss: number | undefined;
    readonly seconds: number;
  },
): TrainEvent[] {
  const at = { step, epoch };
  return [
    ...(measured.length === 0 ? [] : [{ type: "metrics" as const, ...at, measured, best }]),
    ...(preview === undefined ? [] : [{ type: "preview" as const, ...at, ...preview }]),
    ...saved.map((one) => savedEvent(at, one)),
    ...(epochEnded ? [{ type: "epoch" as const, ...at, loss, seconds }] : []),
  ];
}
