/** What the optimizer sees: the tensors of the network, and those of the loss beside them. */
import type { State, TensorRecord } from "../../lib/tensor/mod.ts";

/** Before the names of the loss's tensors. Names of networks have no slash: they could not be read back from a checkpoint. */
const ofLoss = "loss/";

/** Trainable tensors of the network, and of the loss where it has some, as one record. */
export function together(network: TensorRecord, loss: State | undefined): TensorRecord {
  if (loss === undefined) return network;
  const own = Object.entries(loss.trainable).map(([name, tensor]) => [ofLoss + name, tensor] as const);
  return { ...network, ...Object.fromEntries(own) };
}

/** Takes such a record apart again. */
export function apart(all: TensorRecord): { network: TensorRecord; loss: TensorRecord } {
  const network: TensorRecord = {}, loss: TensorRecord = {};
  for (const [name, tensor] of Object.entries(all)) {
    if (name.startsWith(ofLoss)) loss[name.slice(ofLoss.length)] = tensor;
    else network[name] = tensor;
  }
  return { network, loss };
}

/** Whether a path in a training state belongs to what the loss keeps: its tensors, or what the optimizer keeps of them. */
export function isOfLoss(path: string): boolean {
  return path.startsWith(`state/${ofLoss}`) || (path.startsWith("state/optimizer/") && path.includes(`.${ofLoss}`));
}
