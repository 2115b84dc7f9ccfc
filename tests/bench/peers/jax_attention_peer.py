"""The network of recipes/flowers-attention.yaml in JAX, jit-compiled, donated; answers as jax_peer.py does.

Group normalisation with scale and offset, the noise level in every block, attention at the two coarsest levels (Ho et al.
2020, arXiv:2006.11239), velocity prediction. Attention is `jax.nn.dot_product_attention`, as JAX computes it by default.
"""
import math
import resource
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import tensors

FILE, BATCH = sys.argv[1], int(sys.argv[2])
TYPE = jnp.bfloat16 if "--mixed" in sys.argv else jnp.float32  # of factors of convolutions and products
WIDTHS, ATTENDED, DEPTH, HEADS, GROUPS, EMBEDDING = (64, 128, 256, 512), (2, 3), 2, 4, 8, 64
RATE, DECAY, BETA1, BETA2, AVERAGE = 2e-4, 1e-4, 0.9, 0.999, 0.999

given = {name: jnp.asarray(tensor) for name, tensor in tensors.read(FILE).items()}
weights = {name.removeprefix("trainable/"): tensor for name, tensor in given.items() if name.startswith("trainable/")}
images, noises, times = given["images"], given["noises"], given["times"]
speeds = 2 * math.pi * np.exp(np.linspace(0, math.log(1000), EMBEDDING // 2)).astype(np.float32)


def conv(w, name, x):
    kernel = w[name + ".kernel"].astype(TYPE)
    y = lax.conv_general_dilated(x.astype(TYPE), kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return y.astype(jnp.float32) + w[name + ".bias"]


def product(pattern, x, kernel):
    return jnp.einsum(pattern, x.astype(TYPE), kernel.astype(TYPE)).astype(jnp.float32)


def dense(w, name, x):
    return product("bi,io->bo", x, w[name + ".kernel"]) + w[name + ".bias"]


def normalise(x):
    n, height, width, channels = x.shape
    groups = x.reshape(n, height * width, GROUPS, channels // GROUPS)
    mean = groups.mean((1, 3), keepdims=True)
    variance = jnp.square(groups - mean).mean((1, 3), keepdims=True)
    return ((groups - mean) * lax.rsqrt(variance + 1e-3)).reshape(x.shape)


def activate(w, name, x):
    return jax.nn.silu(normalise(x) * w[name + ".gamma"] + w[name + ".beta"])


def attend(w, name, x):
    n, height, width, channels = x.shape
    flat = x.reshape(n, height * width, channels)
    q, k, v = (
        product("bti,iho->btho", flat, w[f"{name}.{part}.kernel"]) + w[f"{name}.{part}.bias"]
        for part in ("query", "key", "value")
    )
    gathered = jax.nn.dot_product_attention(q.astype(TYPE), k.astype(TYPE), v.astype(TYPE)).astype(jnp.float32)
    joined = product("bthi,hio->bto", gathered, w[f"{name}.output.kernel"]) + w[f"{name}.output.bias"]
    return joined.reshape(x.shape)


def network(w, x, power):
    angles = power.reshape(-1, 1) * speeds
    sines = jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], -1)
    embedding = jax.nn.silu(dense(w, "embedding_dense2", jax.nn.silu(dense(w, "embedding_dense1", sines))))

    def block(name, x, level):
        width = WIDTHS[level]
        residual = x if x.shape[-1] == width else conv(w, name + ".residual_conv", x)
        told = dense(w, name + ".embedding_dense", embedding)[:, None, None, :]
        hidden = conv(w, name + ".conv1", activate(w, name + ".norm1", x)) + told
        output = conv(w, name + ".conv2", activate(w, name + ".norm2", hidden)) + residual
        return output + attend(w, name + ".attention", normalise(output)) if level in ATTENDED else output

    x = conv(w, "input_conv", x)
    skips, bottom = [], len(WIDTHS) - 1
    for level in range(bottom):
        for i in range(DEPTH):
            x = block(f"down{level}.block{i}", x, level)
            skips.append(x)
        x = lax.reduce_window(x, 0.0, lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") / 4
    for i in range(DEPTH):
        x = block(f"middle.block{i}", x, bottom)
    for level in range(bottom - 1, -1, -1):
        n, height, width, channels = x.shape
        x = jax.image.resize(x, (n, 2 * height, 2 * width, channels), "bilinear")
        for i in range(DEPTH):
            x = block(f"up{level}.block{i}", jnp.concatenate([x, skips.pop()], -1), level)
    kernel = w["output_transpose.kernel"][0, 0]  # [out, in]: patches of one pixel
    return product("bhwi,oi->bhwo", x, kernel) + w["output_transpose.bias"]


def loss_of(w, images, noises, times):
    """Times are noise powers."""
    signal, noise = jnp.sqrt(1 - times), jnp.sqrt(times)
    predicted = network(w, signal * images + noise * noises, times)
    return jnp.mean(jnp.square(signal * noises - noise * images - predicted))


def step(state, key, images):
    key, one, two, three = jax.random.split(key, 4)
    flipped = jax.random.bernoulli(three, 0.5, (BATCH, 1, 1, 1))
    images = jnp.where(flipped, images[:, :, ::-1], images)
    noises = jax.random.normal(one, images.shape)
    times = jax.random.uniform(two, (BATCH, 1, 1, 1))
    loss, gradients = jax.value_and_grad(loss_of)(state["w"], images, noises, times)
    count = state["count"] + 1
    t = count.astype(jnp.float32)
    new = dict(w={}, m={}, v={}, count=count, average={})
    for name, w in state["w"].items():
        g = gradients[name]
        m = BETA1 * state["m"][name] + (1 - BETA1) * g
        v = BETA2 * state["v"][name] + (1 - BETA2) * g * g
        w = w - RATE * (m / (1 - BETA1**t) / (jnp.sqrt(v / (1 - BETA2**t)) + 1e-7) + DECAY * w)
        new["w"][name], new["m"][name], new["v"][name] = w, m, v
        new["average"][name] = AVERAGE * state["average"][name] + (1 - AVERAGE) * w
    return new, key, loss


def sampling(w, noisy, steps=20):
    def body(i, carry):
        noisy, _ = carry
        power = jnp.full((BATCH, 1, 1, 1), 1 - i.astype(jnp.float32) / steps) * 0.999
        signal, noise = jnp.sqrt(1 - power), jnp.sqrt(power)
        velocity = network(w, noisy, power)
        image = jnp.clip(signal * noisy - noise * velocity, -1, 1)
        predicted = (noisy - signal * image) / noise
        after = power - 0.999 / steps
        return jnp.sqrt(1 - after) * image + jnp.sqrt(after) * predicted, image

    return lax.fori_loop(0, steps, body, (noisy, noisy))[1]


copy = lambda tree: jax.tree.map(lambda x: jnp.array(x, copy=True), tree)
zeros = lambda tree: jax.tree.map(jnp.zeros_like, tree)
state = dict(w=copy(weights), m=zeros(weights), v=zeros(weights), count=jnp.zeros((), jnp.int32), average=copy(weights))
key = jax.random.PRNGKey(0)
compiled_step, compiled_sampling = jax.jit(step, donate_argnums=(0, 1)), jax.jit(sampling)


def train():
    global state, key
    start = time.perf_counter()
    state, key, loss = compiled_step(state, key, images)
    jax.block_until_ready((state, loss))
    return time.perf_counter() - start


def sample():
    noise = jax.random.normal(jax.random.PRNGKey(1), images.shape)
    start = time.perf_counter()
    np.asarray(compiled_sampling(state["average"], noise))
    return time.perf_counter() - start


answers = {
    "loss": lambda: float(jax.jit(loss_of)(weights, images, noises, times)),
    "first": train,
    "train": train,
    "sample": sample,
    "memory": lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}
if __name__ == "__main__":
    print(f"JAX {jax.__version__} on {jax.devices()[0].device_kind}", flush=True)
    for line in sys.stdin:
        print(answers[line.strip()](), flush=True)
