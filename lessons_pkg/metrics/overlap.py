"""Overlap: how much of what was found, and of what is there, is the same?

IoU, intersection over union, is Jaccard's index: the share of the area in either that is
in both. Each function returns one number an example; take the mean where one is wanted.
"""

import numpy as np

from ._checks import array, not_empty, numbers


def box_iou(predicted, target):
    """Return the intersection over union of boxes, I / (A + B - I), one a pair.

    predicted, target : (N, 4) as x0, y0, x1, y1 with x0 <= x1 and y0 <= y1; the area is
        (x1 - x0) (y1 - y0)
    Returns (N,) floats from 0 to 1. Two boxes without area share nothing: 0.
    Row i is compared with row i; torchvision's box_iou compares all with all.
    Raises TypeError or ValueError for what are not boxes, for two lengths, for N = 0.
    Source: Jaccard 1912, "The distribution of the flora in the alpine zone"; for boxes,
    Everingham et al. 2010, "The PASCAL visual object classes (VOC) challenge".

    >>> box_iou([[0, 0, 2, 2]], [[1, 0, 3, 2]])  # 2 in both, 6 in either
    array([0.33333333])
    """
    predicted, target = _boxes("predicted", predicted), _boxes("target", target)
    predicted, target = _pair("box_iou", predicted, target)
    sides = np.minimum(predicted[:, 2:], target[:, 2:])
    sides = sides - np.maximum(predicted[:, :2], target[:, :2])
    both = np.prod(np.maximum(sides, 0), axis=1)
    return _share(both, _area(predicted) + _area(target) - both, empty=0.0)


def mask_iou(predicted, target):
    """Return the intersection over union of masks, I / (A + B - I), one a pair.

    predicted, target : (N, H, W) of booleans, or of 0 and 1
    Returns (N,) floats from 0 to 1. Two empty masks agree that nothing is there: 1.
    Raises TypeError or ValueError for what are not masks, for two shapes, for N = 0.
    Source: Jaccard 1912, as box_iou.

    >>> mask_iou([[[1, 1, 0, 0]]], [[[0, 1, 1, 0]]])  # 1 in both, 3 in either
    array([0.33333333])
    """
    both, areas = _counts("mask_iou", predicted, target)
    return _share(both, areas - both, empty=1.0)


def dice(predicted, target):
    """Return the Dice coefficient of masks, 2 I / (A + B), one a pair.

    predicted, target : (N, H, W) of booleans, or of 0 and 1
    Returns (N,) floats from 0 to 1: the F1 of the pixels, and 2 IoU / (1 + IoU). Two empty
    masks agree that nothing is there: 1.
    Raises TypeError or ValueError for what are not masks, for two shapes, for N = 0.
    Source: Dice 1945, "Measures of the amount of ecologic association between species".

    >>> dice([[[1, 1, 0, 0]]], [[[0, 1, 1, 0]]])  # 2 * 1 of 2 + 2
    array([0.5])
    """
    both, areas = _counts("dice", predicted, target)
    return _share(2 * both, areas, empty=1.0)


def _share(part, whole, empty):
    """Return part / whole, and `empty` where the whole is 0."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), empty)


def _area(boxes):
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)


def _boxes(name, values):
    boxes = numbers("box_iou", name, values, {2: "(N, 4)"}).astype(float)
    if boxes.shape[1] != 4:
        raise ValueError(
            f"box_iou: {name} must have shape (N, 4), x0, y0, x1, y1, but came with "
            f"shape {boxes.shape}. Give one row a box."
        )
    wrong = (boxes[:, 2:] < boxes[:, :2]).any(axis=1)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"box_iou: row {row} of {name} is {boxes[row].tolist()}, but x1 must not be "
            "below x0, nor y1 below y0. Give the corner at the upper left first, then "
            "the one at the lower right."
        )
    return boxes


def _pair(who, predicted, target):
    if predicted.shape != target.shape:
        raise ValueError(
            f"{who}: predicted has shape {predicted.shape}, but target has "
            f"{target.shape}. Give both for the same examples."
        )
    return not_empty(who, predicted, target)


def _counts(who, predicted, target):
    """Return the pixels in both masks, and those of one plus those of the other, (N,)."""
    predicted = _masks(who, "predicted", predicted)
    target = _masks(who, "target", target)
    predicted, target = _pair(who, predicted, target)
    both, one, other = (
        m.sum(axis=(1, 2), dtype=float) for m in (predicted & target, predicted, target)
    )
    return both, one + other


def _masks(who, name, values):
    values = array(who, name, values)
    if values.ndim != 3:
        raise ValueError(
            f"{who}: {name} must have shape (N, H, W), but came with shape "
            f"{values.shape}. Give one mask as m[None]; of (N, 1, H, W) take m[:, 0]."
        )
    if values.dtype.kind not in "biuf":
        raise TypeError(
            f"{who}: {name} must hold booleans, or 0 and 1, but its dtype is "
            f"{values.dtype}. Compare it with a threshold first."
        )
    strange = (values != 0) & (values != 1)
    if strange.any():
        raise ValueError(
            f"{who}: {name} holds {values[strange][0]}, but must hold 0 and 1 only. Turn "
            "probabilities into a mask first, with (p > 0.5), scores with (score > 0)."
        )
    return values.astype(bool)
