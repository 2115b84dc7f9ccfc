/**
 * Golden cases of resizing, cropping and preprocessing: the tensors of topic `image_ops` whose units are pixel values.
 * The others of the topic are operations on the device.
 */
import assert from "node:assert/strict";
import { centreCrop, resize, type ResizeMethod, resizeValues } from "../../lib/image/mod.ts";
import { golden, type GoldenTensor } from "./golden.ts";
import { Ledger } from "./ledger.ts";

const tolerance = { max: 1e-5 };

/** Settings of a case, all of them understood. */
function settings(tensor: GoldenTensor, known: readonly string[]): Readonly<Record<string, unknown>> {
  const unknown = Object.keys(tensor.settings).filter((key) => !known.includes(key));
  assert.deepEqual(unknown, [], `settings of "${tensor.name}" that this test does not understand`);
  return tensor.settings;
}

function method(value: unknown, name: string): ResizeMethod {
  assert.ok(value === "bilinear" || value === "bicubic", `method "${value}" of "${name}"`);
  return value;
}

/** The picture a case starts from, and its sides. */
function input(ledger: Ledger, name: string) {
  const { data, shape } = ledger.input(`${name.slice(0, name.lastIndexOf("/"))}/input`);
  assert.equal(shape.length, 3, `rank of the input of "${name}"`);
  const [height, width, channels] = shape as [number, number, number];
  return { data, height, width, channels };
}

function resizeCase(ledger: Ledger, tensor: GoldenTensor): void {
  const { method: kernel, antialias } = settings(tensor, ["method", "antialias"]);
  assert.equal(typeof antialias, "boolean", tensor.name);
  const from = input(ledger, tensor.name);
  const [height, width] = tensor.shape as [number, number];
  const options = { height, width, method: method(kernel, tensor.name), antialias: antialias as boolean };
  ledger.compare("resize", tensor.name, resizeValues(from.data, from, options), tolerance);
}

function preprocessCase(ledger: Ledger, tensor: GoldenTensor): void {
  const { image_size: size } = settings(tensor, ["image_size"]);
  const words = tensor.meaning.match(/^centre crop, (\w+) resize (with|without) antialias, \/ 255, clip$/);
  assert.ok(words, `meaning of "${tensor.name}" that this test does not understand: "${tensor.meaning}"`);
  assert.ok(typeof size === "number" && tensor.shape.join() === `${size},${size},3`, tensor.name);
  const { data, width, height } = input(ledger, tensor.name);
  const options = {
    width: size,
    height: size,
    method: method(words[1], tensor.name),
    antialias: words[2] === "with",
  };
  const square = centreCrop({ width, height, data: Uint8Array.from(data) });
  const values = resizeValues(square.data, { ...square, channels: 3 }, options);
  ledger.compare("preprocess", tensor.name, values.map((v) => Math.min(1, Math.max(0, v / 255))), tolerance);
  const bytes = resize(square, options).data;
  ledger.compare("preprocess to bytes", tensor.name, Float64Array.from(bytes, (byte) => byte / 255), {
    absolute: 0.5 / 255 + 1e-5,
  });
}

Deno.test("golden image_ops: resizing and preprocessing", () => {
  const topic = golden("image_ops");
  if (topic === undefined) return;
  const mine = topic.tensors.filter(({ units }) => units.startsWith("pixel"));
  const ledger = new Ledger({ ...topic, tensors: mine });
  for (const tensor of mine) {
    if (tensor.name.endsWith("/input")) continue;
    if (tensor.meaning.startsWith("tf.image.resize")) resizeCase(ledger, tensor);
    else preprocessCase(ledger, tensor);
  }
  ledger.close();
});
