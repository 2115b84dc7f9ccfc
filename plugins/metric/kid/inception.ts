/** InceptionV3 without its top (Szegedy et al. 2016, arXiv:1512.00567), layer by layer in the order of Keras' weights. */

/** A convolution without bias, with batch normalisation and a rectifier after it. */
export interface InceptionConvolution {
  /** Place in the order of construction, from 0. */
  readonly index: number;
  readonly filters: number;
  readonly size: readonly [rows: number, columns: number];
  readonly strides: 1 | 2;
  readonly pad: "same" | "valid";
}

/** What the network is made of, on tensors or on numbers of channels. */
export interface Layers<T> {
  convolution(x: T, convolution: InceptionConvolution): T;
  /** The largest of 3×3 pixels, at every second pixel. */
  largest(x: T): T;
  /** The mean of 3×3 pixels; those beyond the border do not count. */
  mean(x: T): T;
  /** Channels of all, one after the other. */
  join(parts: readonly T[]): T;
  /** Sees the output of each block, for tests. */
  block?(name: string, x: T): void;
}

/** From prepared pictures to the last 2048 channels. */
export function inceptionV3<T>(picture: T, layers: Layers<T>): T {
  const { largest, mean } = layers;
  let index = 0;
  let block = 0;
  const conv = (x: T, filters: number, rows = 1, columns = rows, more: Partial<InceptionConvolution> = {}) =>
    layers.convolution(x, { index: index++, filters, size: [rows, columns], strides: 1, pad: "same", ...more });
  const shrink = { strides: 2, pad: "valid" } as const;
  const join = (...parts: T[]) => {
    const x = layers.join(parts);
    layers.block?.(`mixed${block++}`, x);
    return x;
  };

  let x = conv(picture, 32, 3, 3, shrink);
  x = conv(x, 32, 3, 3, { pad: "valid" });
  x = largest(conv(x, 64, 3));
  x = conv(x, 80, 1, 1, { pad: "valid" });
  x = largest(conv(x, 192, 3, 3, { pad: "valid" }));

  for (const pooled of [32, 64, 64]) {
    const plain = conv(x, 64);
    const wide = conv(conv(x, 48), 64, 5);
    const double = conv(conv(conv(x, 64), 96, 3), 96, 3);
    x = join(plain, wide, double, conv(mean(x), pooled));
  }
  {
    const single = conv(x, 384, 3, 3, shrink);
    const double = conv(conv(conv(x, 64), 96, 3), 96, 3, 3, shrink);
    x = join(single, double, largest(x));
  }
  for (const width of [128, 160, 160, 192]) {
    const plain = conv(x, 192);
    const cross = conv(conv(conv(x, width), width, 1, 7), 192, 7, 1);
    let twice = conv(conv(conv(x, width), width, 7, 1), width, 1, 7);
    twice = conv(conv(twice, width, 7, 1), 192, 1, 7);
    x = join(plain, cross, twice, conv(mean(x), 192));
  }
  {
    const single = conv(conv(x, 192), 320, 3, 3, shrink);
    const cross = conv(conv(conv(conv(x, 192), 192, 1, 7), 192, 7, 1), 192, 3, 3, shrink);
    x = join(single, cross, largest(x));
  }
  for (let i = 0; i < 2; i++) {
    const plain = conv(x, 320);
    const fork = (x: T) => layers.join([conv(x, 384, 1, 3), conv(x, 384, 3, 1)]);
    const single = fork(conv(x, 384));
    const double = fork(conv(conv(x, 448), 384, 3));
    x = join(plain, single, double, conv(mean(x), 192));
  }
  return x;
}

/** Shapes of all kernels, `[rows, columns, in, out]`, in the order of construction. */
export function kernelShapes(): number[][] {
  const shapes: number[][] = [];
  inceptionV3<number>(3, {
    convolution(channels, { size, filters }) {
      shapes.push([...size, channels, filters]);
      return filters;
    },
    largest: (channels) => channels,
    mean: (channels) => channels,
    join: (parts) => parts.reduce((sum, channels) => sum + channels, 0),
  });
  return shapes;
}
