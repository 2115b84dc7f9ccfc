/** Laws of the augmentations, on every backend: what an item gets is its own, and what is cut is what was there. */
import assert from "node:assert/strict";
import { type AnyPlugin, type Augmentation, type Random, Refusal, tf } from "denoise/plugin";
import { createRandom, seedTensor } from "../../lib/tensor/mod.ts";
import { backends, onEachBackend } from "../../tests/backends.ts";
import colourJitter from "./colour-jitter.ts";
import edmGeometry from "./edm-geometry.ts";
import horizontalFlip from "./horizontal-flip.ts";
import randomCrop from "./random-crop.ts";
import rotate90 from "./rotate-90.ts";
import verticalFlip from "./vertical-flip.ts";
import { inverseOf } from "./shared/affine.ts";
import { warp } from "./shared/warp.ts";

const create = (plugin: AnyPlugin<"augmentation">, options: Record<string, unknown> = {}) =>
  plugin.create({ options: plugin.options.parse(options) }) as Augmentation;

/** Draws for these items, as a training step has them. */
const random = (items: readonly number[], seed = 5): Random =>
  createRandom({
    seed: seedTensor(seed),
    stream: "augmentation",
    step: tf.scalar(3, "int32"),
    items: tf.tensor1d([...items], "int32"),
  });

/** Picture k holds 1 + its number in row-major order, plus 1000 k: every pixel is unlike all others, and none is 0. */
const height = 6, width = 5, channels = 2;
const shape = { height, width, channels };
const value = (k: number, row: number, column: number, channel: number) =>
  1 + 1000 * k + (row * width + column) * channels + channel;
const pictures = (list: readonly number[]) =>
  tf.tensor4d(
    list.flatMap((k) => Array.from({ length: height * width * channels }, (_, i) => 1 + 1000 * k + i)),
    [list.length, height, width, channels],
  );
const range = (n: number) => [...Array(n).keys()];

/** Runs a test on every backend. */
const onBackends = (name: string, test: () => void) => onEachBackend(name, () => tf.tidy(test), backends);

/** The place each picture was cut at, from its content; fails where it is not cut from the padded picture. */
function places(cut: tf.Tensor4D, list: readonly number[], padding: number, pad: "reflect" | "zero"): string[] {
  const [, tall, wide] = cut.shape;
  const data = cut.dataSync();
  const at = (i: number, row: number, column: number, channel: number) =>
    data[((i * tall + row) * wide + column) * channels + channel]!;
  const mirror = (index: number, size: number) => {
    if (index < 0) return pad === "zero" ? undefined : -index;
    if (index >= size) return pad === "zero" ? undefined : 2 * (size - 1) - index;
    return index;
  };
  const fits = (i: number, top: number, left: number) =>
    range(tall).every((row) =>
      range(wide).every((column) =>
        range(channels).every((channel) => {
          const y = mirror(top + row, height), x = mirror(left + column, width);
          const expected = y === undefined || x === undefined ? 0 : value(list[i]!, y, x, channel);
          return at(i, row, column, channel) === expected;
        })
      )
    );
  return list.map((_, i) => {
    for (let top = -padding; top <= height + padding - tall; top++) {
      for (let left = -padding; left <= width + padding - wide; left++) if (fits(i, top, left)) return `${top},${left}`;
    }
    throw new Error(`Picture ${i} is cut from nowhere`);
  });
}

onBackends("horizontal-flip mirrors whole pictures, and twice is not at all", () => {
  const list = range(40);
  const flip = create(horizontalFlip);
  const images = pictures(list);
  const once = flip.apply(images, { random: random(list), training: true });
  const data = once.dataSync();
  let mirrored = 0;
  for (const k of list) {
    const is = data[k * height * width * channels]! === value(k, 0, width - 1, 0);
    if (is) mirrored++;
    for (let i = 0; i < height * width * channels; i++) {
      const row = Math.floor(i / (width * channels)), column = Math.floor(i / channels) % width;
      const expected = value(k, row, is ? width - 1 - column : column, i % channels);
      assert.equal(data[k * height * width * channels + i], expected);
    }
  }
  assert.ok(mirrored > 8 && mirrored < 32, String(mirrored));
  const twice = flip.apply(once, { random: random(list), training: true });
  assert.deepEqual(twice.dataSync(), images.dataSync());
});

onBackends("horizontal-flip keeps to its probability, and to none when not training", () => {
  const list = range(1000);
  const images = tf.tile(tf.tensor4d([0, 1], [1, 1, 2, 1]), [1000, 1, 1, 1]) as tf.Tensor4D;
  for (const probability of [0, 0.1, 0.5, 1]) {
    const flip = create(horizontalFlip, { probability });
    const first = tf.slice(flip.apply(images, { random: random(list), training: true }), [0, 0, 0, 0], [-1, 1, 1, 1]);
    const share = tf.mean(first).dataSync()[0]!;
    assert.ok(Math.abs(share - probability) <= 4 * Math.sqrt(probability * (1 - probability) / 1000), String(share));
    assert.deepEqual(flip.apply(images, { random: random(list), training: false }).dataSync(), images.dataSync());
  }
});

onBackends("augmentations give an item the same whatever batch it is in", () => {
  const list = [7, 3, 3000, 12];
  const stages = [
    create(horizontalFlip),
    create(randomCrop, { size: 4, padding: 2 }),
    create(edmGeometry, { probability: 0.7 }),
  ];
  for (const stage of stages) {
    const whole = stage.apply(pictures(list), { random: random(list), training: true });
    for (const [i, item] of list.entries()) {
      const alone = stage.apply(pictures([item]), { random: random([item]), training: true });
      assert.deepEqual(alone.dataSync(), tf.slice(whole, [i, 0, 0, 0], [1, -1, -1, -1]).dataSync());
    }
  }
});

for (const pad of ["reflect", "zero"] as const) {
  onBackends(`random-crop with ${pad} cuts what is there, at every place alike`, () => {
    const list = range(600);
    for (const [size, padding] of [[4, 0], [3, 1], [5, 2]] as const) {
      const crop = create(randomCrop, { size, padding, pad });
      assert.deepEqual(crop.shape(shape), { height: size, width: size, channels });
      const cut = crop.apply(pictures(list), { random: random(list), training: true });
      assert.deepEqual(cut.shape, [list.length, size, size, channels]);
      const counts = Map.groupBy(places(cut, list, padding, pad), (place) => place);
      const possible = (height + 2 * padding - size + 1) * (width + 2 * padding - size + 1);
      assert.equal(counts.size, possible, `${[...counts.keys()]}`);
      const mean = list.length / possible;
      for (const [place, found] of counts) {
        assert.ok(Math.abs(found.length - mean) < 4.5 * Math.sqrt(mean), `${place}: ${found.length} of ${mean}`);
      }
    }
  });
}

onBackends("random-crop cuts the middle when not training", () => {
  const cut = (options: Record<string, unknown>) =>
    create(randomCrop, options).apply(pictures([4]), { random: random([4]), training: false });
  assert.deepEqual(places(cut({ size: 3 }), [4], 0, "reflect"), ["1,1"]);
  assert.deepEqual(places(cut({ size: 4 }), [4], 0, "reflect"), ["1,0"]);
  assert.deepEqual(places(cut({ size: 3, padding: 2 }), [4], 2, "zero"), ["1,1"]);
  assert.deepEqual(cut({}).dataSync(), pictures([4]).dataSync());
  assert.deepEqual(cut({ padding: 2 }).dataSync(), pictures([4]).dataSync());
});

onBackends("random-crop pads with black further than the picture reaches", () => {
  const crop = create(randomCrop, { padding: 20, pad: "zero", size: 5 });
  const list = range(60);
  const cut = crop.apply(pictures(list), { random: random(list), training: true });
  const empty = list.filter((i) => tf.max(tf.slice(cut, [i, 0, 0, 0], [1, -1, -1, -1])).dataSync()[0] === 0);
  assert.ok(empty.length > 30 && empty.length < 60, String(empty.length));
});

Deno.test("random-crop keeps the shape by default and refuses what does not fit", () => {
  assert.deepEqual(create(randomCrop).shape(shape), shape);
  assert.throws(() => create(randomCrop, { size: 8, padding: 1 }).shape(shape), (error: Refusal) => {
    assert.equal(error.option, "size");
    assert.equal(error.help[0], "use size: 7 or less, or padding: 2 or more");
    return error instanceof Refusal;
  });
  assert.throws(() => create(randomCrop, { padding: 5 }).shape(shape), (error: Refusal) => error.option === "padding");
  assert.deepEqual(create(randomCrop, { padding: 5, pad: "zero" }).shape(shape), shape);
});

/** Which of the four turns, and whether mirrored first, makes `whole` of a square picture: as `mirrored, quarters`. */
function turnOf(before: tf.Tensor4D, after: tf.Tensor4D): string[] {
  const wanted = after.arraySync();
  const pictures = before.arraySync();
  const quarter = (rows: number[][][]) => rows[0]!.map((_, i) => rows.map((row) => row[row.length - 1 - i]!)); // to the left
  return wanted.map((found, k) => {
    for (const mirrored of [false, true]) {
      let rows = mirrored ? pictures[k]!.toReversed() : pictures[k]!;
      for (let quarters = 0; quarters < 4; quarters++) {
        if (JSON.stringify(rows) === JSON.stringify(found)) return `${mirrored ? "mirrored, " : ""}${quarters}`;
        rows = quarter(rows);
      }
    }
    throw new Error(`Picture ${k} is something else`);
  });
}

onBackends("vertical-flip and rotate-90 mirror and turn whole pictures, each way as often as they say", () => {
  const list = range(400);
  const images = tf.slice(pictures(list), [0, 0, 0, 0], [-1, 5, 5, -1]);
  const counted = (plugin: AnyPlugin<"augmentation">, options = {}, training = true) => {
    const ways = turnOf(images, create(plugin, options).apply(images, { random: random(list), training }));
    return Object.fromEntries([...Map.groupBy(ways, (way) => way)].map(([way, { length }]) => [way, length]));
  };
  const near = (found: Record<string, number>, wanted: Record<string, number>) => {
    assert.deepEqual(Object.keys(found).sort(), Object.keys(wanted).sort());
    for (const [way, count] of Object.entries(wanted)) {
      assert.ok(Math.abs(found[way]! - count) < 40, `${way}: ${found[way]}`);
    }
  };
  near(counted(verticalFlip), { "mirrored, 0": 200, 0: 200 });
  near(counted(rotate90), { 0: 100, 1: 100, 2: 100, 3: 100 });
  near(counted(rotate90, { probability: 0.3 }), { 0: 280, 1: 40, 2: 40, 3: 40 });
  for (const plugin of [verticalFlip, rotate90]) assert.deepEqual(counted(plugin, {}, false), { 0: 400 });
});

Deno.test("rotate-90 refuses pictures that are not square, and colour-jitter colours that are not there", () => {
  assert.throws(() => create(rotate90).shape(shape), /5×6 pixels by a quarter/);
  const grey = { ...shape, channels: 1 };
  assert.throws(() => create(colourJitter).shape(grey), (error: Refusal) => error.option === "saturation");
  assert.deepEqual(create(colourJitter, { saturation: 0, hue: 0 }).shape(grey), grey);
  assert.throws(() => create(colourJitter).shape(shape), /pictures of 2 channels/);
  assert.throws(() => create(colourJitter, { contrast: [1.2, 0.8] }), (error: Refusal) => {
    assert.equal(error.help[0], "use contrast: [0.8, 1.2]");
    return error.option === "contrast";
  });
});

onBackends("colour-jitter keeps to its ranges: of a picture of one value, brightness is all that is seen", () => {
  const list = range(300);
  const images = tf.fill([300, 2, 2, 3], 0.5) as tf.Tensor4D;
  const seen = (options: Record<string, unknown>) => {
    const changed = create(colourJitter, options).apply(images, { random: random(list), training: true });
    return Array.from(tf.slice(changed, [0, 0, 0, 0], [-1, 1, 1, 1]).dataSync());
  };
  const ends = (values: number[]) => [Math.min(...values), Math.max(...values)];
  const close = (found: number[], wanted: number[]) =>
    found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]!) < 0.01, `${found}`));
  close(ends(seen({ brightness: 0.2 })), [0.4, 0.6]);
  close(ends(seen({ brightness: [1, 1.5] })), [0.5, 0.75]);
  close(ends(seen({ brightness: 0 })), [0.5, 0.5]);
  const share = seen({ probability: 0.25 }).filter((value) => value !== 0.5).length / 300;
  assert.ok(Math.abs(share - 0.25) < 0.1, String(share));
});

onBackends("warp() by whole pixels is exact, mirrored beyond the edges", () => {
  const images = tf.div<tf.Tensor4D>(pictures([0, 1, 2]), 3000);
  const none = tf.zeros([3]);
  const still = { scale: none, turn: none, stretch: none, line: none, right: none, down: none };
  const moved = warp(images, inverseOf({ ...still, right: tf.tensor1d([0, 2, -40]), down: tf.tensor1d([0, -1, 3]) }));
  const mirror = (index: number, size: number) => {
    const within = (index % (2 * size - 2) + 2 * size - 2) % (2 * size - 2);
    return Math.min(within, 2 * size - 2 - within);
  };
  const [before, after] = [images.arraySync(), moved.arraySync()];
  for (const [k, [right, down]] of [[0, 0], [2, -1], [-40, 3]].entries()) {
    for (const row of range(height)) {
      for (const column of range(width)) {
        const wanted = before[k]![mirror(row - down!, height)]![mirror(column - right!, width)]![0]!;
        const off = Math.abs(after[k]![row]![column]![0]! - wanted);
        assert.ok(off < 2e-6, `picture ${k}, ${row},${column}: off by ${off}`);
      }
    }
  }
});

onBackends("edm-geometry mirrors exactly, and does each change as often as it says", () => {
  const list = range(300);
  const images = tf.div<tf.Tensor4D>(pictures(list), 300_000);
  const told = (options: Record<string, unknown>) => create(edmGeometry, options).tells!.of(random(list));
  const nothing = { scale: 0, rotation: 0, anisotropy: 0, translation: 0 };
  const flips = { ...nothing, probability: 1 };
  const [mirrored, upended] = told(flips).unstack<tf.Tensor1D>(1).map((tensor) => tensor.arraySync());
  const found = create(edmGeometry, flips).apply(images, { random: random(list), training: true }).arraySync();
  for (const [k, picture] of images.arraySync().entries()) {
    const rows = upended![k] ? picture.toReversed() : picture;
    assert.deepEqual(found[k], mirrored![k] ? rows.map((row) => row.toReversed()) : rows);
  }
  // Columns: flips, scale, cosine and sine of the turn, two of the stretch, two of the shift.
  const numbers = told({ probability: 0.3 }).unstack<tf.Tensor1D>(1).map((tensor) => tensor.arraySync());
  const share = (column: number) => numbers[column]!.filter((value) => value !== 0).length / 300;
  const wanted = [0.5, 0.15, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3];
  assert.deepEqual(numbers.length, 9);
  for (const [i, part] of wanted.entries()) {
    // Half of the stretches are along the sides: there the sine is 0.
    const expected = i === 6 ? part / 2 : part;
    assert.ok(Math.abs(share(i) - expected) < 4.5 * Math.sqrt(expected * (1 - expected) / 300), `${i}: ${share(i)}`);
  }
  assert.equal(create(edmGeometry, { ...nothing, horizontal_flip: false, vertical_flip: false }).tells, undefined);
  assert.equal(told({ ...nothing, horizontal_flip: false }).shape[1], 1);
});
