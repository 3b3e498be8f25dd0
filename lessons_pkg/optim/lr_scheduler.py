"""Schedulers: how the learning rate changes while a model learns.

Notation: t counts the calls of step(), lr_0 is a group's learning rate at the start, lr_t
what it is after t steps. Like torch's, most schedulers change the learning rate that they
find, so that several may share an optimiser; the formulas are for one alone.
"""

from collections import Counter
from math import cos, pi

from .optimizer import Optimizer


class LRScheduler:
    """Give each group a new learning rate, once a step.

    last_epoch : t to go on from, with "initial_lr" in the groups; -1 to begin
    Raises TypeError for what is no Optimizer, KeyError for a missing "initial_lr".
    """

    def __init__(self, optimizer, last_epoch=-1):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{self._who}: {type(optimizer).__name__} is not an Optimizer. Give one "
                f"of lessons_pkg.optim."
            )
        self.optimizer, self.last_epoch = optimizer, last_epoch
        self._resumed = last_epoch != -1  # then the groups have their lr_t already
        for i, group in enumerate(optimizer.param_groups):
            if self._resumed and "initial_lr" not in group:
                raise KeyError(
                    f"{self._who}: param_groups[{i}] needs 'initial_lr' to go on from "
                    f"last_epoch={last_epoch}. Load the optimiser's state first."
                )
            group.setdefault("initial_lr", group["lr"])
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.step()
        self._resumed = False

    @property
    def _who(self):
        return type(self).__name__

    def get_lr(self):
        """Return the next learning rate of each group."""
        pairs = zip(self.optimizer.param_groups, self.base_lrs, strict=True)
        return [self._next(self.last_epoch, group["lr"], lr_0) for group, lr_0 in pairs]

    def get_last_lr(self):
        """Return the learning rate of each group, as last set."""
        return self._last_lr

    def step(self, epoch=None):
        """Go from t to t + 1. Call it after the optimiser's step, or after an epoch."""
        if epoch is not None:
            raise NotImplementedError(
                f"{self._who}.step: epoch={epoch} is not supported here; call step() as "
                f"often as needed"
            )
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

    def _a_group(self, values):
        """One value for each group, from a single one or a list of them."""
        n_groups = len(self.optimizer.param_groups)
        if not isinstance(values, list | tuple):
            return [values] * n_groups
        if len(values) != n_groups:
            raise ValueError(
                f"{self._who}: expected one value for each of the {n_groups} parameter "
                f"groups, but got {len(values)}."
            )
        return list(values)


class StepLR(LRScheduler):
    """Multiply by gamma every step_size steps: lr_t = lr_0 * gamma^floor(t / step_size)."""

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def _next(self, t, lr, lr_0):
        return lr * self.gamma if t and t % self.step_size == 0 else lr


class MultiStepLR(LRScheduler):
    """Multiply by gamma at milestones: lr_t = lr_0 * gamma^(how many are t or less)."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def _next(self, t, lr, lr_0):
        return lr * self.gamma ** self.milestones[t]


class ExponentialLR(LRScheduler):
    """Multiply by gamma at each step: lr_t = lr_0 * gamma^t."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _next(self, t, lr, lr_0):
        return lr if t == 0 or self._resumed else lr * self.gamma


class LinearLR(LRScheduler):
    """Warm up, or cool down, along a line: lr_t = lr_0 * f_t up to t = total_iters.

    f_t = start_factor + (end_factor - start_factor) * t / total_iters, then f_t stays.
    Raises ValueError unless 0 < start_factor <= 1 and 0 <= end_factor <= 1.
    """

    def __init__(
        self,
        optimizer,
        start_factor=1 / 3,
        end_factor=1.0,
        total_iters=5,
        last_epoch=-1,
    ):
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            raise ValueError(
                f"LinearLR: start_factor must be above 0 and at most 1, end_factor from "
                f"0 to 1, but they came as {start_factor} and {end_factor}."
            )
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _next(self, t, lr, lr_0):
        if t == 0:
            return lr * self.start_factor
        if self._resumed or t > self.total_iters:
            return lr
        rise = (self.end_factor - self.start_factor) / self.total_iters
        return lr * (1 + rise / (self.start_factor + (t - 1) * rise))  # f_t / f_{t-1}


class LambdaLR(LRScheduler):
    """Follow any function: lr_t = lr_0 * lr_lambda(t).

    lr_lambda : function of t, or a list of them, one a group
    """

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        self.optimizer = optimizer
        self.lr_lambdas = self._a_group(lr_lambda)
        super().__init__(optimizer, last_epoch)

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

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def _next(self, t, lr, lr_0):
        if t == 0 or self._resumed:
            return lr
        now, before = (1 + cos(pi * k / self.T_max) for k in (t, t - 1))
        if (t - 1) % (
            2 * self.T_max
        ) == self.T_max:  # before is 0: leave the lowest point
            return lr + (lr_0 - self.eta_min) * now / 2
        return self.eta_min + (lr - self.eta_min) * now / before


class OneCycleLR(LRScheduler):
    """Rise to max_lr, then fall far below the start; the momentum goes the other way.

    From max_lr / div_factor to max_lr in pct_start * total_steps steps, then by
    t = total_steps - 1 to the start / final_div_factor; three_phase: to the start first.
    From a to b, at the share s of the way: a + (b - a) * s for anneal_strategy "linear",
    b + (a - b) * (1 + cos(pi * s)) / 2 for "cos". Call step() after each batch.
    cycle_momentum : also move momentum, or beta1, from max_momentum to base_momentum
    Raises ValueError for arguments out of range and after too many steps.
    Source: Smith and Topin, "Super-convergence: very fast training of neural networks
    using large learning rates", 2017; the cosine is torch's.
    """

    def __init__(
        self,
        optimizer,
        max_lr,
        total_steps=None,
        epochs=None,
        steps_per_epoch=None,
        pct_start=0.3,
        anneal_strategy="cos",
        cycle_momentum=True,
        base_momentum=0.85,
        max_momentum=0.95,
        div_factor=25.0,
        final_div_factor=1e4,
        three_phase=False,
        last_epoch=-1,
    ):
        self.optimizer = optimizer
        if total_steps is None and None not in (epochs, steps_per_epoch):
            total_steps = epochs * steps_per_epoch
        self._check(total_steps, pct_start, anneal_strategy, cycle_momentum)
        self.total_steps, self.anneal_strategy = total_steps, anneal_strategy
        self.cycle_momentum = cycle_momentum
        # Each phase: its last t, and the entries of the group that it goes to.
        rise = (pct_start * total_steps - 1, "max_lr", "base_momentum")
        back = (2 * pct_start * total_steps - 2, "initial_lr", "max_momentum")
        fall = (total_steps - 1, "min_lr", "max_momentum")
        self._phases = [rise, back, fall] if three_phase else [rise, fall]
        entries = {"max_lr": max_lr}
        if cycle_momentum:
            entries |= {"max_momentum": max_momentum, "base_momentum": base_momentum}
        if last_epoch == -1:
            for name, values in entries.items():
                for group, value in zip(
                    optimizer.param_groups, self._a_group(values), strict=True
                ):
                    group[name] = value
            for group in optimizer.param_groups:
                group["initial_lr"] = group["max_lr"] / div_factor
                group["min_lr"] = group["initial_lr"] / final_div_factor
        super().__init__(optimizer, last_epoch)

    def _check(self, total_steps, pct_start, anneal_strategy, cycle_momentum):
        rule = None
        if not isinstance(total_steps, int) or total_steps <= 0:
            rule = "total_steps, or epochs and steps_per_epoch, must be above 0"
        elif not 0 <= pct_start <= 1:
            rule = f"pct_start must be from 0 to 1, but came as {pct_start}"
        elif anneal_strategy not in ("cos", "linear"):
            rule = f"anneal_strategy must be 'cos' or 'linear', not {anneal_strategy!r}"
        elif (
            cycle_momentum
            and not {"momentum", "betas"} & self.optimizer.defaults.keys()
        ):
            rule = "an optimizer without momentum needs cycle_momentum=False"
        if rule:
            raise ValueError(f"OneCycleLR: {rule}.")

    def get_lr(self):
        """Move the momentum; return the learning rates."""
        t, start, begin = self.last_epoch, ("initial_lr", "max_momentum"), 0
        if t > self.total_steps:
            raise ValueError(
                f"OneCycleLR: Tried to step {t} times, but total_steps is "
                f"{self.total_steps}. Call step() once a batch."
            )
        for end, *goal in self._phases:
            if t <= end or end == self.total_steps - 1:
                break
            begin, start = end, goal
        share = (t - begin) / ((end - begin) or 1)  # 1: a phase of a single step
        groups = self.optimizer.param_groups
        if self.cycle_momentum:
            for group in groups:
                momentum = self._between(group[start[1]], group[goal[1]], share)
                if "betas" in group:
                    group["betas"] = (momentum, group["betas"][1])
                else:
                    group["momentum"] = momentum
        return [
            self._between(group[start[0]], group[goal[0]], share) for group in groups
        ]

    def _between(self, a, b, share):
        if self.anneal_strategy == "linear":
            return a + (b - a) * share
        return b + (a - b) * (1 + cos(pi * share)) / 2
