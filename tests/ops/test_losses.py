import math
import re

import numpy as np
import pytest

from lessons_pkg import ops
from lessons_pkg.ops import (
    binary_cross_entropy,
    binary_cross_entropy_backward,
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_backward,
    cross_entropy,
    cross_entropy_backward,
    huber_loss,
    huber_loss_backward,
    kl_div,
    kl_div_backward,
    l1_loss,
    l1_loss_backward,
    log_softmax,
    mse_loss,
    mse_loss_backward,
    nll_loss,
    nll_loss_backward,
    sigmoid,
    smooth_l1_loss,
    smooth_l1_loss_backward,
    softmax,
    softmax_backward,
)

from .check import check_gradients, random

REDUCTIONS = ["none", "mean", "sum"]
TARGET = np.array([4, 0, 2, 2, 1, 4, 3])


# By hand


def test_distances_by_hand():
    x, target = np.array([3.0, 0.5]), np.array([1.0, 1.0])  # d = 2 and -1/2
    mean, cache = mse_loss(x, target)
    assert mean == (4 + 0.25) / 2
    dx, dtarget = mse_loss_backward(1.0, cache)  # 2 d, over the 2 of the mean
    np.testing.assert_array_equal([dx, dtarget], [[2, -0.5], [-2, 0.5]])

    total, cache = l1_loss(x, target, "sum")
    assert total == 2 + 0.5
    np.testing.assert_array_equal(l1_loss_backward(3.0, cache), [[3, -3], [-3, 3]])

    # delta 1: 2 is beyond it, 1 * (2 - 1/2) = 1.5; 1/2 is not, (1/2)^2 / 2 = 1/8.
    losses, cache = huber_loss(x, target, "none")
    np.testing.assert_array_equal(losses, [1.5, 1 / 8])
    dx, _ = huber_loss_backward([10.0, 10.0], cache)
    np.testing.assert_array_equal(dx, [10, -5])

    # beta 4: both are within, 4 / 8 = 1/2 and 1/4 / 8 = 1/32.
    losses, cache = smooth_l1_loss(x, target, "none", beta=4.0)
    np.testing.assert_array_equal(losses, [1 / 2, 1 / 32])
    dx, _ = smooth_l1_loss_backward([1.0, 1.0], cache)
    np.testing.assert_array_equal(dx, [2 / 4, -0.5 / 4])


def test_binary_cross_entropy_by_hand():
    # Yes at probability 1/4 costs log 4, no at 1/4 costs -log(3/4).
    x, target = np.array([0.25, 0.25]), np.array([1.0, 0.0])
    losses, cache = binary_cross_entropy(x, target, reduction="none")
    np.testing.assert_allclose(losses, [math.log(4), math.log(4 / 3)], rtol=1e-15)
    dx, dtarget = binary_cross_entropy_backward([1.0, 1.0], cache)
    np.testing.assert_allclose(dx, [-4, 4 / 3], rtol=1e-15)  # -1/x, 1/(1 - x)
    np.testing.assert_allclose(dtarget, [math.log(3)] * 2, rtol=1e-15)

    # The same from scores: sigmoid(-log 3) = 1/4. pos_weight 2 counts the yes twice.
    z = np.full(2, -math.log(3))
    losses, cache = binary_cross_entropy_with_logits(
        z, target, reduction="none", pos_weight=2.0
    )
    np.testing.assert_allclose(losses, [2 * math.log(4), math.log(4 / 3)], rtol=1e-15)
    dx, _ = binary_cross_entropy_with_logits_backward([1.0, 1.0], cache)
    np.testing.assert_allclose(dx, [2 * (1 / 4 - 1), 1 / 4], rtol=1e-14)  # s - target


def test_kl_div_by_hand():
    # From (1/2, 1/2) to (1/4, 3/4): 1/2 log 2 + 1/2 log(2/3) = log(4/3) / 2.
    x, target = np.log([[0.25, 0.75]]), np.array([[0.5, 0.5]])
    loss, cache = kl_div(x, target, "batchmean")
    np.testing.assert_allclose(loss, math.log(4 / 3) / 2, rtol=1e-14)
    dx, dtarget = kl_div_backward(1.0, cache)
    np.testing.assert_array_equal(dx, [[-0.5, -0.5]])
    np.testing.assert_allclose(dtarget, [[1 + math.log(2), 1 + math.log(2 / 3)]])
    same, _ = kl_div(x, np.log(target), "batchmean", log_target=True)
    np.testing.assert_allclose(same, loss, rtol=1e-14)


def test_nll_loss_by_hand():
    # Weights 1, 2, 3; the targets 2, 0 use 3 + 1 = 4 of them; the third is ignored.
    x = np.array([[-1.0, -2.0, -5.0], [-1.0, -3.0, -4.0], [-7.0, -7.0, -7.0]])
    target, weight = np.array([2, 0, -100]), np.array([1.0, 2.0, 3.0])
    loss, cache = nll_loss(x, target, weight)
    assert loss == (3 * 5 + 1 * 1) / 4
    dx = [[0, 0, -3 / 4], [-1 / 4, 0, 0], [0, 0, 0]]
    np.testing.assert_array_equal(nll_loss_backward(1.0, cache), dx)


def test_cross_entropy_by_hand():
    # Scores log 1, log 2, log 5 are probabilities 1/8, 2/8, 5/8; for class 1 the loss
    # is log(8/2) = log 4. Equal scores are 1/3 each: log 3.
    logits = np.log([[1.0, 2.0, 5.0], [7.0, 7.0, 7.0]])
    losses, cache = cross_entropy(logits, [1, 0], reduction="none")
    np.testing.assert_allclose(losses, [math.log(4), math.log(3)], rtol=1e-15)
    # The gradient is the probabilities, less 1 at the true class.
    gradients = [[1 / 8, 2 / 8 - 1, 5 / 8], [1 / 3 - 1, 1 / 3, 1 / 3]]
    dlogits = cross_entropy_backward([1.0, 1.0], cache)
    np.testing.assert_allclose(dlogits, gradients, rtol=1e-14)

    loss, cache = cross_entropy(logits, [1, 0])
    np.testing.assert_allclose(loss, (math.log(4) + math.log(3)) / 2, rtol=1e-15)
    dlogits = cross_entropy_backward(1.0, cache)
    np.testing.assert_allclose(dlogits, np.divide(gradients, 2), rtol=1e-14)

    loss, cache = cross_entropy(logits, [1, 0], reduction="sum")
    np.testing.assert_allclose(loss, math.log(4) + math.log(3), rtol=1e-15)
    dlogits = cross_entropy_backward(3.0, cache)
    np.testing.assert_allclose(dlogits, np.multiply(gradients, 3), rtol=1e-14)


def test_label_smoothing_by_hand():
    # Of 1, a share of 0.3 is spread over 3 classes: the shares are 0.1, 0.8, 0.1.
    logits = np.log([[1.0, 2.0, 5.0]])
    p = np.array([1 / 8, 2 / 8, 5 / 8])
    loss, cache = cross_entropy(logits, [1], label_smoothing=0.3)
    expected = -(0.1 * math.log(p[0]) + 0.8 * math.log(p[1]) + 0.1 * math.log(p[2]))
    np.testing.assert_allclose(loss, expected, rtol=1e-15)
    dlogits = cross_entropy_backward(1.0, cache)
    np.testing.assert_allclose(dlogits, [p - [0.1, 0.8, 0.1]], rtol=1e-14)


# Finite differences

UNIT = np.random.default_rng(5).uniform(0.1, 0.9, (7, 5))
GRADIENTS = [
    ("mse_loss", {}, (random(7, 5), random(7, 5, seed=2))),
    ("l1_loss", {}, (random(7, 5), random(7, 5, seed=2))),
    ("huber_loss", {"delta": 0.7}, (random(7, 5), random(7, 5, seed=2))),
    ("smooth_l1_loss", {"beta": 0.7}, (random(7, 5), random(7, 5, seed=2))),
    ("binary_cross_entropy", {}, (UNIT, UNIT[::-1])),
    ("binary_cross_entropy_with_logits", {"pos_weight": UNIT[0]}, (random(7, 5), UNIT)),
    ("kl_div", {}, (random(7, 5), UNIT)),
    ("kl_div", {"log_target": True}, (random(7, 5), random(7, 5, seed=2))),
    ("cross_entropy", {"target": TARGET}, (random(7, 5, scale=2),)),
    ("cross_entropy", {"target": TARGET, "label_smoothing": 0.3}, (random(7, 5),)),
    ("cross_entropy", {"target": TARGET, "ignore_index": 2}, (random(7, 5),)),
    (
        "cross_entropy",
        {"weight": UNIT[0], "label_smoothing": 0.3},
        (random(7, 5), UNIT),
    ),
    ("cross_entropy", {"target": TARGET[:6].reshape(2, 3)}, (random(2, 5, 3),)),
    ("nll_loss", {"target": TARGET, "weight": UNIT[0]}, (random(7, 5),)),
]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    ("name", "options", "inputs"),
    GRADIENTS,
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_gradient(name, options, inputs, reduction):
    forward, backward = getattr(ops, name), getattr(ops, f"{name}_backward")
    inputs = [x.copy() for x in inputs]
    check_gradients(
        lambda *x: forward(*x, **options, reduction=reduction), backward, *inputs
    )


# Properties


def test_a_shift_of_the_row_changes_nothing():
    logits, shift = random(7, 5), random(7, 1, seed=1, scale=100)
    loss, cache = cross_entropy(logits, TARGET)
    shifted_loss, shifted_cache = cross_entropy(logits + shift, TARGET)
    np.testing.assert_allclose(shifted_loss, loss, rtol=1e-13)
    np.testing.assert_allclose(
        cross_entropy_backward(1.0, shifted_cache),
        cross_entropy_backward(1.0, cache),
        atol=1e-14,
    )


def test_permuted_examples_and_classes():
    logits, rows = random(7, 5), np.random.default_rng(1).permutation(7)
    columns = np.array([3, 0, 4, 1, 2])
    new_name = np.argsort(columns)  # class c stands in column new_name[c] now
    losses, _ = cross_entropy(logits, TARGET, reduction="none")
    permuted, _ = cross_entropy(
        logits[rows][:, columns], new_name[TARGET[rows]], reduction="none"
    )
    np.testing.assert_allclose(permuted, losses[rows], rtol=1e-13)


def test_each_row_of_the_gradient_sums_to_zero():
    _, cache = cross_entropy(random(7, 5, scale=3), TARGET)
    dlogits = cross_entropy_backward(1.0, cache)
    np.testing.assert_allclose(dlogits.sum(axis=1), 0, atol=1e-16)


def test_it_is_minus_the_log_of_softmax():
    logits = random(7, 5, scale=3)
    probabilities, cache = softmax(logits)
    picked = probabilities[np.arange(7), TARGET]
    loss, loss_cache = cross_entropy(logits, TARGET, reduction="sum")
    np.testing.assert_allclose(loss, -np.log(picked).sum(), rtol=1e-13)
    # and so are its gradients, by the chain rule: d(-log p)/dp = -1/p
    dprobabilities = np.zeros((7, 5))
    dprobabilities[np.arange(7), TARGET] = -1 / picked
    np.testing.assert_allclose(
        cross_entropy_backward(1.0, loss_cache),
        softmax_backward(dprobabilities, cache),
        atol=1e-14,
    )


def test_it_is_nll_of_log_softmax():
    logits, weight = random(7, 5), UNIT[0]
    for options in ({}, {"weight": weight}, {"ignore_index": 2}):
        expected, _ = nll_loss(log_softmax(logits)[0], TARGET, **options)
        got, _ = cross_entropy(logits, TARGET, **options)
        np.testing.assert_allclose(got, expected, rtol=1e-14)


def test_class_numbers_are_certain_probabilities():
    logits, certain = random(7, 5), np.eye(5)[TARGET]
    for smoothing in (0.0, 0.2):
        numbers, cache = cross_entropy(logits, TARGET, label_smoothing=smoothing)
        shares, more = cross_entropy(logits, certain, label_smoothing=smoothing)
        np.testing.assert_allclose(shares, numbers, rtol=1e-14)
        dlogits, _ = cross_entropy_backward(1.0, more)
        np.testing.assert_allclose(
            dlogits, cross_entropy_backward(1.0, cache), atol=1e-16
        )


def test_ignored_examples_might_as_well_be_absent():
    logits, kept = random(7, 5), TARGET != 2
    for options in ({}, {"label_smoothing": 0.1}, {"weight": UNIT[0]}):
        loss, cache = cross_entropy(logits, TARGET, ignore_index=2, **options)
        alone, alone_cache = cross_entropy(logits[kept], TARGET[kept], **options)
        np.testing.assert_allclose(loss, alone, rtol=1e-14)
        dlogits = cross_entropy_backward(1.0, cache)
        expected = cross_entropy_backward(1.0, alone_cache)
        np.testing.assert_allclose(dlogits[kept], expected, rtol=1e-13)
        np.testing.assert_array_equal(dlogits[~kept], 0)


def test_pictures_are_rows_of_pixels():
    logits, target = random(2, 5, 3, 4), np.arange(24).reshape(2, 3, 4) % 5
    rows = logits.transpose(0, 2, 3, 1).reshape(-1, 5)
    losses, _ = cross_entropy(logits, target, reduction="none")
    expected, _ = cross_entropy(rows, target.reshape(-1), reduction="none")
    np.testing.assert_allclose(losses.reshape(-1), expected, rtol=1e-15)
    one, _ = cross_entropy(logits[0, :, 1, 2], target[0, 1, 2])  # a single row
    np.testing.assert_allclose(one, losses[0, 1, 2], rtol=1e-15)


def test_scores_cost_what_their_probabilities_cost():
    z, target, weight = random(7, 5), UNIT, UNIT[::-1]
    got, _ = binary_cross_entropy_with_logits(z, target, weight)
    expected, _ = binary_cross_entropy(sigmoid(z)[0], target, weight)
    np.testing.assert_allclose(got, expected, rtol=1e-13)


def test_huber_is_half_the_square_or_a_line():
    x, zero = random(101, scale=3), np.zeros(101)
    wide, _ = huber_loss(x, zero, "none", delta=100.0)
    np.testing.assert_allclose(wide, mse_loss(x, zero, "none")[0] / 2)
    narrow, _ = smooth_l1_loss(x, zero, "none", beta=1e-9)
    np.testing.assert_allclose(narrow, l1_loss(x, zero, "none")[0], atol=1e-9)


# Numerics


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_float32_is_kept(reduction):
    logits = random(7, 5).astype(np.float32)
    loss, cache = cross_entropy(logits, TARGET, reduction=reduction)
    exact, _ = cross_entropy(logits.astype(np.float64), TARGET, reduction=reduction)
    assert loss.dtype == np.float32
    np.testing.assert_allclose(loss, exact, rtol=1e-6)
    assert cross_entropy_backward(np.float64(1), cache).dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_logits_do_not_overflow(dtype):
    logits = np.array([[1e4, -1e4, 0], [1e4, -1e4, 0], [1e4, 1e4, -1e4]], dtype)
    losses, cache = cross_entropy(logits, [0, 1, 0], reduction="none")
    # Sure and right costs nothing, sure and wrong the difference, undecided log 2.
    np.testing.assert_allclose(losses, [0, 2e4, math.log(2)], rtol=1e-6)
    dlogits = cross_entropy_backward(np.ones(3, dtype), cache)
    np.testing.assert_allclose(dlogits, [[0, 0, 0], [1, -1, 0], [-0.5, 0.5, 0]])


def test_minus_infinity_is_an_impossible_class():
    losses, _ = cross_entropy([[0.0, 0.0, -np.inf]] * 2, [0, 2], reduction="none")
    np.testing.assert_allclose(losses, [math.log(2), np.inf], rtol=1e-15)


def test_an_ignored_row_may_hold_anything():
    logits = np.array([[np.inf, np.nan, 0.0], [0.0, 0.0, -np.inf]])
    losses, _ = nll_loss(logits, [-100, 0], reduction="none")
    np.testing.assert_array_equal(losses, [0, 0])


def test_nothing_left_to_average_is_nan():
    for forward, backward in [
        (cross_entropy, cross_entropy_backward),
        (nll_loss, nll_loss_backward),
    ]:
        loss, cache = forward(random(2, 3), [-100, -100])
        assert np.isnan(loss)
        np.testing.assert_array_equal(backward(1.0, cache), np.zeros((2, 3)))
    assert np.isnan(mse_loss(np.zeros(0), np.zeros(0))[0])


def test_certain_and_wrong_costs_100():
    # and not infinity: torch bounds the logs of binary_cross_entropy at -100.
    losses, cache = binary_cross_entropy([0.0, 1.0, 1.0], [1, 0, 1], reduction="none")
    np.testing.assert_array_equal(losses, [100, 100, 0])
    assert np.isfinite(binary_cross_entropy_backward(np.ones(3), cache)[0]).all()
    losses, _ = binary_cross_entropy_with_logits([-1e4, 1e4], [1, 1], reduction="none")
    np.testing.assert_array_equal(losses, [1e4, 0])


def test_dtypes_of_both_gradients():
    x, target = random(7).astype(np.float32), random(7, seed=1)
    _, cache = mse_loss(x, target)
    dx, dtarget = mse_loss_backward(1.0, cache)
    assert (dx.dtype, dtarget.dtype) == (np.float32, np.float64)
    assert mse_loss(x, np.arange(7))[0].dtype == np.float32  # whole numbers follow x


def test_integer_logits_are_computed_as_float64():
    loss, _ = cross_entropy([[0, 0]], [1])
    np.testing.assert_allclose(loss, math.log(2), rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64])
def test_any_integers_name_classes(dtype):
    loss, _ = cross_entropy(random(7, 5), TARGET.astype(dtype))
    assert loss == cross_entropy(random(7, 5), TARGET)[0]


def test_inputs_are_left_alone():
    logits, target, dloss = random(7, 5), TARGET.copy(), random(7, seed=1)
    for array in (logits, target, dloss):
        array.setflags(write=False)
    _, cache = cross_entropy(logits, target, reduction="none")
    first = cross_entropy_backward(dloss, cache).copy()
    np.testing.assert_array_equal(cross_entropy_backward(dloss, cache), first)


# Error sentences


@pytest.mark.parametrize(("row", "wrong"), [(0, 5), (3, -1), (6, 9)])
def test_target_out_of_range(row, wrong):
    target = TARGET.copy()
    target[row] = wrong
    with pytest.raises(ValueError, match="cross_entropy") as error:
        cross_entropy(random(7, 5), target)
    assert str(error.value) == (
        f"cross_entropy: target[{row}] is {wrong}, but scores (7, 5) have classes 0 to 4. "
        f"Number the classes from 0, or give each class a score."
    )


@pytest.mark.parametrize(
    ("target", "dtype"),
    [
        (TARGET.astype(float), "float64"),
        (TARGET > 2, "bool"),
        (TARGET.astype(str), "<U21"),
    ],
)
def test_target_of_the_wrong_dtype(target, dtype):
    with pytest.raises(TypeError) as error:
        cross_entropy(random(7, 5), target)
    assert str(error.value) == (
        f"cross_entropy: target must hold whole class numbers, but its dtype is "
        f"{dtype}. Convert it to int64 first."
    )


@pytest.mark.parametrize("shape", [(3,), (7, 1), (7, 5), ()])
def test_target_of_the_wrong_shape(shape):
    with pytest.raises(ValueError, match="cross_entropy") as error:
        cross_entropy(random(7, 5), np.zeros(shape, int))
    assert str(error.value) == (
        f"cross_entropy: target must have shape (7,) to go with scores (7, 5), but came "
        f"with shape {shape}. Give one class number for each example."
    )


def test_reduction_of_another_name():
    with pytest.raises(ValueError, match="cross_entropy") as error:
        cross_entropy(random(7, 5), TARGET, reduction="avg")
    assert str(error.value) == (
        "cross_entropy: reduction must be 'none', 'mean' or 'sum', but 'avg' came. "
        "Choose one of the three."
    )


SENTENCES = [
    (
        lambda: cross_entropy(0.0, 0),
        "cross_entropy: logits must have an axis of classes, but a single number came. "
        "Give the scores as (C,), (N, C) or (N, C, d1, ...).",
    ),
    (
        lambda: nll_loss(random(2, 5), [0, 1], weight=np.ones(2)),
        "nll_loss: weight must have shape (5,), one number for each class, but came with "
        "shape (2,).",
    ),
    (
        lambda: cross_entropy(random(2, 5), [0, 1], label_smoothing=1.5),
        "cross_entropy: label_smoothing must be from 0 to 1, but 1.5 came.",
    ),
    (
        lambda: cross_entropy(random(2, 5), random(2, 5), ignore_index=1),
        "cross_entropy: ignore_index=1 is for class numbers, but the target holds "
        "probabilities. Leave ignore_index out.",
    ),
    (
        lambda: binary_cross_entropy([1.5], [1.0]),
        "binary_cross_entropy: x must hold probabilities, from 0 to 1. For scores of any "
        "size use binary_cross_entropy_with_logits.",
    ),
    (
        lambda: binary_cross_entropy_with_logits(np.zeros(3), np.zeros((3, 1))),
        "binary_cross_entropy_with_logits: target must have the shape of x (3,), but came "
        "with shape (3, 1). Broadcast, they would pair every entry with every other: "
        "reshape one of them.",
    ),
    (
        lambda: binary_cross_entropy(UNIT, UNIT, weight=np.ones(7)),
        "binary_cross_entropy: weight of shape (7,) does not broadcast to x (7, 5). "
        "Give one number for each entry, or for each along the last axes.",
    ),
    (
        lambda: huber_loss([1.0], [0.0], delta=0),
        "huber_loss: delta must be above 0, but 0 came.",
    ),
    (
        lambda: smooth_l1_loss([1.0], [0.0], beta=-1),
        "smooth_l1_loss: beta must be 0 or above, but -1 came.",
    ),
]


@pytest.mark.parametrize(("call", "sentence"), SENTENCES)
def test_what_does_not_fit(call, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call()


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss", "kl_div"])
def test_a_column_against_a_row_is_not_broadcast(name):
    with pytest.raises(NotImplementedError) as error:
        getattr(ops, name)(np.zeros((3, 1)), np.zeros(3))
    assert str(error.value) == (
        f"{name}: target must have the shape of x (3, 1), but came with shape (3,). "
        f"Broadcast, they would pair every entry with every other: reshape one of them."
    )


def test_logits_of_text():
    with pytest.raises(TypeError, match="cross_entropy: logits must hold real numbers"):
        cross_entropy([["a", "b"]], [0])


def test_a_gradient_of_the_wrong_shape_is_not_broadcast():
    _, cache = cross_entropy(random(7, 5), TARGET, reduction="none")
    with pytest.raises(ValueError, match="dimensions"):
        cross_entropy_backward(np.ones((7, 1)), cache)
