"""The Keras DDIM example on TensorFlow, as a graph without XLA: answers `train` and `sample` with seconds."""
import math
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

BATCH = int(sys.argv[1])
WIDTHS, DEPTH, EMBEDDING, SIDE = (32, 64, 96, 128), 2, 32, 64
SPEEDS = (2 * math.pi * np.exp(np.linspace(0, math.log(1000), EMBEDDING // 2))).astype(np.float32)


@keras.saving.register_keras_serializable()
def sinusoids(power):
    return ops.concatenate([ops.sin(SPEEDS * power), ops.cos(SPEEDS * power)], axis=3)


def block(x, width):
    shortcut = x if x.shape[3] == width else layers.Conv2D(width, kernel_size=1)(x)
    x = layers.BatchNormalization(center=False, scale=False)(x)
    x = layers.Conv2D(width, kernel_size=3, padding="same", activation="swish")(x)
    x = layers.Conv2D(width, kernel_size=3, padding="same")(x)
    return layers.Add()([x, shortcut])


def build():
    noisy, power = keras.Input((SIDE, SIDE, 3)), keras.Input((1, 1, 1))
    level = layers.Lambda(sinusoids, output_shape=(1, 1, EMBEDDING))(power)
    level = layers.UpSampling2D(size=SIDE, interpolation="nearest")(level)
    x = layers.Concatenate()([layers.Conv2D(WIDTHS[0], kernel_size=1)(noisy), level])
    skips = []
    for width in WIDTHS[:-1]:
        for _ in range(DEPTH):
            x = block(x, width)
            skips.append(x)
        x = layers.AveragePooling2D(pool_size=2)(x)
    for _ in range(DEPTH):
        x = block(x, WIDTHS[-1])
    for width in reversed(WIDTHS[:-1]):
        x = layers.UpSampling2D(size=2, interpolation="bilinear")(x)
        for _ in range(DEPTH):
            x = block(layers.Concatenate()([x, skips.pop()]), width)
    x = layers.Conv2D(3, kernel_size=1, kernel_initializer="zeros")(x)
    return keras.Model([noisy, power], x)


def rates(times):
    start, end = math.acos(0.95), math.acos(0.02)
    angles = start + times * (end - start)
    return ops.cos(angles), ops.sin(angles)


network = build()
average = keras.models.clone_model(network)
average.set_weights(network.get_weights())
optimizer = keras.optimizers.AdamW(learning_rate=1e-3, weight_decay=1e-4)
optimizer.build(network.trainable_variables)
images = tf.random.normal((BATCH, SIDE, SIDE, 3))


@tf.function
def step(images):
    noise = tf.random.normal(images.shape)
    signal_rate, noise_rate = rates(tf.random.uniform((BATCH, 1, 1, 1)))
    noisy = signal_rate * images + noise_rate * noise
    with tf.GradientTape() as tape:
        predicted = network([noisy, noise_rate**2], training=True)
        loss = ops.mean(ops.abs(noise - predicted))
    cleaned = (noisy - noise_rate * predicted) / signal_rate
    gradients = tape.gradient(loss, network.trainable_weights)
    optimizer.apply_gradients(zip(gradients, network.trainable_weights))
    for weight, mean in zip(network.weights, average.weights):
        mean.assign(0.999 * mean + 0.001 * weight)
    return loss, ops.mean(ops.abs(images - cleaned))


@tf.function
def look(noisy, times, next_times):
    signal_rate, noise_rate = rates(times)
    predicted = average([noisy, noise_rate**2], training=False)
    cleaned = (noisy - noise_rate * predicted) / signal_rate
    signal_rate, noise_rate = rates(next_times)
    return signal_rate * cleaned + noise_rate * predicted, cleaned


def train():
    return float(step(images)[0])


def sample(steps=20):
    noisy = tf.random.normal(images.shape)
    times = lambda i: tf.fill((BATCH, 1, 1, 1), 1 - i / steps)
    for i in range(steps):
        noisy, cleaned = look(noisy, times(i), times(i + 1))
    return float(tf.reduce_sum(cleaned))


print(f"Keras {keras.__version__} on TensorFlow {tf.__version__}, a graph without XLA, float32", flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    {"train": train, "sample": sample}[line.strip()]()
    print(time.perf_counter() - start, flush=True)
