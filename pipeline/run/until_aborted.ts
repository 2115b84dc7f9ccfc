/** Leaves work behind that cannot be stopped, such as a compilation, once it is not wanted any more. */

/**
 * What the work gives; rejects with the signal's reason as soon as that is aborted. The work is not stopped by that: what
 * comes of it later is dropped, an error too.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => {});
    throw signal.reason;
  }
  let leave = () => {};
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
