"""Optimizer: what all optimisers share, the parameters in groups and the loop over them.

A subclass says in `update` what one step does to one parameter. The names of the options
and of what is remembered are torch's, and so is the layout of the state dict.
"""

from collections import defaultdict
from numbers import Real

import numpy as np

from ..tensor import Tensor, enable_grad
from ..tensor.define import refuse

# How torch may run a step. The numbers are the same, and here there is only one way.
_WAYS = {"foreach", "fused", "capturable", "differentiable"}
_FROM_0 = {"lr", "momentum", "alpha", "eps", "weight_decay", "lr_decay"}
_FROM_0 |= {"initial_accumulator_value"}


class Optimizer:
    """Change parameters step by step along their gradients.

    params : iterable of Tensors, or of dicts with "params" and options of their own
    defaults : dict, the options of the groups that do not give them
    Raises ValueError for no parameters, for one given twice, for an option out of its
    range; TypeError for what is no Tensor.
    """

    def __init__(self, params, defaults):
        self._who = type(self).__name__
        self.defaults = self._supported(defaults)
        self.param_groups = []
        self.state = defaultdict(dict)  # parameter -> what is remembered about it
        if isinstance(params, Tensor):
            raise TypeError(
                f"{self._who}: params must be an iterable, but came as a Tensor. Give a "
                f"list of Tensors or dicts."
            )
        groups = list(params)
        if not groups:
            raise ValueError(
                f"{self._who}: optimizer got an empty parameter list. Give "
                f"model.parameters(); a generator may be used up."
            )
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group):
        """Add parameters to optimise: a dict of "params" and their options."""
        options = self._supported({**self.defaults, **param_group})
        params = options.pop("params")
        params = [params] if isinstance(params, Tensor) else list(params)
        self._check_params(params)
        for name in options.keys() - self.defaults.keys() - {"name", "initial_lr"}:
            raise ValueError(
                f"{self._who}: a parameter group has the unknown option {name!r}. "
                f"Choose from: {', '.join(self.defaults)}."
            )
        for name, value in options.items():
            self._check_option(name, value)
        self.param_groups.append({"params": params, **options})

    def _check_params(self, params):
        seen = set(self._params())
        for i, p in enumerate(params):
            if not isinstance(p, Tensor):
                raise TypeError(
                    f"{self._who}: optimizer can only optimize Tensors, but entry {i} of "
                    f"params is of type {type(p).__name__}. Give model.parameters()."
                )
            if p in seen or not p.is_leaf:
                wrong = "came before" if p in seen else "is not a leaf Tensor"
                raise ValueError(
                    f"{self._who}: entry {i} of params, of shape {p.shape}, {wrong}. "
                    f"Give each parameter itself, once."
                )
            seen.add(p)

    def _supported(self, options):
        """Leave out torch's ways of running a step, or refuse them where asked for."""
        for name in sorted(_WAYS & options.keys()):
            if options[name]:
                refuse(f"torch.optim.{self._who}", name, options[name])
        return {name: v for name, v in options.items() if name not in _WAYS}

    def _check_option(self, name, value):
        rule = None
        if isinstance(value, Tensor):
            refuse(f"torch.optim.{self._who}", name, value)
        if name in _FROM_0 and not (isinstance(value, Real) and value >= 0):
            rule = "a number of 0 or more, such as 0.1"
        if name == "betas" and not _are_betas(value):
            rule = "two numbers from 0 to below 1, such as (0.9, 0.999)"
        if rule:
            raise ValueError(
                f"{self._who}: {name} must be {rule}, but came as {value!r}."
            )

    def _params(self):
        return [p for group in self.param_groups for p in group["params"]]

    def zero_grad(self, set_to_none=True):
        """Forget the gradients, so that the next backward starts anew."""
        for p in self._params():
            p.grad = None if set_to_none or p.grad is None else p.grad.zero_()

    def step(self, closure=None):
        """Change every parameter that has a gradient, by `update`.

        closure : function that first computes the loss and its gradients, or None
        Returns what the closure returned.
        """
        with enable_grad():
            loss = None if closure is None else closure()
        with np.errstate(all="ignore"):  # overflow comes silently, as in torch
            for group in self.param_groups:
                options = {name: _plain(group[name]) for name in self.defaults}
                for p in group["params"]:
                    if p.grad is not None:
                        g = _descent(p.array, p.grad.array, options)
                        self.update(p.array, g, self.state[p], **options)
                        p.bump()
        return loss

    def update(self, p, g, state, **options):
        """Change the array p in place, given dL/dp = g and the group's options.

        state : dict, what is remembered about this parameter; empty at its first step
        """
        raise NotImplementedError(f"{self._who}: an optimiser needs a method update")

    def state_dict(self):
        """Return {"state", "param_groups"}, where a parameter is its number."""
        number = {p: i for i, p in enumerate(self._params())}
        state = {number[p]: _as_tensors(kept) for p, kept in self.state.items()}
        groups = [
            {**group, "params": [number[p] for p in group["params"]]}
            for group in self.param_groups
        ]
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Take over a state dict of the same optimiser, from here or from torch.

        Raises ValueError if the groups differ in number or size.
        """
        groups = state_dict["param_groups"]
        here = [len(group["params"]) for group in self.param_groups]
        loaded = [len(group["params"]) for group in groups]
        if here != loaded:
            raise ValueError(
                f"{self._who}: the loaded state dict has parameter groups of sizes "
                f"{loaded}, but here they are {here}. Build both for the same model."
            )
        self.state = defaultdict(dict)
        for group, new in zip(self.param_groups, groups, strict=True):
            for p, number in zip(group["params"], new["params"], strict=True):
                for name, value in state_dict["state"].get(number, {}).items():
                    copy = np.asarray(value).astype(p.dtype)
                    self.state[p][name] = int(copy) if name == "step" else copy
            group |= {**self._supported(new), "params": group["params"]}

    def __repr__(self):
        """List the options of each group, as torch does."""
        lines = [f"{self._who} ("]
        for i, group in enumerate(self.param_groups):
            options = sorted((k, v) for k, v in group.items() if k != "params")
            lines += [f"Parameter Group {i}", *(f"    {k}: {v}" for k, v in options)]
        return "\n".join([*lines, ")"])


def arguments(names):
    """Return the options among the locals() of a subclass's __init__."""
    return {k: v for k, v in names.items() if k not in ("self", "params", "__class__")}


def _are_betas(values):
    return np.shape(values) == (2,) and all(0 <= beta < 1 for beta in values)


def _plain(value):
    """A number as Python's: NumPy's would widen float32 arrays."""
    return value.item() if isinstance(value, np.generic) else value


def _as_tensors(kept):
    return {k: Tensor(v) if isinstance(v, np.ndarray) else v for k, v in kept.items()}


def _descent(p, g, options):
    """Return g, turned round to maximise, with the gradient of weight_decay / 2 * p^2."""
    if options.get("maximize"):
        g = -g
    if options.get("weight_decay") and not options.get("decoupled_weight_decay"):
        g = g + options["weight_decay"] * p
    return g
