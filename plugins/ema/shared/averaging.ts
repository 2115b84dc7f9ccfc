/** What the averages have in common: a part of the way towards the network in each step, and others kept beside. */
import { type Ema, refuse, type TensorRecord, tf, z } from "denoise/plugin";

/** Whether running statistics are averaged, too. */
export const buffersOption: z.ZodDefault<z.ZodBoolean> = z.boolean().default(true).describe(
  "average the running statistics of normalisation too; otherwise the network's own are used",
);

/** An average that moves in each step by a part of the way: `part` of a step is 0 to 1, a scalar. */
export function averaging(
  name: string,
  part: (step: tf.Scalar) => tf.Tensor,
  { buffers }: { readonly buffers: boolean },
): Ema {
  return {
    name,
    init: (network) => ({ trainable: copy(network.trainable), buffers: copy(network.buffers) }),
    update(average, network, step) {
      const moved = part(step);
      return {
        trainable: towards(average.trainable, network.trainable, moved),
        buffers: buffers ? towards(average.buffers, network.buffers, moved) : copy(network.buffers),
      };
    },
  };
}

/** The average of a first value, with those of other values beside it, which the option `also` names. */
export function beside(value: number, also: readonly number[], make: (value: number) => Ema): Ema {
  const all = [value, ...also];
  const twice = all.find((one, i) => all.indexOf(one) !== i);
  if (twice !== undefined) {
    const fix = twice === value ? `leave ${twice} out of also: it is the first average` : "name each value once";
    refuse({ option: "also", what: `It keeps the average of ${twice} twice`, fix });
  }
  if (also.length === 0) return make(value);
  return { ...make(value), others: Object.fromEntries(also.map((other) => [String(other), make(other)])) };
}

/** Tensors of their own with the same values. */
function copy(record: TensorRecord): TensorRecord {
  return Object.fromEntries(Object.entries(record).map(([name, tensor]) => [name, tf.clone(tensor)]));
}

/** Each tensor moved by `part` towards its value; as a difference, so that an average that has arrived stays exactly. */
function towards(average: TensorRecord, values: TensorRecord, part: tf.Tensor): TensorRecord {
  return Object.fromEntries(
    Object.entries(average).map((
      [name, tensor],
    ) => [name, tf.add(tensor, tf.mul(tf.sub(values[name]!, tensor), part))]),
  );
}
