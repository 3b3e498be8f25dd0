"""Every function against torch: values, gradients, dtypes and shapes, on drawn cases."""

import importlib
import pkgutil

import numpy as np
import pytest
import torch

import lessons_pkg as lp
from lessons_pkg.nn import functional as F

from . import compare, draw

for _module in pkgutil.iter_modules(__import__(__package__, fromlist=["x"]).__path__):
    if _module.name.startswith("cases_"):
        importlib.import_module(f"{__package__}.{_module.name}")


def ours_and_torchs(name, torch_name):
    """The functions of both engines; a name with a dot is a method."""
    if name.startswith("Tensor."):
        return getattr(lp.Tensor, name[7:]), getattr(torch.Tensor, torch_name[7:])
    if hasattr(F, name) and name not in ("sigmoid", "tanh", "relu"):
        return getattr(F, name), getattr(torch.nn.functional, torch_name)
    return getattr(lp, name), getattr(torch, torch_name)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", sorted(draw.FUNCTIONS))
def test_function(name, dtype):
    for generate, options in draw.FUNCTIONS[name]:
        ours, torchs = ours_and_torchs(name, options["torch_name"])
        for seed in range(options["count"]):
            args, kwargs = generate(draw.Draw(seed, dtype))
            try:
                compare.compare_call(
                    ours, torchs, args, kwargs, options["tolerance"], seed
                )
                if dtype == "float64" and options["numeric"]:
                    compare.compare_numeric(ours, args, kwargs, seed)
            except Exception as error:
                error.add_note(
                    f"case: {name} seed {seed}: {_shown(args)} {_shown(kwargs)}"
                )
                raise


@pytest.mark.parametrize("case", draw.SPECIAL, ids=lambda case: case[0])
def test_special_case(case):
    name, args, kwargs = case
    compare.compare_call(*ours_and_torchs(name, name), args, kwargs)


def _shown(x):
    if isinstance(x, np.ndarray):
        return f"{x.dtype}{x.shape}"
    if isinstance(x, list | tuple):
        return type(x)(_shown(v) for v in x)
    return {k: _shown(v) for k, v in x.items()} if isinstance(x, dict) else x
