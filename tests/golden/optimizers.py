"""Golden numbers of optimizers and learning rates, from PyTorch and optax: writes optimizers.json beside this file.

    pip install torch==2.15.0 optax==0.2.8 && python tests/golden/optimizers.py

Every case descends 0.5 curvature (w - target)^2, steeper in some steps than in others, from the same start. All is
computed in float64: a test's error is its own. Weights of `matrix` are as here, [input, output]; torch's Muon gets them transposed,
as torch keeps its matrices, and computes in float64 where it has bfloat16.
"""
import inspect, json, math, os, re, sys, textwrap
import numpy, torch, jax, optax

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
steps = 8
random = numpy.random.default_rng(17)
start = {"matrix": random.normal(size=(3, 4)), "bias": random.normal(size=(5,))}
target = {name: random.normal(size=value.shape) for name, value in start.items()}
curvature = {name: random.uniform(0.1, 3, size=value.shape) for name, value in start.items()}


def gradients(weights, step):
    """Gradients that change from step to step, some of them far from others."""
    return {name: curvature[name] * (value - target[name]) * (1 + (step % 3)) for name, value in weights.items()}


def listed(array):
    return numpy.asarray(array, dtype=numpy.float64).ravel().tolist()


def by_torch(make):
    weights = {name: torch.nn.Parameter(torch.tensor(value)) for name, value in start.items()}
    optimizer, scheduler, clip = make(weights)
    path = []
    for step in range(steps):
        for name, gradient in gradients({name: w.detach().numpy() for name, w in weights.items()}, step).items():
            weights[name].grad = torch.tensor(gradient)
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(list(weights.values()), clip)
        optimizer.step()
        if scheduler is not None:
            scheduler(optimizer, step + 1)
        path.append({name: listed(w.detach().numpy()) for name, w in weights.items()})
    return path


def by_optax(optimizer, names=("matrix", "bias")):
    weights = {name: jax.numpy.array(start[name]) for name in names}
    state = optimizer.init(weights)
    path = []
    for step in range(steps):
        updates, state = optimizer.update(gradients(weights, step), state, weights)
        weights = optax.apply_updates(weights, updates)
        path.append({name: listed(w) for name, w in weights.items()})
    return path


def plain(cls, clip=None, **options):
    return lambda weights: (cls(list(weights.values()), **options), None, clip)


# torch's Muon rounds to bfloat16: here its text with float64 in that place.
from torch.optim import _muon

text = inspect.getsource(_muon._zeropower_via_newtonschulz)
assert text.count("torch.bfloat16") == 1
exec(textwrap.dedent(text.replace("torch.bfloat16", "torch.float64")), _muon.__dict__)


def by_muon(**options):
    weight = torch.nn.Parameter(torch.tensor(start["matrix"].T.copy()))
    optimizer = torch.optim.Muon([weight], **options)
    path = []
    for step in range(steps):
        weight.grad = torch.tensor(gradients({"matrix": weight.detach().numpy().T}, step)["matrix"].T.copy())
        optimizer.step()
        path.append({"matrix": listed(weight.detach().numpy().T)})
    return path


cases = []


def case(name, plugin, options, source, path):
    cases.append({"name": name, "plugin": plugin, "options": options, "source": source, "path": path})


t = f"torch {torch.__version__.split('+')[0]}"
o = f"optax {optax.__version__}"
case("adam", "adam", {"learning_rate": 0.05, "epsilon": 1e-3}, f"{t} optim.Adam", by_torch(plain(torch.optim.Adam, lr=0.05, eps=1e-3)))
case("adam-l2", "adam", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-8, "weight_decay": 0.1}, f"{t} optim.Adam",
     by_torch(plain(torch.optim.Adam, lr=0.05, betas=(0.8, 0.95), eps=1e-8, weight_decay=0.1)))
case("adam-optax", "adam", {"learning_rate": 0.05, "epsilon": 1e-8}, f"{o} adam", by_optax(optax.adam(0.05)))
# Keras adds epsilon before the correction for the first steps, PyTorch after: with a small one they are one.
case("adamw", "adamw", {"learning_rate": 0.05, "weight_decay": 0.1, "epsilon": 1e-12}, f"{t} optim.AdamW",
     by_torch(plain(torch.optim.AdamW, lr=0.05, weight_decay=0.1, eps=1e-12)))
case("adamw-clipped", "adamw", {"learning_rate": 0.05, "weight_decay": 0.1, "epsilon": 1e-12, "max_norm": 0.7}, f"{t} optim.AdamW, clip_grad_norm_",
     by_torch(plain(torch.optim.AdamW, clip=0.7, lr=0.05, weight_decay=0.1, eps=1e-12)))
case("sgd", "sgd", {"learning_rate": 0.05, "momentum": 0}, f"{t} optim.SGD", by_torch(plain(torch.optim.SGD, lr=0.05)))
case("sgd-momentum", "sgd", {"learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.1}, f"{t} optim.SGD",
     by_torch(plain(torch.optim.SGD, lr=0.05, momentum=0.9, weight_decay=0.1)))
case("sgd-nesterov", "sgd", {"learning_rate": 0.05, "momentum": 0.8, "nesterov": True}, f"{t} optim.SGD",
     by_torch(plain(torch.optim.SGD, lr=0.05, momentum=0.8, nesterov=True)))
case("sgd-clipped", "sgd", {"learning_rate": 0.05, "momentum": 0.9, "max_norm": 1.5}, f"{o} clip_by_global_norm, sgd",
     by_optax(optax.chain(optax.clip_by_global_norm(1.5), optax.sgd(0.05, momentum=0.9))))
case("lion", "lion", {"learning_rate": 0.03, "weight_decay": 0.1}, f"{o} lion", by_optax(optax.lion(0.03, weight_decay=0.1)))
case("radam", "radam", {"learning_rate": 0.05, "epsilon": 1e-8}, f"{t} optim.RAdam", by_torch(plain(torch.optim.RAdam, lr=0.05)))
case("radam-decay", "radam", {"learning_rate": 0.05, "beta_2": 0.9, "epsilon": 1e-8, "weight_decay": 0.1}, f"{t} optim.RAdam",
     by_torch(plain(torch.optim.RAdam, lr=0.05, betas=(0.9, 0.9), weight_decay=0.1, decoupled_weight_decay=True)))
case("radam-optax", "radam", {"learning_rate": 0.05, "epsilon": 1e-8}, f"{o} radam", by_optax(optax.radam(0.05)))
case("muon", "muon", {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True, "steps": 5, "scaling": "original", "weight_decay": 0.1}, f"{t} optim.Muon in float64",
     by_muon(lr=0.05, momentum=0.9, nesterov=True, ns_steps=5, adjust_lr_fn="original", weight_decay=0.1))
case("muon-moonshot", "muon", {"learning_rate": 0.05, "momentum": 0.95, "nesterov": False, "steps": 3, "scaling": "moonshot", "weight_decay": 0}, f"{t} optim.Muon in float64",
     by_muon(lr=0.05, momentum=0.95, nesterov=False, ns_steps=3, adjust_lr_fn="match_rms_adamw", weight_decay=0))

rates = []


def rate(name, options, total, source, of):
    at = [0, 1, 2, 5, 9, 10, 11, 25, 50, 75, 99]
    rates.append({"name": name, "options": options, "total": total, "updates": at, "source": source, "values": [float(of(step)) for step in at]})


rate("warmup-constant", {"learning_rate": 0.01, "warmup": 10}, 100, f"{o} warmup_constant_schedule", optax.warmup_constant_schedule(0, 0.01, 10))
rate("cosine", {"learning_rate": 0.01, "schedule": "cosine"}, 100, f"{o} cosine_decay_schedule", optax.cosine_decay_schedule(0.01, 100))
rate("warmup-cosine", {"learning_rate": 0.01, "schedule": "cosine", "warmup": 10, "end_fraction": 0.1}, 100, f"{o} warmup_cosine_decay_schedule",
     optax.warmup_cosine_decay_schedule(0, 0.01, 10, 100, end_value=0.001))
rate("cosine-until", {"learning_rate": 0.01, "schedule": "cosine", "until": 60}, 100, f"{o} cosine_decay_schedule", optax.cosine_decay_schedule(0.01, 60))
rate("linear", {"learning_rate": 0.01, "schedule": "linear", "end_fraction": 0.25}, 100, f"{o} linear_schedule", optax.linear_schedule(0.01, 0.0025, 100))


def torch_rate(make):
    def of(step):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.01)
        scheduler = make(optimizer)
        for _ in range(step):
            optimizer.step()
            scheduler.step()
        return optimizer.param_groups[0]["lr"]

    return of


rate("annealed", {"learning_rate": 0.01, "schedule": "cosine", "end_fraction": 0.2}, 100, f"{t} CosineAnnealingLR",
     torch_rate(lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 100, eta_min=0.002)))
# get_inverse_sqrt_schedule of transformers, restated: its timescale is its warm-up.
rate("inverse-square-root", {"learning_rate": 0.01, "schedule": "inverse-square-root", "warmup": 10}, 100, "Vaswani et al. 2017, section 5.3, restated",
     lambda step: 0.01 * (step / 10 if step < 10 else math.sqrt(10 / step)))

out = {
    "about": "Made by optimizers.py: weights after each of some steps, and learning rates before updates (counted from 0).",
    "shapes": {name: list(value.shape) for name, value in start.items()},
    "start": {name: listed(value) for name, value in start.items()},
    "target": {name: listed(value) for name, value in target.items()},
    "curvature": {name: listed(value) for name, value in curvature.items()},
    "cases": cases,
    "rates": rates,
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "optimizers.json"), "w") as file:
    json.dump(out, file)
    file.write("\n")
