/** A worker in one of the states of `leaving_states.ts`. Every other one then ends itself, while XLA works. */
import { pjrtStates } from "./leaving_states.ts";

declare const self: { onmessage: (event: MessageEvent<[string, string]>) => void; postMessage(text: string): void } & {
  close(): void;
};

self.onmessage = async ({ data: [plugin, state] }) => {
  await pjrtStates[state]!(plugin);
  self.postMessage("ready");
  if (Math.random() < 0.5) self.close();
};
