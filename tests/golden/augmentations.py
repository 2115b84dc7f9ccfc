"""Writes augmentations.json: what EDM's own augmentation makes of one picture, and torchvision's formulas of some colours.

    python tests/golden/augmentations.py CHECKOUT_OF_NVLABS_EDM > tests/golden/augmentations.json

PyTorch and NumPy are all it needs.

EDM's code (training/augment.py) is run as it is; only its random draws are given. The colours are torchvision's float32
formulas (transforms/_functional_tensor.py: adjust_brightness, _contrast, _saturation, _hue), restated in NumPy.
"""
import json
import sys

import numpy as np
import torch

sys.path.insert(0, sys.argv[1])
from training.augment import AugmentPipe  # noqa: E402

HEIGHT, WIDTH = 20, 16


def picture():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return (0.5 + 0.3 * np.sin(1.7 * x + 0.3 * y * y) + 0.2 * np.cos(0.9 * y)).astype(np.float32)


def edm(case):
    """One picture with these draws; every chance is taken. AugmentPipe asks for them in this order."""
    part = lambda angle: angle / (2 * np.pi) + 0.5  # of the circle, from -pi
    normal = [[case["scale"]], [case["stretch"]], [[case["right"]], [case["down"]]]]
    uniform = [[0], [part(case["turn"])], [0], [part(case["line"])], [0], [0], [[0]]]
    torch.randn = lambda *_, **__: torch.tensor(normal.pop(0), dtype=torch.float32)
    torch.rand = lambda *_, **__: torch.tensor(uniform.pop(0), dtype=torch.float32)
    pipe = AugmentPipe(p=1, scale=1, rotate_frac=1, aniso=1, translate_frac=1)
    seen, told = pipe(torch.tensor(picture())[None, None])
    return {
        **case,
        "pixels": [round(float(v), 6) for v in seen.flatten()],
        "told": [round(float(v), 6) for v in told.flatten()],
    }


NONE = {"scale": 0, "turn": 0, "stretch": 0, "line": 0, "right": 0, "down": 0}
CASES = [
    {},
    {"scale": 0.8},
    {"scale": -0.6},
    {"turn": 0.5},
    {"turn": np.pi / 2},
    {"stretch": 0.9},
    {"stretch": 0.9, "line": 0.7},
    {"right": 1.0, "down": -0.8},  # in units of 0.125 of a side: 2 pixels, and -2
    {"right": 0.37, "down": 0.81},
    {"scale": 0.5, "turn": -1.1, "stretch": -0.7, "line": 2.3, "right": -0.4, "down": 0.6},
]


def grey(rgb):
    return rgb @ np.array([0.2989, 0.587, 0.114])


def clip(x):
    return np.clip(x, 0, 1)


def blend(a, b, factor):
    return clip(factor * a + (1 - factor) * b)


def hue(rgb, turn):
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    maxc, minc = rgb.max(-1), rgb.min(-1)
    same = maxc == minc
    span = maxc - minc
    s = span / np.where(same, 1, maxc)
    divisor = np.where(same, 1, span)
    rc, gc, bc = (maxc - r) / divisor, (maxc - g) / divisor, (maxc - b) / divisor
    h = (
        (maxc == r) * (bc - gc)
        + ((maxc == g) & (maxc != r)) * (2 + rc - bc)
        + ((maxc != g) & (maxc != r)) * (4 + gc - rc)
    )
    h = ((h / 6 + 1) % 1 + turn) % 1
    i = np.floor(h * 6)
    f = h * 6 - i
    i = i.astype(int) % 6
    p, q, t = clip(maxc * (1 - s)), clip(maxc * (1 - s * f)), clip(maxc * (1 - s * (1 - f)))
    table = [(maxc, t, p), (q, maxc, p), (p, maxc, t), (p, q, maxc), (t, p, maxc), (maxc, p, q)]
    out = np.zeros_like(rgb)
    for k, channels in enumerate(table):
        for c in range(3):
            out[..., c] = np.where(i == k, channels[c], out[..., c])
    return out


def colours():
    rows = [[0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0.2, 0.7, 0.7]]
    rows += [[round((0.37 * k * (c + 2)) % 1, 3) for c in range(3)] for k in range(1, 17)]
    rgb = np.array(rows, dtype=np.float64).reshape(4, 6, 3)
    cases = []
    for name, apply, amounts in [
        ("brightness", lambda x, f: blend(x, 0, f), [0, 0.7, 1.4]),
        ("contrast", lambda x, f: blend(x, grey(x).mean(), f), [0, 0.6, 1.8]),
        ("saturation", lambda x, f: blend(x, grey(x)[..., None], f), [0, 0.5, 1.7]),
        ("hue", hue, [-0.5, -0.13, 0.21, 0.5]),
    ]:
        for amount in amounts:
            cases.append({"name": name, "amount": amount, "pixels": apply(rgb, amount).flatten().round(6).tolist()})
    return {"pixels": rgb.flatten().tolist(), "cases": cases}


def tidy(case):
    return {key: round(float(value), 9) for key, value in case.items()}


json.dump(
    {"geometry": [edm(tidy({**NONE, **case})) for case in CASES], "colours": colours()},
    sys.stdout,
    separators=(",", ":"),
)
print()
