import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.ops import (
    cross_entropy,
    cross_entropy_backward,
    softmax,
    softmax_backward,
)

from .check import check_gradients, random
from .generated import (
    arrays,
    assert_same,
    batches,
    dtypes,
    quick,
    scales,
    sizes,
    torch_gradients,
)

REDUCTIONS = ["none", "mean", "sum"]
TARGET = np.array([4, 0, 2, 2, 1, 4, 3])


def test_by_hand():
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


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_gradient(reduction):
    check_gradients(
        lambda logits: cross_entropy(logits, TARGET, reduction=reduction),
        cross_entropy_backward,
        random(7, 5, scale=2),
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

INSTEAD = "use torch.nn.functional.cross_entropy"


@pytest.mark.parametrize(
    ("option", "what"),
    [
        ({"weight": np.ones(5)}, "weight is"),
        ({"ignore_index": 0}, "ignore_index=0 is"),
        ({"label_smoothing": 0.1}, "label_smoothing=0.1 is"),
    ],
)
def test_options_that_are_not_supported(option, what):
    with pytest.raises(NotImplementedError) as error:
        cross_entropy(random(7, 5), TARGET, **option)
    assert str(error.value) == f"cross_entropy: {what} not supported here; {INSTEAD}"


@pytest.mark.parametrize(
    ("logits", "target", "what"),
    [
        (random(5), 2, "logits of shape (5,) instead of (N, C) are"),
        (
            random(2, 5, 3),
            np.ones((2, 3), int),
            "logits of shape (2, 5, 3) instead of (N, C) are",
        ),
        (random(7, 5), softmax(random(7, 5))[0], "class probabilities as target are"),
        (random(2, 5), [1, -100], "a target of -100 (to be ignored) is"),
    ],
)
def test_inputs_that_are_not_supported(logits, target, what):
    with pytest.raises(NotImplementedError) as error:
        cross_entropy(logits, target)
    assert str(error.value) == f"cross_entropy: {what} not supported here; {INSTEAD}"


@pytest.mark.parametrize(("row", "wrong"), [(0, 5), (3, -1), (6, 9)])
def test_target_out_of_range(row, wrong):
    target = TARGET.copy()
    target[row] = wrong
    with pytest.raises(ValueError, match="cross_entropy") as error:
        cross_entropy(random(7, 5), target)
    assert str(error.value) == (
        f"cross_entropy: target[{row}] is {wrong}, but logits with 5 columns have "
        f"classes 0 to 4. "
        f"Number the classes from 0, or give logits one column for each class."
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
        f"cross_entropy: logits (7, 5) need a target of shape (7,), but it came with "
        f"shape {shape}. Give one class number for each row."
    )


def test_reduction_of_another_name():
    with pytest.raises(ValueError, match="cross_entropy") as error:
        cross_entropy(random(7, 5), TARGET, reduction="avg")
    assert str(error.value) == (
        "cross_entropy: reduction must be 'none', 'mean' or 'sum', but 'avg' came. "
        "Choose one of the three."
    )


def test_logits_of_text():
    with pytest.raises(TypeError, match="cross_entropy: logits must hold real numbers"):
        cross_entropy([["a", "b"]], [0])


def test_a_gradient_of_the_wrong_shape_is_not_broadcast():
    _, cache = cross_entropy(random(7, 5), TARGET, reduction="none")
    with pytest.raises(ValueError, match="dimensions"):
        cross_entropy_backward(np.ones((7, 1)), cache)


# PyTorch


@pytest.mark.parametrize("reduction", REDUCTIONS)
@quick
@given(data=st.data())
def test_as_in_torch(reduction, data):
    n, n_classes = data.draw(batches), data.draw(sizes)
    dtype, scale = data.draw(dtypes), data.draw(scales)
    logits = data.draw(arrays((n, n_classes), dtype, scale))
    classes = st.integers(0, n_classes - 1)
    target = np.array(data.draw(st.lists(classes, min_size=n, max_size=n)), np.int64)
    dloss = data.draw(arrays((n,) if reduction == "none" else (), dtype))

    def reference(logits):
        return torch.nn.functional.cross_entropy(
            logits, torch.tensor(target), reduction=reduction
        )

    loss, dlogits = torch_gradients(reference, dloss, logits)
    got, cache = cross_entropy(logits, target, reduction=reduction)
    assert_same(got, loss, scale)
    assert_same(cross_entropy_backward(dloss, cache), dlogits)


def test_no_examples_as_in_torch():
    for reduction, value in [("mean", np.nan), ("sum", 0), ("none", [])]:
        loss, cache = cross_entropy(np.zeros((0, 5)), TARGET[:0], reduction=reduction)
        np.testing.assert_array_equal(loss, value)
        assert cross_entropy_backward(1.0, cache).shape == (0, 5)
