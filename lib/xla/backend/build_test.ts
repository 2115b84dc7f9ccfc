/** Compiled programs are found again by the same build alone. */
import assert from "node:assert/strict";
import type { Client } from "../pjrt/mod.ts";
import { buildOf } from "./build.ts";

/** A client of a GPU, or of a processor. */
function client(platform: string, kind: string, attributes: Record<string, string> = {}, devices = 1): Client {
  return {
    ...{ platform, platformVersion: platform },
    plugin: { path: "/nowhere/plugin.so", build: [1, 2], processorFeatures: "" },
    devices: Array.from({ length: devices }, () => ({ kind, attributes })),
  } as unknown as Client;
}
const driver = (version: string) => () => version;
const key = (...of: Parameters<typeof buildOf>) => JSON.stringify(buildOf(...of));

Deno.test("programs for a GPU are those of its model, capability and driver, and of as many GPUs", () => {
  const mine = key(client("cuda", "NVIDIA H100", { compute_capability: "9.0" }), driver("580.1"));
  assert.equal(mine, key(client("cuda", "NVIDIA H100", { compute_capability: "9.0" }), driver("580.1")));
  for (
    const other of [
      key(client("cuda", "NVIDIA H200", { compute_capability: "9.0" }), driver("580.1")),
      key(client("cuda", "NVIDIA H100", { compute_capability: "9.0a" }), driver("580.1")),
      key(client("cuda", "NVIDIA H100", { compute_capability: "9.0" }), driver("580.2")),
      key(client("cuda", "NVIDIA H100", { compute_capability: "9.0" }, 2), driver("580.1")),
    ]
  ) assert.notEqual(mine, other);
});

Deno.test("programs for a processor do not depend on a driver", () => {
  assert.equal(key(client("cpu", "cpu"), driver("580.1")), key(client("cpu", "cpu"), driver("580.2")));
});
