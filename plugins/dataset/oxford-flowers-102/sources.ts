/** The official files: addresses, sizes and SHA-256 as TensorFlow Datasets 4.9.10 has them (oxford_flowers102, 2.1.1). */

/** What is downloaded. */
export const official = {
  archive: {
    url: "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/102flowers.tgz",
    size: 344862509,
    sha256: "2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246",
  },
  labels: {
    url: "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/imagelabels.mat",
    size: 502,
    sha256: "4903e94206bac23bf772aadf06451916df56b58fc483a62db32a97b82656651d",
  },
  splits: {
    url: "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/setid.mat",
    size: 14989,
    sha256: "46b8678f91fd95d3c8f4feab80d271a6c834a1dd896fe29fd3e6ad9ce5c8dccd",
  },
};

/** The three files of the dataset. */
export type Sources = typeof official;
