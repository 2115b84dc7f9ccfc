/** The ends of a schedule, as log-SNRs. */
import { z } from "denoise/plugin";

/** Options of a schedule between two log-SNRs. */
export const endOptions = z.object({
  start_log_snr: z.number().min(-30).max(30).default(2.5).describe("ln(signal power / noise power) at time 0"),
  end_log_snr: z.number().min(-30).max(30).default(-7.5).describe("ln(signal power / noise power) at time 1"),
});

/** Checks that time 1 is noisier than time 0, as a refinement of `endOptions`. */
export function endsFall(
  { start_log_snr, end_log_snr }: z.output<typeof endOptions>,
  context: { addIssue(issue: { code: "custom"; path: string[]; message: string }): void },
): void {
  if (start_log_snr > end_log_snr) return;
  context.addIssue({
    code: "custom",
    path: ["end_log_snr"],
    message: `End log-SNR ${end_log_snr} is not below the start's ${start_log_snr}: time 1 is the noise, so lower it`,
  });
}
