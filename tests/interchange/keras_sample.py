"""Writes `examples/keras/tiny.weights.h5`: what Keras saves of the DDIM example's model, as small as it gets.

`python tests/interchange/keras_sample.py`, with Keras 3 (any backend). Its weights are random: it shows the layout.
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "numpy")

import keras_models
import numpy as np

keras_models.SIDE, keras_models.WIDTHS, keras_models.DEPTH, keras_models.DIMS = 16, (4, 8), 1, 8
network = keras_models.batch_norm_network(4, 1000.0, input_skip=False)
model = keras_models.DiffusionModel(network, np.random.default_rng(1), [0.25, 0.2, 0.3], augmenter=False)
model.built = True  # as after training: it has no call of its own
model.save_weights(Path(__file__).parents[2] / "examples" / "keras" / "tiny.weights.h5")
