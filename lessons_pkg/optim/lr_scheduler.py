"""Schedulers: how the learning rate changes while a model learns.

Notation: t counts the calls of step(), lr_0 is a group's learning rate at the start, lr_t
what it is after t steps. Like torch's, most schedulers change the learning rate that they
find, so that several may share an optimiser; the formulas are for one alone.
"""

from functools import partial
from math import cos, pi

from ..tensor import define
from .optimizer import Optimizer

refuses = partial(define.refuses, "torch.optim.lr_scheduler")


class LRScheduler:
    """Give each group a new learning rate, once a step.

    To go on later, load the state dicts of the scheduler and of its optimiser.
    Raises TypeError for what is no Optimizer.
    """

    @refuses("last_epoch")
    def __init__(self, optimizer, last_epoch=-1):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{type(self).__name__}: {type(optimizer).__name__} is not an Optimizer. "
                f"Give one of lessons_pkg.optim."
            )
        self.optimizer, self.last_epoch = optimizer, -1
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.step()

    def get_lr(self):
        """Return the next learning rate of each group."""
        pairs = zip(self.optimizer.param_groups, self.base_lrs, strict=True)
        return [self._next(self.last_epoch, group["lr"], lr_0) for group, lr_0 in pairs]

    def get_last_lr(self):
        """Return the learning rate of each group, as last set."""
        return self._last_lr

    @refuses("epoch")
    def step(self, epoch=None):
        """Go from t to t + 1. Call it after the optimiser's step, or after an epoch."""
        self.last_epoch += 1
        self._last_lr = list(self.get_lr())
        for group, lr in zip(self.optimizer.param_groups, self._last_lr, strict=True):
            group["lr"] = lr

    def state_dict(self):
        """Return all that is needed to go on later, but the optimiser and functions."""
        left_out = ("optimizer", "lr_lambdas")
        return {k: v for k, v in self.__dict__.items() if k not in left_out}

    def load_state_dict(self, state_dict):
        """Take over a state dict of the same scheduler."""
        self.__dict__.update(state_dict)


class StepLR(LRScheduler):
    """Multiply by gamma every step_size steps: lr_t = lr_0 * gamma^floor(t / step_size)."""

    @refuses("last_epoch")
    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        if step_size < 1:
            raise ValueError(f"StepLR: step_size must be 1 or more, not {step_size}.")
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def _next(self, t, lr, lr_0):
        return lr * self.gamma if t and t % self.step_size == 0 else lr


class ExponentialLR(LRScheduler):
    """Multiply by gamma at each step: lr_t = lr_0 * gamma^t."""

    @refuses("last_epoch")
    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer)

    def _next(self, t, lr, lr_0):
        return lr * self.gamma if t else lr


class LinearLR(LRScheduler):
    """Warm up, or cool down, along a line: lr_t = lr_0 * f_t up to t = total_iters.

    f_t = start_factor + (end_factor - start_factor) * t / total_iters, then f_t stays.
    Raises ValueError unless 0 < start_factor <= 1 and 0 <= end_factor <= 1.
    """

    @refuses("last_epoch")
    def __init__(
        self, optimizer, start_factor=1 / 3, end_factor=1.0, total_iters=5, last_epoch=-1
    ):  # fmt: skip
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            raise ValueError(
                f"LinearLR: start_factor must be above 0 and at most 1, end_factor from "
                f"0 to 1, but they came as {start_factor} and {end_factor}."
            )
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer)

    def _next(self, t, lr, lr_0):
        if t == 0:
            return lr * self.start_factor
        if t > self.total_iters:
            return lr
        rise = (self.end_factor - self.start_factor) / self.total_iters
        return lr * (1 + rise / (self.start_factor + (t - 1) * rise))  # f_t / f_{t-1}


class LambdaLR(LRScheduler):
    """Follow any function: lr_t = lr_0 * lr_lambda(t).

    lr_lambda : function of t, or a list of them, one a group
    """

    @refuses("last_epoch")
    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        several = isinstance(lr_lambda, list | tuple)
        n_groups = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if several else [lr_lambda] * n_groups
        super().__init__(optimizer)

    def get_lr(self):
        """lr_0 * lr_lambda(t)."""
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [lr_0 * lr_lambda(self.last_epoch) for lr_0, lr_lambda in pairs]


class CosineAnnealingLR(LRScheduler):
    """Fall along half a cosine to eta_min at t = T_max; from there it would rise again.

    lr_t = eta_min + (lr_0 - eta_min) * (1 + cos(pi * t / T_max)) / 2
    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts",
    ICLR 2017, equation 5 without restarts: their eta_max, T_cur, T_i our lr_0, t, T_max.
    """

    @refuses("last_epoch")
    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        if T_max < 1:
            raise ValueError(
                f"CosineAnnealingLR: T_max must be 1 or more, not {T_max}."
            )
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def _next(self, t, lr, lr_0):
        if t == 0:
            return lr
        now, before = (1 + cos(pi * k / self.T_max) for k in (t, t - 1))
        at_the_lowest = (t - 1) % (2 * self.T_max) == self.T_max  # where before is 0
        if at_the_lowest:
            return lr + (lr_0 - self.eta_min) * now / 2
        return self.eta_min + (lr - self.eta_min) * now / before


class OneCycleLR(LRScheduler):
    """Rise to max_lr, then fall far below the start; the momentum goes the other way.

    From max_lr / div_factor to max_lr in pct_start * total_steps steps, then by
    t = total_steps - 1 to the start / final_div_factor; at the share s of the way from a
    to b it is b + (a - b) * (1 + cos(pi * s)) / 2. Call step() after each batch.
    cycle_momentum : also move momentum, or beta1, to base_momentum and back
    Raises ValueError for arguments out of range and after too many steps.
    Source: Smith and Topin, "Super-convergence: very fast training of neural networks
    using large learning rates", 2017; the cosine is torch's.
    """

    @refuses("anneal_strategy", "three_phase", "last_epoch")
    def __init__(
        self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None,
        pct_start=0.3, anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85,
        max_momentum=0.95, div_factor=25.0, final_div_factor=1e4, three_phase=False,
        last_epoch=-1,
    ):  # fmt: skip
        momenta = {"base_momentum": base_momentum, "max_momentum": max_momentum}
        for name, value in {"max_lr": max_lr, **momenta}.items():
            if isinstance(value, list | tuple):  # one a group
                define.refuse("torch.optim.lr_scheduler.OneCycleLR", name, value)
        if total_steps is None and None not in (epochs, steps_per_epoch):
            total_steps = epochs * steps_per_epoch
        if (
            not isinstance(total_steps, int)
            or total_steps <= 0
            or not 0 <= pct_start <= 1
        ):
            raise ValueError(
                f"OneCycleLR: total_steps, or epochs * steps_per_epoch, must be above 0, "
                f"and pct_start from 0 to 1, but they came as {total_steps}, {pct_start}."
            )
        if cycle_momentum and not {"momentum", "betas"} & optimizer.defaults.keys():
            raise ValueError(
                "OneCycleLR: an optimizer without momentum needs cycle_momentum=False."
            )
        self.last, self.turn = total_steps - 1, pct_start * total_steps - 1
        self.lrs = max_lr / div_factor, max_lr, max_lr / div_factor / final_div_factor
        self.momenta = (max_momentum, base_momentum, max_momentum)
        self.cycle_momentum = cycle_momentum
        for group in optimizer.param_groups:
            group["initial_lr"] = self.lrs[0]
        super().__init__(optimizer)

    def get_lr(self):
        """Move the momentum; return the learning rates."""
        if self.last_epoch > self.last + 1:
            raise ValueError(
                f"OneCycleLR: Tried to step {self.last_epoch} times, but total_steps is "
                f"{self.last + 1}. Call step() once a batch."
            )
        for group in self.optimizer.param_groups if self.cycle_momentum else ():
            momentum = self._between(*self.momenta)
            if "betas" in group:
                group["betas"] = (momentum, group["betas"][1])
            else:
                group["momentum"] = momentum
        return [self._between(*self.lrs)] * len(self.base_lrs)

    def _between(self, start, middle, end):
        """Where t is on the way from start by way of middle, at the turn, to end."""
        t, turn = self.last_epoch, self.turn
        if t <= turn:
            a, b, share = start, middle, t / (turn or 1)  # turn = 0: a rise of no steps
        else:
            a, b, share = middle, end, (t - turn) / ((self.last - turn) or 1)
        return b + (a - b) * (1 + cos(pi * share)) / 2
