"""Signatures are torch's, and what is not supported is refused by name.

A signature says which arguments torch's function has. Those that the operator does not
take must raise NotImplementedError as soon as they are given another value than torch's
default: never be accepted and ignored.
"""

import inspect
import re

import numpy as np
import pytest
import torch

import lessons_pkg as lp
from lessons_pkg import ops
from lessons_pkg.nn import functional as F

from . import (
    draw,
    test_functions,  # noqa: F401  (imports the cases)
)

DEFINED = {
    f.torch_name: f
    for module in (lp, F)
    for f in vars(module).values()
    if hasattr(f, "torch_name")
}


def torchs(name):
    """torch's signature of a function, from Python or from the first line of its manual."""
    function = eval(name, {"torch": torch})
    try:
        return inspect.signature(function)
    except ValueError:
        lines = [x.strip() for x in (function.__doc__ or "").split("\n") if "->" in x]
        text = re.search(r"\w+\((.*)\) *->", lines[0]).group(1)
        text = re.sub(r": [\w\[\], .]+?(?=,|$| =|=)", "", text)
        return inspect.signature(eval(f"lambda {text}: 0"))


# Where torch's manual has several signatures, or leaves something out.
OTHERWISE = {
    "torch.abs": "the manual has type annotations",
    "torch.sum": "the manual lists sum(input) and sum(input, dim) apart",
    "torch.mean": "the manual lists mean(input) and mean(input, dim) apart",
    "torch.var": "unbiased is the older spelling of correction, and still common",
    "torch.std": "unbiased is the older spelling of correction, and still common",
    "torch.argmax": "the manual lists argmax(input) and argmax(input, dim) apart",
    "torch.argmin": "the manual leaves the arguments out",
    "torch.logsumexp": "the manual has no arrow",
    "torch.masked_fill": "the manual refers to the method",
    "torch.split": "a Python function, whose tensor comes first",
    "torch.softmax": "out is in C++ only",
    "torch.log_softmax": "the manual refers to nn.functional",
    "torch.relu": "no manual",
    "torch.square": "documented without out by some versions",
    "torch.squeeze": "the manual has type annotations",
    "torch.nn.functional.max_pool1d": "torch dispatches *args",
    "torch.nn.functional.max_pool2d": "torch dispatches *args",
    "torch.nn.functional.adaptive_avg_pool2d": "annotated only",
    "torch.nn.functional.scaled_dot_product_attention": "the manual spans lines",
    "torch.nn.functional.logsigmoid": "the manual ends without types",
    "torch.nn.functional.gelu": "spaces around the default",
}


@pytest.mark.parametrize("name", sorted(DEFINED.keys() - OTHERWISE.keys()))
def test_signature_is_torchs(name):
    ours = inspect.signature(DEFINED[name]).parameters.values()
    theirs = torchs(name).parameters.values()
    shown = [(p.name, p.default) for p in ours]
    assert shown == [(p.name, p.default) for p in theirs]


def refused():
    """Each (function, argument) that torch has and the operator does not take."""
    for name, function in DEFINED.items():
        operator = inspect.signature(getattr(ops, name.rpartition(".")[2])).parameters
        parameters = list(inspect.signature(function).parameters.values())
        for p in parameters[1:]:
            if p.name not in operator and p.name != "input":
                yield pytest.param(function, p, id=f"{name}-{p.name}")


@pytest.mark.parametrize(("function", "parameter"), list(refused()))
def test_an_unsupported_argument_is_refused(function, parameter):
    name = function.torch_name.rpartition(".")[2]
    generate, _ = draw.FUNCTIONS[name][0]
    args, kwargs = generate(draw.Draw(0, "float64"))
    other = True if parameter.default in (None, False) else 3.5
    if parameter.default is None and parameter.name in ("out", "weight"):
        other = lp.zeros(2)
    with pytest.raises(NotImplementedError) as error:
        function(*args, **kwargs, **{parameter.name: other})
    shown = f"{name}: {parameter.name}={other!r} is not supported here; use {function.torch_name}"
    assert str(error.value) == shown


def test_arguments_reach_the_operator_in_its_own_order():
    for name, function in DEFINED.items():
        if name == "torch.where":  # whose first argument is no x
            continue
        operator = list(
            inspect.signature(getattr(ops, name.rpartition(".")[2])).parameters
        )
        ours = [p for p in inspect.signature(function).parameters if p in operator[1:]]
        assert ours == [p for p in operator[1:] if p in ours], name
        required = operator[len(ours) + 1 :]
        assert all(p in ("x", "rng") for p in required), (name, required)


@pytest.mark.parametrize("make", [lp.zeros, lp.randn])
def test_creation_refuses_what_it_has_not(make):
    with pytest.raises(
        NotImplementedError, match="device='cuda' is not supported here"
    ):
        make(2, device="cuda")
    assert make(2, device="cpu", requires_grad=True).requires_grad


@pytest.mark.parametrize("options", [{"create_graph": True}, {"inputs": []}])
def test_backward_refuses_what_it_has_not(options):
    with pytest.raises(NotImplementedError, match="not supported here"):
        lp.tensor(1.0, requires_grad=True).backward(**options)


def test_an_argument_that_nobody_has():
    with pytest.raises(TypeError, match="unexpected keyword argument 'size'"):
        lp.exp(lp.tensor(np.zeros(2)), size=3)
