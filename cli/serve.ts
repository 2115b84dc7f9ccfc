/** `serve RUN`: a trained model over HTTP. */
import { builtins, serve, type ServeOptions } from "../mod.ts";
import {
  type AddCommand,
  defined,
  emaOption,
  textsBetweenCommas,
  trustOf,
  type TrustOptions,
  untilInterrupted,
  wholeOption,
  withRun,
  withTrust,
} from "./command.ts";

type Options =
  & Pick<ServeOptions, "ema" | "host" | "port" | "warm" | "batch" | "queue" | "mostPictures" | "mostSteps" | "timeout">
  & { readonly name?: readonly string[] };

const more = `
Endpoints:
  GET  /               a page to try it with
  POST /generate       {"seeds": [7, 19], "steps": 20, "format": "grid"}; JSON, one PNG or a grid
  GET  /generate.png   ?seed=7&count=4&steps=20&scale=4
  GET  /health  /health/live  /model  /metrics  /openapi.json

There is no authentication. Ctrl-C ends what is under way and refuses what is new.`;

export const serveCommand: AddCommand = (program, done, voice) =>
  withTrust(withRun(program.command("serve")))
    .description("Serve a run or a checkpoint over HTTP: pictures on request")
    .option(
      "--host <address>",
      "address to listen on; others than this machine's own can be reached by others (default: 127.0.0.1)",
    )
    .addOption(wholeOption("--port <n>", "port to listen on; 0 takes any that is free (default: 8000)", 0, 65535))
    .option(
      "--name <hosts>",
      "names that requests may call it by, besides localhost and addresses, with commas between",
      textsBetweenCommas,
    )
    .option(...emaOption)
    .option("--warm", "compile batches of all sizes before the first request")
    .addOption(
      wholeOption("--batch <n>", "pictures generated at the same time (default: that of training, at most 16)"),
    )
    .addOption(wholeOption("--queue <n>", "pictures that wait, beyond which requests are refused (default: 256)"))
    .addOption(wholeOption("--most-pictures <n>", "pictures a request (default: 64)"))
    .addOption(wholeOption("--most-steps <n>", "diffusion steps a request (default: 250)"))
    .addOption(wholeOption("--timeout <seconds>", "time a request may take (default: 120)", 1, 86_400))
    .addHelpText("after", more)
    .action((run: string, words: string[], { plugins, trust, name: names = [], ...options }: Options & TrustOptions) =>
      untilInterrupted(done, async (signal, hold) => {
        let held: Disposable | undefined;
        const onReady = (url: string) => {
          held = hold(); // requests under way are ended
          voice.answer("serve", { url });
        };
        const said = trustOf({ plugins, trust }, words);
        try {
          return await serve(
            run,
            { plugins: builtins, signal, ...said, ...defined(options), names, onReady },
            voice.console,
          );
        } finally {
          held?.[Symbol.dispose]();
        }
      })
    );
