/** Golden schedules: rates, powers and log-SNR over time, on the host and on the device. */
import * as tf from "@tensorflow/tfjs";
import type { Schedule } from "../../pipeline/kinds/schedule.ts";
import { golden, type GoldenTensor } from "./golden.ts";
import { onEachBackend } from "../backends.ts";
import { scheduleOf, tensor, understand, understandTopic } from "./harness.ts";
import { Ledger, type Tolerance } from "./ledger.ts";

const topic = golden("schedules");

if (topic !== undefined) {
  const ledger = new Ledger(topic);
  understandTopic(topic, ["note"]);
  const times = ledger.input("diffusion_times");
  const cases = topic.tensors.filter(({ name }) => name !== "diffusion_times");
  const known = ["schedule", "start_log_snr", "end_log_snr", "min_signal_rate", "max_signal_rate"];

  const each = async (run: (schedule: Schedule, tensor: GoldenTensor, quantity: string) => void | Promise<void>) => {
    for (const tensor of cases) {
      understand(tensor.settings, known, tensor.name);
      const schedule = await scheduleOf(tensor.settings, tensor.name);
      if (typeof schedule === "string") ledger.pend(tensor.name, schedule);
      else await run(schedule, tensor, tensor.name.slice(tensor.name.lastIndexOf("/") + 1));
    }
  };

  Deno.test("golden schedules on the host", async () => {
    await each((schedule, { name }, quantity) => {
      const values = Array.from(times.data, (time) => ofLogSnr(quantity.replace(/_f64$/, ""), schedule.logSnr(time)));
      ledger.compare(`${label(quantity)} on the host`, name, values, hostTolerance(quantity));
    });
  });

  onEachBackend("golden schedules", async (backend) => {
    const time = tensor(times);
    await each(async (schedule, { name }, quantity) => {
      const rate = quantity.match(/^(signal|noise)_(rate|power)(_f64)?$/);
      if (rate === null) return; // the log-SNR is the host's alone
      const values = tf.tidy(() => {
        const rates = schedule.rates(time)[rate[1] as "signal" | "noise"];
        return rate[2] === "rate" ? rates : tf.square(rates);
      });
      // Rounding of float32 angles and sines; the float32 of the reference is further off.
      await ledger.compareTensor(
        `${label(quantity)} on ${backend}`,
        name,
        values,
        rate[3] ? { relative: 5e-6 } : hostTolerance(quantity),
      );
    });
  });

  Deno.test("golden schedules: every tensor is settled", () => ledger.close());
}

function ofLogSnr(quantity: string, logSnr: number): number {
  const signal = 1 / (1 + Math.exp(-logSnr)), noise = 1 / (1 + Math.exp(logSnr));
  switch (quantity) {
    case "signal_rate":
      return Math.sqrt(signal);
    case "noise_rate":
      return Math.sqrt(noise);
    case "signal_power":
      return signal;
    case "noise_power":
      return noise;
    case "log_snr":
      return logSnr;
    default:
      throw new Error(`Cannot tell what quantity "${quantity}" is`);
  }
}

function hostTolerance(quantity: string): Tolerance {
  if (quantity === "log_snr_f64") return { max: 1e-6 }; // passes zero, where no relative error is small
  if (quantity === "log_snr") return { max: 1e-3 };
  if (quantity.endsWith("_f64")) return { relative: 1e-6 };
  return { relative: quantity.startsWith("signal") ? 1e-3 : 5e-5 };
}

/** What the summary counts a quantity under. */
function label(quantity: string): string {
  return `${quantity.replace(/_(rate|power|f64)/g, "")} against float${quantity.endsWith("_f64") ? 64 : 32}`;
}
