"""50 steps of every optimiser, with every combination of its options, equal torch's."""

import inspect
from itertools import product

import numpy as np
import pytest
import torch

from lessons_pkg import optim
from lessons_pkg.tensor import Tensor

STEPS = 50
SHAPES = [(3, 2), (5,), (), (2, 1, 2)]


def grid(**options):
    """Every combination of the options' values; callables say which to leave out."""
    return [
        dict(zip(options, values, strict=True)) for values in product(*options.values())
    ]


def possible(options):
    return not options.get("nesterov") or (
        options["momentum"] and not options["dampening"]
    )


OPTIONS = {
    "SGD": grid(
        lr=[0.03],
        momentum=[0, 0.9],
        dampening=[0, 0.3],
        weight_decay=[0, 0.1],
        nesterov=[False, True],
        maximize=[False, True],
    ),
    "RMSprop": grid(
        lr=[0.02],
        alpha=[0.99, 0.7],
        eps=[1e-8, 0.1],
        weight_decay=[0, 0.1],
        momentum=[0, 0.5],
        centered=[False, True],
        maximize=[False, True],
    ),
    "Adagrad": grid(
        lr=[0.1],
        lr_decay=[0, 0.2],
        weight_decay=[0, 0.1],
        initial_accumulator_value=[0, 0.5],
        eps=[1e-10, 0.1],
        maximize=[False, True],
    ),
    "Adam": grid(
        lr=[0.05],
        betas=[(0.9, 0.999), (0.5, 0.8), (0.0, 0.0)],
        eps=[1e-8, 0.1],
        weight_decay=[0, 0.1],
        amsgrad=[False, True],
        maximize=[False, True],
        decoupled_weight_decay=[False, True],
    ),
    "AdamW": grid(
        lr=[0.05],
        betas=[(0.9, 0.999), (0.5, 0.8)],
        eps=[1e-8, 0.1],
        weight_decay=[0, 0.1],
        amsgrad=[False, True],
        maximize=[False, True],
    ),
}
CASES = [
    (name, options)
    for name, table in OPTIONS.items()
    for options in [{}, *filter(possible, table)]
]


def pull(k, p, offset):
    """The gradient of a bumpy bowl, which is different at every step k."""
    return np.sin(3 * p + k) + 0.2 * (p - offset)


def parameters(dtype="float64"):
    rng = np.random.default_rng(7)
    return [rng.normal(size=shape).astype(dtype) for shape in SHAPES]


class Both:
    """The same parameters in both engines, with an optimiser each."""

    def __init__(self, name, options, dtype="float64"):
        start = parameters(dtype)
        self.ours = [Tensor(p.copy(), requires_grad=True) for p in start]
        self.theirs = [torch.tensor(p, requires_grad=True) for p in start]
        a, b = self.groups(self.ours), self.groups(self.theirs)
        self.optimizers = (
            getattr(optim, name)(a, **options),
            getattr(torch.optim, name)(b, **options, foreach=False),
        )

    def groups(self, params):
        return params

    def step(self, k, missing=()):
        """One step; parameters in `missing` have no gradient at this step."""
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        for i, (a, b) in enumerate(zip(self.ours, self.theirs, strict=True)):
            if i not in missing:
                a.grad = Tensor(np.asarray(pull(k, a.array, i), a.dtype))
                b.grad = torch.tensor(np.asarray(pull(k, b.detach().numpy(), i)))
        for optimizer in self.optimizers:
            optimizer.step()

    def assert_equal(self, tolerance=1e-12):
        for a, b in zip(self.ours, self.theirs, strict=True):
            assert np.isfinite(a.array).all()
            np.testing.assert_allclose(
                a.array, b.detach().numpy(), rtol=tolerance, atol=tolerance
            )


class BothInGroups(Both):
    def groups(self, params):
        return [
            {"params": params[:1]},
            {"params": params[1:3], "lr": 0.2, "weight_decay": 0.05},
            {"params": params[3]},
        ]


@pytest.mark.parametrize("name", OPTIONS)
def test_50_steps_equal_torchs(name, record_property):
    table = [options for other, options in CASES if other == name]
    for options in table:
        both = Both(name, options)
        for k in range(STEPS):
            # The first parameter joins late, the second pauses, the last has no gradient.
            both.step(k, missing={0 if k < 5 else 3, 1 if 20 < k < 30 else 3, 3})
        try:
            both.assert_equal()
        except AssertionError as error:
            raise AssertionError(f"{name} {options}: {error}") from None
        assert np.array_equal(both.ours[3].array, parameters()[3])
        assert not np.allclose(both.ours[0].array, parameters()[0])
    record_property("cases", len(table))


def test_the_table_covers_every_option_and_counts():
    """Each option of an optimiser's signature is in its grid with two values or more."""
    ways = {"params", "lr", "foreach", "fused", "capturable", "differentiable"}
    for name, table in OPTIONS.items():
        known = inspect.signature(getattr(torch.optim, name)).parameters.keys() - ways
        for option in known:
            assert len({options[option] for options in table}) > 1, (name, option)
    assert len(CASES) > 200


@pytest.mark.parametrize("name", OPTIONS)
def test_float32_stays_float32_and_close(name):
    options = next(filter(possible, OPTIONS[name][::-1]))
    both = Both(name, {**options, "lr": np.float64(0.01)}, "float32")
    for k in range(STEPS):
        both.step(k)
    both.assert_equal(2e-5)
    state = both.optimizers[0].state
    arrays = [v for p in both.ours for v in state[p].values() if hasattr(v, "dtype")]
    assert {p.dtype for p in [*both.ours, *arrays]} == {np.dtype("float32")}


SCHEDULERS = [
    ("StepLR", {"step_size": 7, "gamma": 0.5}),
    ("StepLR", {"step_size": 1}),
    ("ExponentialLR", {"gamma": 0.93}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 0.1, "end_factor": 0.4, "total_iters": 9}),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.0, "total_iters": 30}),
    ("LambdaLR", {"lr_lambda": lambda t: 1 / (t + 1)}),
    (
        "LambdaLR",
        {"lr_lambda": [lambda t: 0.9**t, lambda t: np.sqrt(t) / 9, lambda t: 1]},
    ),
    ("CosineAnnealingLR", {"T_max": 50}),
    ("CosineAnnealingLR", {"T_max": 7, "eta_min": 0.01}),
    ("CosineAnnealingLR", {"T_max": 1}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 51}),
    ("OneCycleLR", {"max_lr": 0.3, "epochs": 6, "steps_per_epoch": 9}),
    (
        "OneCycleLR",
        {
            "max_lr": 0.3,
            "total_steps": 51,
            "pct_start": 0.45,
            "base_momentum": 0.2,
            "max_momentum": 0.7,
            "div_factor": 3.0,
            "final_div_factor": 11.0,
        },
    ),
    (
        "OneCycleLR",
        {"max_lr": 0.1, "total_steps": 50, "cycle_momentum": False, "pct_start": 0.1},
    ),
]


@pytest.mark.parametrize("optimizer", ["SGD", "AdamW"])
@pytest.mark.parametrize(("name", "options"), SCHEDULERS)
def test_groups_and_a_scheduler_in_the_loop(name, options, optimizer):
    betas = {"betas": (0.8, 0.95)} if optimizer == "AdamW" else {}
    both = BothInGroups(optimizer, {"lr": 0.05, **betas})
    if "SGD" in optimizer and name != "OneCycleLR":
        for o in both.optimizers:
            o.param_groups[1]["momentum"] = 0.6
    engines = (optim, torch.optim)
    schedulers = [
        getattr(engine.lr_scheduler, name)(o, **options)
        for engine, o in zip(engines, both.optimizers, strict=True)
    ]
    for k in range(STEPS):
        both.step(k)
        for scheduler in schedulers:
            scheduler.step()
        ours, theirs = (s.get_last_lr() for s in schedulers)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-16)
        a, b = (
            [(g["lr"], g.get("momentum"), g.get("betas")) for g in o.param_groups]
            for o in both.optimizers
        )
        np.testing.assert_allclose(
            *([*map(repr_numbers, groups)] for groups in (a, b)), rtol=1e-9, atol=1e-16
        )
    both.assert_equal(1e-10)
    assert [s.last_epoch for s in schedulers] == [STEPS, STEPS]


def repr_numbers(values):
    return np.hstack([v for v in values if v is not None])


def test_two_schedulers_share_an_optimizer():
    both = BothInGroups("SGD", {"lr": 0.05})
    pairs = [
        (
            engine.lr_scheduler.LinearLR(o, 0.2, total_iters=10),
            engine.lr_scheduler.CosineAnnealingLR(o, 40, 0.001),
            engine.lr_scheduler.StepLR(o, 20, 0.5),
        )
        for engine, o in zip((optim, torch.optim), both.optimizers, strict=True)
    ]
    for k in range(STEPS):
        both.step(k)
        for pair in pairs:
            for scheduler in pair:
                scheduler.step()
        ours, theirs = ([g["lr"] for g in o.param_groups] for o in both.optimizers)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    both.assert_equal(1e-10)
