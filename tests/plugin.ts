/**
 * Fetches XLA for the processor where it is missing, so that the tests of it run; without it they are skipped. What
 * `deno task test` does first.
 */
import { runtime as xla, showWork, terminal, terminalConsole } from "../mod.ts";
import { pluginForTests } from "../lib/xla/testing.ts";

const console = terminalConsole();
if (pluginForTests(() => {}) === undefined) {
  const row = xla.runtimes.find(({ name }) => name === "cpu")!;
  const size = row.wheels.reduce((sum, { size }) => sum + size, 0);
  terminal.row(
    console,
    "xla",
    `fetching it for the processor (${terminal.bytes(size)}), once: the tests of XLA need it`,
  );
  const show = showWork(console, "downloading cpu", "MB");
  try {
    const { version, folder } = await xla.addRuntime(row, {
      progress: (_, done, total) => show(done / 1e6, total / 1e6),
    });
    console.endProgress();
    terminal.row(console, "xla", `${row.name} ${version} is in ${folder}`);
  } catch (error) {
    console.endProgress();
    console.warn(
      `XLA cannot be had, so its tests are skipped: ${terminal.visible((error as Error).message)}\n` +
        (error instanceof xla.RuntimeError ? error.help : []).map((line) => `  ${terminal.visible(line)}`).join("\n"),
    );
  }
}
