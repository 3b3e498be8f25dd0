"""Run one case on both engines, and hold the results against each other."""

import warnings

import numpy as np
import torch

import lessons_pkg as lp

from .draw import Constant

COUNT = {}  # how many comparisons were made, by kind; shown at the end of the run
TOLERANCE = {"float32": 2e-5, "float64": 1e-12}
torch.set_num_threads(1)


def to_torch(x):
    """An argument of a case for torch: float arrays become leaves that need a gradient."""
    if isinstance(x, np.ndarray):
        leaf = torch.tensor(np.array(x))
        return leaf.requires_grad_(x.dtype.kind == "f" and not isinstance(x, Constant))
    if isinstance(x, list | tuple):
        return type(x)(to_torch(v) for v in x)
    return x


def to_ours(x):
    """The same for this engine, in the memory layout that was drawn."""
    if isinstance(x, np.ndarray):
        wanted = x.dtype.kind == "f" and not isinstance(x, Constant)
        return lp.Tensor(np.asarray(x), requires_grad=wanted)
    if isinstance(x, list | tuple):
        return type(x)(to_ours(v) for v in x)
    return x


def leaves(*arguments):
    """Every tensor that needs a gradient, in order."""
    for x in arguments:
        if isinstance(x, list | tuple):
            yield from leaves(*x)
        elif isinstance(x, dict):
            yield from leaves(*x.values())
        elif getattr(x, "requires_grad", False):
            yield x


def outputs(y):
    """The tensors of a result, which may be nested tuples."""
    if isinstance(y, list | tuple):
        return [t for part in y for t in outputs(part)]
    return [] if y is None else [y]


def array(t):
    """The numbers of a tensor of either engine."""
    return None if t is None else np.asarray(t.detach().numpy())


def assert_close(got, expected, tolerance, what):
    """The same dtype and shape, and the same numbers to rounding at their size."""
    assert (got is None) == (expected is None), f"{what}: {got} for {expected}"
    if expected is None:
        return
    assert got.dtype == expected.dtype, (
        f"{what}: dtype {got.dtype}, not {expected.dtype}"
    )
    finite = np.abs(expected[np.isfinite(expected)])
    size = max(1.0, float(finite.max())) if finite.size else 1.0
    limit = TOLERANCE.get(str(expected.dtype), 0) * tolerance
    np.testing.assert_allclose(
        got, expected, rtol=limit, atol=limit * size, strict=True, err_msg=what
    )


def backward(ys, seed):
    """Pull the same random gradient back through all differentiable outputs."""
    rng = np.random.default_rng(seed)
    ys = [y for y in outputs(ys) if getattr(y, "requires_grad", False)]
    gradients = [rng.normal(size=tuple(y.shape)) for y in ys]
    for i, (y, g) in enumerate(zip(ys, gradients, strict=True)):
        make = torch.tensor if isinstance(y, torch.Tensor) else lp.tensor
        g = make(g.astype(str(y.dtype).removeprefix("torch.")))
        y.backward(g, retain_graph=i < len(ys) - 1)


def compare_call(
    ours, torchs, args, kwargs, tolerance=1, seed=0, kind="with torch, of functions"
):
    """Compare value and gradients of two functions; or that both refuse.

    Returns the arrays of all values.
    """
    targs, tkwargs = to_torch(tuple(args)), {k: to_torch(v) for k, v in kwargs.items()}
    oargs, okwargs = to_ours(tuple(args)), {k: to_ours(v) for k, v in kwargs.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of empty and odd arguments
        expected = torchs(*targs, **tkwargs)
        got = ours(*oargs, **okwargs)
        pairs = list(zip(outputs(got), outputs(expected), strict=True))
        for i, (a, b) in enumerate(pairs):
            assert_close(array(a), array(b), tolerance, f"output {i}")
            assert a.requires_grad == b.requires_grad, f"output {i}: requires_grad"
        if any(b.requires_grad for _, b in pairs):
            backward(expected, seed)
            backward(got, seed)
    inputs = list(zip(leaves(oargs, okwargs), leaves(targs, tkwargs), strict=True))
    for i, (a, b) in enumerate(inputs):
        assert_close(array(a.grad), array(b.grad), tolerance, f"gradient of input {i}")
    COUNT[kind] = COUNT.get(kind, 0) + len(pairs) + len(inputs)
    return [array(a) for a, _ in pairs]


def compare_numeric(ours, args, kwargs, seed=0, step=1e-6):
    """Compare the gradients with central differences, in float64."""
    oargs, okwargs = to_ours(tuple(args)), {k: to_ours(v) for k, v in kwargs.items()}
    inputs = list(leaves(oargs, okwargs))
    if not inputs or sum(t.numel() for t in inputs) > 150:
        return
    ys = ours(*oargs, **okwargs)
    if not all(np.isfinite(array(y)).all() for y in outputs(ys)):
        return
    backward(ys, seed)
    with lp.no_grad():
        for i, t in enumerate(inputs):
            numeric = np.zeros(t.shape)
            for index in np.ndindex(t.shape):
                before = t.array[index]
                ends = []
                for end in (before + step, before - step):
                    t.array[index] = end
                    ends.append(_weighted_sum(ours(*oargs, **okwargs), seed))
                t.array[index] = before
                numeric[index] = (ends[0] - ends[1]) / (2 * step)
            got = np.zeros(t.shape) if t.grad is None else t.grad.array
            # The difference of two sums of size S carries an error of about 1e-16 S / step.
            rounding = 1e-9 * abs(_weighted_sum(ours(*oargs, **okwargs), seed, np.abs))
            atol = 1e-7 * max(1.0, np.abs(numeric).max(initial=0)) + rounding
            np.testing.assert_allclose(
                got, numeric, rtol=1e-5, atol=atol, err_msg=f"numeric gradient {i}"
            )
            COUNT["with finite differences"] = (
                COUNT.get("with finite differences", 0) + 1
            )


def _weighted_sum(ys, seed, of=lambda x: x):
    rng = np.random.default_rng(seed)
    ys = [y.array for y in outputs(ys) if y.array.dtype.kind == "f"]
    return sum(float(of(rng.normal(size=y.shape) * y).sum()) for y in ys)
