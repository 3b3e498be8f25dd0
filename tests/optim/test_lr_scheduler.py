"""Schedulers by hand, taken up again, and the sentences of their errors.

That they equal torch's is in test_trajectories.py.
"""

import inspect

import numpy as np
import pytest
import torch

from lessons_pkg.optim import SGD, Adagrad, Adam, lr_scheduler
from lessons_pkg.tensor import Tensor

from .test_optimizer import refuses

NAMES = ["StepLR", "ExponentialLR", "LinearLR", "LambdaLR"]
NAMES += ["CosineAnnealingLR", "OneCycleLR"]


def optimizer(kind=SGD, lr=1.0, n_groups=1):
    groups = [{"params": [Tensor([1.0], requires_grad=True)]} for _ in range(n_groups)]
    return kind(groups, lr=lr)


def rates(make, n_steps, lr=1.0):
    o = optimizer(lr=lr)
    scheduler = make(o)
    seen = [o.param_groups[0]["lr"]]
    for _ in range(n_steps):
        scheduler.step()
        seen.append(o.param_groups[0]["lr"])
        assert scheduler.get_last_lr() == seen[-1:]
    return seen


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda o: lr_scheduler.StepLR(o, 2, 0.5), [1, 1, 0.5, 0.5, 0.25]),
        (lambda o: lr_scheduler.ExponentialLR(o, 0.5), [1, 0.5, 0.25, 0.125, 0.0625]),
        (lambda o: lr_scheduler.LinearLR(o, 0.25, 1, 3), [0.25, 0.5, 0.75, 1, 1]),
        (lambda o: lr_scheduler.LambdaLR(o, lambda t: t * t), [0, 1, 4, 9, 16]),
        # (1 + cos(pi t / 2)) / 2, from 1 to 0 and up again
        (lambda o: lr_scheduler.CosineAnnealingLR(o, 2), [1, 0.5, 0, 0.5, 1]),
        # from 1 / 2 up for pct_start * 6 - 1 = 2 steps, then down to 1 / 2 / 10 for 3: half
        # of the way up at the cosine of a right angle; 1/4 and 3/4 of the way down at
        # those of 60 and 120 degrees
        (
            lambda o: lr_scheduler.OneCycleLR(
                o, 1.0, 6, pct_start=0.5, div_factor=2, final_div_factor=10
            ),
            [0.5, 0.75, 1, 1 - 0.95 / 4, 1 - 0.95 * 3 / 4],
        ),
    ],
)
def test_by_hand(make, expected):
    assert rates(make, 4) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_signatures_are_torchs(name):
    ours, theirs = (
        {p.name: p.default for p in inspect.signature(cls).parameters.values()}
        for cls in (
            getattr(lr_scheduler, name),
            getattr(torch.optim.lr_scheduler, name),
        )
    )
    assert ours == theirs


MAKE = {
    "StepLR": lambda o, **k: lr_scheduler.StepLR(o, 3, **k),
    "ExponentialLR": lambda o, **k: lr_scheduler.ExponentialLR(o, 0.9, **k),
    "LinearLR": lambda o, **k: lr_scheduler.LinearLR(o, total_iters=8, **k),
    "LambdaLR": lambda o, **k: lr_scheduler.LambdaLR(o, lambda t: 0.9**t, **k),
    "CosineAnnealingLR": lambda o, **k: lr_scheduler.CosineAnnealingLR(o, 6, **k),
    "OneCycleLR": lambda o, **k: lr_scheduler.OneCycleLR(o, 1.0, 10, **k),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_run_goes_on_from_a_state_dict(name):
    whole = rates(MAKE[name], 9)
    o = optimizer()
    scheduler = MAKE[name](o)
    for _ in range(5):
        scheduler.step()
    later = optimizer()
    again = MAKE[name](later)
    again.load_state_dict(scheduler.state_dict())
    later.load_state_dict(o.state_dict())
    seen = []
    for _ in range(4):
        again.step()
        seen.append(later.param_groups[0]["lr"])
    assert seen == pytest.approx(whole[6:])
    assert "optimizer" not in scheduler.state_dict()


@pytest.mark.parametrize("name", NAMES)
def test_last_epoch_is_refused_by_name(name):
    refuses(
        lambda: MAKE[name](optimizer(), last_epoch=4),
        NotImplementedError,
        f"{name}: last_epoch=4 is not supported here; use torch.optim.lr_scheduler.{name}",
    )


@pytest.mark.parametrize(
    ("argument", "value"),
    [("three_phase", True), ("anneal_strategy", "linear"), ("max_lr", [0.1, 0.2])],
)
def test_what_else_one_cycle_refuses_by_name(argument, value):
    options = {"max_lr": 1.0, "total_steps": 9, argument: value}
    refuses(
        lambda: ONE(optimizer(), **options),
        NotImplementedError,
        f"OneCycleLR: {argument}={value!r} is not supported here; use "
        "torch.optim.lr_scheduler.OneCycleLR",
    )


def test_a_period_of_no_steps():
    refuses(
        lambda: lr_scheduler.StepLR(optimizer(), 0),
        ValueError,
        "StepLR: step_size must be 1 or more, not 0.",
    )
    refuses(
        lambda: lr_scheduler.CosineAnnealingLR(optimizer(), 0),
        ValueError,
        "CosineAnnealingLR: T_max must be 1 or more, not 0.",
    )


def test_own_schedulers_give_get_lr():
    class Half(lr_scheduler.LRScheduler):
        def get_lr(self):
            return [lr * 0.5 for lr in self.base_lrs]

    o = optimizer()
    Half(o)
    assert o.param_groups[0]["lr"] == 0.5


def test_momentum_moves_against_the_rate():
    for kind in (SGD, Adam):
        o = optimizer(kind)
        scheduler = lr_scheduler.OneCycleLR(o, 1.0, 11, pct_start=0.5)
        pairs = []
        for _ in range(10):
            group = o.param_groups[0]
            pairs.append(
                (group["lr"], group.get("momentum", group.get("betas", [0])[0]))
            )
            scheduler.step()
        rate, momentum = np.diff(pairs, axis=0).T
        assert (np.sign(rate) == -np.sign(momentum)).all()


def test_a_rise_of_a_single_step():
    """Where torch divides 0 by 0: the first phase ends at t = 0.1 * 10 - 1 = 0."""
    way = (1 - np.cos(np.pi / 9)) / 2
    expected = [0.04, 1 - (1 - 4e-6) * way]
    assert rates(lambda o: ONE(o, 1.0, 10, pct_start=0.1), 1) == pytest.approx(expected)


ONE = lr_scheduler.OneCycleLR


@pytest.mark.parametrize(
    ("make", "kind", "sentence"),
    [
        (
            lambda: lr_scheduler.StepLR([], 1),
            TypeError,
            "StepLR: list is not an Optimizer. Give one of lessons_pkg.optim.",
        ),
        (
            lambda: lr_scheduler.LinearLR(optimizer(), start_factor=0),
            ValueError,
            "LinearLR: start_factor must be above 0 and at most 1, end_factor from 0 to "
            "1, but they came as 0 and 1.0.",
        ),
        (
            lambda: lr_scheduler.ExponentialLR(optimizer(), 0.9).step(3),
            NotImplementedError,
            "ExponentialLR: epoch=3 is not supported here; use "
            "torch.optim.lr_scheduler.ExponentialLR",
        ),
        (
            lambda: ONE(optimizer(), 1.0, epochs=3),
            ValueError,
            "OneCycleLR: total_steps, or epochs * steps_per_epoch, must be above 0, and "
            "pct_start from 0 to 1, but they came as None, 0.3.",
        ),
        (
            lambda: ONE(optimizer(), 1.0, 10, pct_start=2),
            ValueError,
            "OneCycleLR: total_steps, or epochs * steps_per_epoch, must be above 0, and "
            "pct_start from 0 to 1, but they came as 10, 2.",
        ),
        (
            lambda: ONE(optimizer(Adagrad), 1.0, 10),
            ValueError,
            "OneCycleLR: an optimizer without momentum needs cycle_momentum=False.",
        ),
        (
            lambda: [s := ONE(optimizer(), 1.0, 3), *(s.step() for _ in range(4))],
            ValueError,
            "OneCycleLR: Tried to step 4 times, but total_steps is 3. Call step() once a "
            "batch.",
        ),
    ],
)
def test_errors(make, kind, sentence):
    refuses(make, kind, sentence)
