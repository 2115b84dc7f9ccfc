/** Events of PJRT: waited for once, then freed. */
import type { Api } from "./api.ts";
import { Struct } from "./layout.ts";

/** Waits on another thread for an event, and frees it. @throws PjrtError where the work failed */
export async function settled(api: Api, event: bigint): Promise<void> {
  if (event === 0n) return;
  using memory = api.memory();
  try {
    await api.callAsync("PJRT_Event_Await", new Struct("PJRT_Event_Await_Args", { event }, memory.place));
  } finally {
    api.destroyer("PJRT_Event_Destroy")(event);
  }
}

/** Blocks the thread until an event is done, and frees it. @throws PjrtError where the work failed */
export function settle(api: Api, event: bigint): void {
  if (event === 0n) return;
  try {
    api.call("PJRT_Event_Await", new Struct("PJRT_Event_Await_Args", { event }));
  } finally {
    api.destroyer("PJRT_Event_Destroy")(event);
  }
}
