"""Losses: one number that says how wrong a prediction is.

Shapes: N examples, C classes.
"""

import numpy as np

from .inputs import as_float


def cross_entropy(
    logits,
    target,
    weight=None,
    ignore_index=-100,
    reduction="mean",
    label_smoothing=0.0,
):
    """Measure the surprise at the true class: loss = -log softmax(logits)[target].

    Computed from the logits z as log(sum_j exp(z_j)) - z_target, with the largest z
    subtracted first, so that it neither overflows nor takes the log of zero.

    logits    : (N, C) array of scores, not probabilities
    target    : (N,) integers, the true classes, 0 to C - 1
    reduction : "mean", "sum", or "none" for the N losses, in nats
    Returns loss : a number, or (N,) for "none"; and the cache for
    cross_entropy_backward. The mean over no examples is nan, as in torch.
    Raises TypeError or ValueError for a target or reduction that does not fit,
    NotImplementedError for what torch.nn.functional.cross_entropy has and this has not.
    Source: Blanchard, Higham and Higham, "Accurately computing the log-sum-exp and
    softmax functions", IMA Journal of Numerical Analysis 41, 2021: their x our logits.

    Ten equal scores are a guess among ten classes, and cost log 10:

    >>> loss, _ = cross_entropy(np.zeros((1, 10)), [7])
    >>> print(loss.round(6), np.log(10).round(6))
    2.302585 2.302585
    """
    _check_options(weight, ignore_index, reduction, label_smoothing)
    logits = as_float("cross_entropy", "logits", logits)
    target = np.asarray(target)
    _check_target(logits, target)

    rows = np.arange(len(target))
    z = logits - logits.max(axis=1, keepdims=True, initial=-np.inf)
    e = np.exp(z)
    total = e.sum(axis=1, keepdims=True)
    loss = np.log(total[:, 0]) - z[rows, target]  # (N,)
    return _reduce(loss, reduction), (e / total, target, reduction)


def cross_entropy_backward(dloss, cache):
    """dL/dlogits = dloss * (softmax(logits) - one_hot(target)), over N for "mean"."""
    probabilities, target, reduction = cache
    n = len(target)
    dlogits = probabilities.copy()
    dlogits[np.arange(n), target] -= 1
    dlosses = np.broadcast_to(np.asarray(dloss, dlogits.dtype), (n,))
    dlogits *= dlosses[:, None]
    return dlogits / max(n, 1) if reduction == "mean" else dlogits


def _reduce(loss, reduction):
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    return loss.mean() if loss.size else loss.dtype.type(np.nan)


def _unsupported(what):
    return NotImplementedError(
        f"cross_entropy: {what} not supported here; "
        f"use torch.nn.functional.cross_entropy"
    )


def _check_options(weight, ignore_index, reduction, label_smoothing):
    if weight is not None:
        raise _unsupported("weight is")
    if ignore_index != -100:
        raise _unsupported(f"ignore_index={ignore_index} is")
    if label_smoothing != 0.0:
        raise _unsupported(f"label_smoothing={label_smoothing} is")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(
            f"cross_entropy: reduction must be 'none', 'mean' or 'sum', "
            f"but {reduction!r} came. Choose one of the three."
        )


def _check_target(logits, target):
    if logits.ndim != 2:
        raise _unsupported(f"logits of shape {logits.shape} instead of (N, C) are")
    if target.dtype.kind == "f" and target.shape == logits.shape:
        raise _unsupported("class probabilities as target are")
    if target.dtype.kind not in "iu":
        raise TypeError(
            f"cross_entropy: target must hold whole class numbers, but its dtype is "
            f"{target.dtype}. Convert it to int64 first."
        )
    if target.shape != logits.shape[:1]:
        raise ValueError(
            f"cross_entropy: logits {logits.shape} need a target of shape "
            f"({len(logits)},), but it came with shape {target.shape}. "
            f"Give one class number for each row."
        )
    _check_classes(target, n_classes=logits.shape[1])


def _check_classes(target, n_classes):
    outside = np.flatnonzero((target < 0) | (target >= n_classes))
    if len(outside) and (target == -100).any():
        raise _unsupported("a target of -100 (to be ignored) is")
    if len(outside):
        raise ValueError(
            f"cross_entropy: target[{outside[0]}] is {target[outside[0]]}, but logits "
            f"with {n_classes} columns have classes 0 to {n_classes - 1}. "
            f"Number the classes from 0, or give logits one column for each class."
        )
