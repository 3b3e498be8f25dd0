"""Losses of a choice among classes: cross-entropy, and its half that needs no softmax.

Shapes: N examples, C classes. Scores are (N, C), (C,) for one example, or (N, C, d1, ...)
for many choices in each, and the true classes (N,), () or (N, d1, ...). The work is done
on (M, C), a row for each of all M choices.
"""

import math

import numpy as np

from .activations import _log_softmax
from .inputs import as_float
from .losses import _reduce, _spread


def nll_loss(x, target, weight=None, ignore_index=-100, reduction="mean"):
    """Pick the true class: loss = -weight[target] * x[target], x log-probabilities."""
    x, weight = _scores("nll_loss", "x", x, weight)
    target = np.asarray(target)
    picked, total, count = _pick("nll_loss", x, target, weight, ignore_index)
    losses = _surprises(_rows(x), picked, total).reshape(target.shape)
    loss = _reduce("nll_loss", losses, reduction, count)
    return loss, (x.shape, losses, picked, total, reduction, count)


def nll_loss_backward(dloss, cache):
    """dL/dx = -weight[target] at the true class, 0 elsewhere."""
    shape, losses, picked, total, reduction, count = cache
    dlosses = _spread(dloss, losses, reduction, count).reshape(-1, 1)
    dx = np.zeros((losses.size, shape[len(shape) > 1]), losses.dtype)
    dx[picked] = -1
    return _from_rows(dx * (total * dlosses), shape)


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

    logits          : (N, C) scores, not probabilities
    target          : (N,) whole numbers, the true classes; or (N, C) probabilities q,
                      and then loss = -sum_c weight_c q_c log softmax(logits)_c
    weight          : (C,), a factor for each class; over class numbers, "mean" divides
                      by the sum of the factors used
    ignore_index    : a class number whose examples do not count
    label_smoothing : the share of each target that is spread evenly over all classes
    Source of label_smoothing, there epsilon: Szegedy et al., "Rethinking the Inception
    architecture for computer vision", CVPR 2016, section 7.

    Ten equal scores are a guess among ten classes, and cost log 10:

    >>> loss, _ = cross_entropy(np.zeros((1, 10)), [7])
    >>> print(loss.round(6), np.log(10).round(6))
    2.302585 2.302585
    """
    who = "cross_entropy"
    logits, weight = _scores(who, "logits", logits, weight)
    target = np.asarray(target)
    by_class = target.dtype.kind != "f" or target.shape != logits.shape
    _check_options(ignore_index, label_smoothing, by_class)
    log_p = _log_softmax(_rows(logits), 1)  # (M, C), with M examples in all
    picked = shares = count = None
    if by_class:
        picked, total, count = _pick(who, logits, target, weight, ignore_index)
    if by_class and not label_smoothing:
        losses = _surprises(log_p, picked, total)
    else:
        counted = (target != ignore_index).reshape(-1, 1) if by_class else True
        q = _one_hot(picked, log_p) if by_class else _rows(target)
        even = label_smoothing / max(log_p.shape[1], 1)
        shares = np.where(counted, weight * ((1 - label_smoothing) * q + even), 0)
        losses = -np.where(counted, shares * log_p, 0).sum(axis=1)
        total = shares.sum(axis=1, keepdims=True)
    losses = losses.reshape(_examples(logits))
    kept = None if by_class else weight * (1 - label_smoothing)
    cache = (logits.shape, log_p, losses, picked, shares, total, reduction, count, kept)
    return _reduce(who, losses, reduction, count), cache


def cross_entropy_backward(dloss, cache):
    """dL/dlogits = dloss * (softmax(logits) - one_hot(target)), over N for "mean".

    With shares s_c of the classes in place of one_hot, and S their sum, it is
    S softmax(logits) - s. Probabilities as target have a gradient too.
    """
    shape, log_p, losses, picked, shares, total, reduction, count, kept = cache
    dlosses = _spread(dloss, losses, reduction, count).reshape(-1, 1)  # (M, 1), (1, 1)
    dlogits = np.exp(log_p)
    if shares is None:
        dlogits[picked] -= 1
        dlogits *= total * dlosses
    else:
        dlogits = (total * dlogits - shares) * dlosses
    if picked:
        return _from_rows(dlogits, shape)
    return _from_rows(dlogits, shape), _from_rows(-kept * dlosses * log_p, shape)


def _one_hot(picked, like):
    """An array like `like`, 1 at the true classes and 0 elsewhere."""
    q = np.zeros_like(like)
    q[picked] = 1
    return q


def _rows(x):
    """Give every example a row: (N, C, d1, ...) -> (M, C)."""
    if x.ndim > 2:
        x = np.moveaxis(x, 1, -1)
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def _from_rows(rows, shape):
    """Undo _rows: (M, C) -> (N, C, d1, ...)."""
    if len(shape) <= 2:
        return rows.reshape(shape)
    return np.moveaxis(rows.reshape(shape[0], *shape[2:], shape[1]), -1, 1)


def _examples(x):
    """The shape of a target of class numbers: that of x without the classes."""
    return x.shape[:1] + x.shape[2:] if x.ndim > 1 else ()


def _scores(who, name, x, weight):
    """Return x and the weights of its classes as float arrays, once they are checked."""
    x = as_float(who, name, x)
    if x.ndim == 0:
        raise ValueError(
            f"{who}: {name} must have an axis of classes, but a single number came. "
            f"Give the scores as (C,), (N, C) or (N, C, d1, ...)."
        )
    n_classes = x.shape[x.ndim > 1]
    if weight is None:
        return x, np.ones(n_classes, x.dtype)
    weight = as_float(who, "weight", weight).astype(x.dtype, copy=False)
    if weight.shape != (n_classes,):
        raise ValueError(
            f"{who}: weight must have shape ({n_classes},), one number for "
            f"each class, but came with shape {weight.shape}."
        )
    return x, weight


def _pick(who, x, target, weight, ignore_index):
    """Find the true classes in _rows(x), all but those that are ignored.

    Returns their (rows, classes); the weight of each row, (M, 1), 0 where it is ignored;
    and the sum of these weights.
    """
    if target.dtype.kind not in "iu":
        raise TypeError(
            f"{who}: target must hold whole class numbers, but its dtype is "
            f"{target.dtype}. Convert it to int64 first."
        )
    if target.shape != _examples(x):
        raise ValueError(
            f"{who}: target must have shape {_examples(x)} to go with scores {x.shape}, "
            f"but came with shape {target.shape}. Give one class number for each example."
        )
    rows = np.flatnonzero(target != ignore_index)
    classes = target.reshape(-1)[rows]
    wrong = np.flatnonzero((classes < 0) | (classes >= len(weight)))
    if len(wrong):
        where = np.unravel_index(rows[wrong[0]], target.shape)
        raise ValueError(
            f"{who}: target[{', '.join(map(str, where))}] is {classes[wrong[0]]}, but "
            f"scores {x.shape} have classes 0 to {len(weight) - 1}. "
            f"Number the classes from 0, or give each class a score."
        )
    total = np.zeros((target.size, 1), x.dtype)
    total[rows, 0] = weight[classes]
    return (rows, classes), total, total.sum()


def _surprises(log_p, picked, total):
    """-log_p at the true classes, times their weights; 0 where ignored, even if inf."""
    losses = np.zeros(len(log_p), log_p.dtype)
    losses[picked[0]] = -log_p[picked]
    return losses * total[:, 0]


def _check_options(ignore_index, label_smoothing, by_class):
    if not 0 <= label_smoothing <= 1:
        raise ValueError(
            f"cross_entropy: label_smoothing must be from 0 to 1, "
            f"but {label_smoothing} came."
        )
    if ignore_index >= 0 and not by_class:
        raise ValueError(
            f"cross_entropy: ignore_index={ignore_index} is for class numbers, but the "
            f"target holds probabilities. Leave ignore_index out."
        )
