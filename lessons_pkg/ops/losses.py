"""Losses: one number that says how wrong a prediction is.

x and target are arrays of one shape. `reduction` says what becomes of the losses of all
entries: "mean", "sum", or "none", which leaves them as they are. As in torch, the mean
over nothing is nan. The losses of a choice among classes stand in cross_entropy.py.
"""

import numpy as np

from .activations import logsigmoid
from .inputs import as_float

# Reductions, for every loss


def _reduce(who, losses, reduction, count=None):
    """Return the losses themselves, their sum, or their sum over `count`."""
    if reduction == "none":
        return losses
    if reduction not in ("mean", "sum"):
        raise ValueError(
            f"{who}: reduction must be 'none', 'mean' or 'sum', "
            f"but {reduction!r} came. Choose one of the three."
        )
    total = losses.sum()
    if reduction == "sum":
        return total
    count = losses.size if count is None else count
    return total / count if count else total.dtype.type(np.nan)


def _spread(dloss, losses, reduction, count=None):
    """dL/dlosses: an array like losses, or one number for all of them."""
    dloss = np.asarray(dloss, losses.dtype)
    if reduction == "none":
        return np.broadcast_to(dloss, losses.shape)
    count = losses.size if count is None else count
    return dloss / count if reduction == "mean" and count else dloss


def _alike(who, x, target, error=ValueError):
    """Return x and target as float arrays of one shape."""
    x, given = as_float(who, "x", x), np.asarray(target)
    target = as_float(who, "target", given)
    if x.shape != target.shape:
        raise error(
            f"{who}: target must have the shape of x {x.shape}, but came with shape "
            f"{target.shape}. Broadcast, they would pair every entry with every other: "
            f"reshape one of them."
        )
    return x, target if given.dtype.kind == "f" else target.astype(x.dtype)


# Distances: each is a function of d = x - target alone


def _distance(who, x, target, reduction, loss, *options):
    """Reduce loss(d, *options). (Shapes that differ torch would broadcast.)"""
    x, target = _alike(who, x, target, NotImplementedError)
    d = x - target
    cache = (d, x.dtype, target.dtype, reduction, *options)
    return _reduce(who, loss(d, *options), reduction), cache


def _distance_backward(dloss, slope, cache):
    """Return dL/dx and dL/dtarget, given the slope dloss/dd."""
    d, x_dtype, target_dtype, reduction, *_ = cache
    dx = np.asarray(_spread(dloss, d, reduction) * slope)
    return dx.astype(x_dtype, copy=False), -dx.astype(target_dtype, copy=False)


def mse_loss(x, target, reduction="mean"):
    """Square the difference, loss = (x - target)^2."""
    return _distance("mse_loss", x, target, reduction, np.square)


def mse_loss_backward(dloss, cache):
    """dL/dx = 2 (x - target) = -dL/dtarget."""
    return _distance_backward(dloss, 2 * cache[0], cache)


def l1_loss(x, target, reduction="mean"):
    """Take the size of the difference, loss = |x - target|."""
    return _distance("l1_loss", x, target, reduction, np.abs)


def l1_loss_backward(dloss, cache):
    """dL/dx = sign(x - target) = -dL/dtarget; 0 where they are equal."""
    return _distance_backward(dloss, np.sign(cache[0]), cache)


def huber_loss(x, target, reduction="mean", delta=1.0):
    """Square small d = x - target only: d^2 / 2 up to |d| = delta, then a straight line.

    Source: Huber, "Robust estimation of a location parameter", 1964: his k our delta.
    """
    if not delta > 0:
        raise ValueError(f"huber_loss: delta must be above 0, but {delta} came.")
    return _distance("huber_loss", x, target, reduction, _huber, delta)


def huber_loss_backward(dloss, cache):
    """dL/dx = d, but no less than -delta and no more than delta; dL/dtarget = -dL/dx."""
    d, *_, delta = cache
    return _distance_backward(dloss, np.clip(d, -delta, delta), cache)


def smooth_l1_loss(x, target, reduction="mean", beta=1.0):
    """Round off the corner of |d|: d^2 / (2 beta) up to |d| = beta, then |d| - beta / 2.

    Source: Girshick, "Fast R-CNN", ICCV 2015, equation 3, where beta is 1.
    """
    if not beta >= 0:
        raise ValueError(f"smooth_l1_loss: beta must be 0 or above, but {beta} came.")
    return _distance("smooth_l1_loss", x, target, reduction, _smooth_l1, beta)


def smooth_l1_loss_backward(dloss, cache):
    """dL/dx = d / beta, but no less than -1 and no more than 1; dL/dtarget = -dL/dx."""
    d, *_, beta = cache
    slope = np.clip(d / beta, -1, 1) if beta else np.sign(d)
    return _distance_backward(dloss, slope, cache)


def _huber(d, delta):
    size = np.abs(d)
    near = np.minimum(size, delta)
    return near * (size - 0.5 * near)  # beyond delta: delta * (|d| - delta / 2)


def _smooth_l1(d, beta):
    return _huber(d, beta) / beta if beta else np.abs(d)


# Yes or no: the target goes from 0 for no to 1 for yes


def binary_cross_entropy(x, target, weight=None, reduction="mean"):
    """Measure the surprise, loss = -weight (target log x + (1 - target) log(1 - x)).

    x holds probabilities of yes; as in torch, each log is at least -100.
    """
    x, target = _alike("binary_cross_entropy", x, target)
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(
            "binary_cross_entropy: x must hold probabilities, from 0 to 1. For scores "
            "of any size use binary_cross_entropy_with_logits."
        )
    with np.errstate(divide="ignore"):
        yes, no = np.maximum(np.log(x), -100), np.maximum(np.log1p(-x), -100)
    losses = -(target * yes + (1 - target) * no)
    weight = _factor("binary_cross_entropy", "weight", weight, x)
    loss = _reduce("binary_cross_entropy", losses * weight, reduction)
    return loss, (x, target, weight, reduction)


def binary_cross_entropy_backward(dloss, cache):
    """dL/dx = (x - target) / (x (1 - x)), dL/dtarget = log(1 - x) - log x."""
    x, target, weight, reduction = cache
    dlosses = _spread(dloss, x, reduction) * weight
    with np.errstate(divide="ignore"):
        dtarget = dlosses * (np.log1p(-x) - np.log(x))
    spread = np.maximum(x * (1 - x), np.float32(1e-12))  # torch's bound
    return dlosses * (x - target) / spread, dtarget


def binary_cross_entropy_with_logits(
    x, target, weight=None, reduction="mean", pos_weight=None
):
    """Measure the surprise at scores x: binary_cross_entropy of s = sigmoid(x).

    Computed without overflow as (1 - target) x - (1 + (pos_weight - 1) target) log s;
    pos_weight is a factor for the losses of yes.
    """
    who = "binary_cross_entropy_with_logits"
    x, target = _alike(who, x, target)
    log_s, _ = logsigmoid(x)
    weight = _factor(who, "weight", weight, x)
    pos_weight = _factor(who, "pos_weight", pos_weight, x)
    losses = (1 - target) * x - (1 + (pos_weight - 1) * target) * log_s
    loss = _reduce(who, losses * weight, reduction)
    return loss, (x, target, log_s, weight, pos_weight, reduction)


def binary_cross_entropy_with_logits_backward(dloss, cache):
    """dL/dx = s - target, dL/dtarget = -x, where pos_weight is 1."""
    x, target, log_s, weight, pos_weight, reduction = cache
    dlosses = _spread(dloss, x, reduction) * weight
    factor = 1 + (pos_weight - 1) * target
    dx = dlosses * (factor * np.exp(log_s) - pos_weight * target)
    more = (pos_weight - 1) * log_s if np.any(pos_weight != 1) else 0  # never 0 * inf
    return dx, dlosses * (-x - more)


def _factor(who, name, weight, x):
    """Return weight as an array that broadcasts to x; 1 where there is none."""
    if weight is None:
        return 1
    weight = as_float(who, name, weight).astype(x.dtype, copy=False)
    sizes = zip(weight.shape[::-1], x.shape[::-1], strict=False)
    if weight.ndim > x.ndim or any(n not in (1, m) for n, m in sizes):
        raise ValueError(
            f"{who}: {name} of shape {weight.shape} does not broadcast to x {x.shape}. "
            f"Give one number for each entry, or for each along the last axes."
        )
    return weight


def kl_div(x, target, reduction="mean", log_target=False):
    """Measure how far exp(x) is from a distribution, loss = target (log target - x).

    x holds log-probabilities, target probabilities, or their logs if log_target.
    reduction="batchmean" divides the sum by the number of examples, which "mean" does not.
    Source: Kullback and Leibler, "On information and sufficiency", 1951, equation 2.4.
    """
    x, target = _alike("kl_div", x, target, NotImplementedError)  # torch broadcasts
    count = None
    if reduction == "batchmean":
        reduction, count = "mean", len(x) if x.ndim else 1
    if log_target:
        losses = np.exp(target) * (target - x)
    else:  # 0 log 0 is 0
        losses = target * np.log(np.where(target == 0, 1, target)) - target * x
    loss = _reduce("kl_div", losses, reduction, count)
    return loss, (x, target, log_target, reduction, count)


def kl_div_backward(dloss, cache):
    """dL/dx = -target, dL/dtarget = log target + 1 - x."""
    x, target, log_target, reduction, count = cache
    dlosses = _spread(dloss, x, reduction, count)
    if log_target:
        p = np.exp(target)
        return -dlosses * p, dlosses * p * (target + 1 - x)
    one = target / target  # nan at 0, where torch has nan for the gradient
    return -dlosses * target, dlosses * (np.log(target) + one - x)
