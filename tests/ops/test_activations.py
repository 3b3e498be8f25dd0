import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.ops import (
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
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

ELEMENTWISE = {
    "relu": (relu, relu_backward, torch.relu),
    "sigmoid": (sigmoid, sigmoid_backward, torch.sigmoid),
    "tanh": (tanh, tanh_backward, torch.tanh),
}
elementwise = pytest.mark.parametrize("name", ELEMENTWISE)
ACTIVATIONS = {**ELEMENTWISE, "softmax": (softmax, softmax_backward, torch.softmax)}
activation = pytest.mark.parametrize("name", ACTIVATIONS)


# By hand


def test_relu_by_hand():
    y, cache = relu(np.array([-2.0, 0.0, 3.0]))
    np.testing.assert_array_equal(y, [0, 0, 3])
    # The slope is 0 left of 0, 1 right of it, and at 0 itself 0 by convention.
    np.testing.assert_array_equal(relu_backward([5.0, 5.0, 5.0], cache), [0, 0, 5])


def test_sigmoid_by_hand():
    # sigmoid(log 3) = 1 / (1 + 1/3) = 3/4, and its slope is 3/4 * 1/4 = 3/16.
    y, cache = sigmoid(np.array([0.0, math.log(3), -math.log(3)]))
    np.testing.assert_allclose(y, [1 / 2, 3 / 4, 1 / 4], rtol=1e-15)
    slope = sigmoid_backward(1.0, cache)
    np.testing.assert_allclose(slope, [1 / 4, 3 / 16, 3 / 16], rtol=1e-15)


def test_tanh_by_hand():
    # exp(log 2) = 2 and exp(-log 2) = 1/2: (2 - 1/2) / (2 + 1/2) = 1.5 / 2.5 = 3/5,
    # and its slope is 1 - (3/5)^2 = 16/25.
    y, cache = tanh(np.array([0.0, math.log(2)]))
    np.testing.assert_allclose(y, [0, 3 / 5], rtol=1e-15)
    np.testing.assert_allclose(tanh_backward(1.0, cache), [1, 16 / 25], rtol=1e-15)


def test_softmax_by_hand():
    # exp of (log 1, log 2, log 5) is (1, 2, 5), the sum 8.
    y, cache = softmax(np.log([1.0, 2.0, 5.0]))
    np.testing.assert_allclose(y, [1 / 8, 2 / 8, 5 / 8], rtol=1e-15)
    # dy = (8, 0, 0): sum dy y = 1, so dx = y * (dy - 1) = (7/8, -2/8, -5/8).
    dx = softmax_backward(np.array([8.0, 0.0, 0.0]), cache)
    np.testing.assert_allclose(dx, [7 / 8, -2 / 8, -5 / 8], rtol=1e-15)


# Finite differences


@activation
def test_gradient(name):
    forward, backward, _ = ACTIVATIONS[name]
    check_gradients(forward, backward, random(3, 5, scale=2))
    check_gradients(forward, backward, random(scale=2))


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2, -3])
def test_softmax_gradient_along_each_dim(dim):
    x = random(2, 3, 5, scale=2)
    check_gradients(lambda x: softmax(x, dim), softmax_backward, x)


# Properties


def test_sigmoid_is_symmetric():
    x = random(101, scale=20)
    np.testing.assert_allclose(sigmoid(-x)[0], 1 - sigmoid(x)[0], atol=1e-15)


def test_tanh_is_odd():
    x = random(101, scale=3)
    np.testing.assert_array_equal(tanh(-x)[0], -tanh(x)[0])


def test_relu_of_positive_multiples():
    x = random(101)
    np.testing.assert_array_equal(relu(8 * x)[0], 8 * relu(x)[0])


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_softmax_sums_to_one(dim):
    y, _ = softmax(random(7, 11, scale=5), dim)
    np.testing.assert_allclose(y.sum(axis=dim), 1, rtol=1e-14)
    assert (y > 0).all()


def test_softmax_ignores_a_shift_of_the_row():
    x, shift = random(7, 11), random(7, 1, seed=1, scale=100)
    np.testing.assert_allclose(softmax(x + shift)[0], softmax(x)[0], rtol=1e-11)


def test_softmax_gradient_has_no_part_along_the_shift():
    _, cache = softmax(random(7, 11))
    dx = softmax_backward(random(7, 11, seed=1), cache)
    np.testing.assert_allclose(dx.sum(axis=1), 0, atol=1e-15)


def test_softmax_of_permuted_classes():
    x, order = random(7, 11), np.random.default_rng(1).permutation(11)
    np.testing.assert_allclose(softmax(x[:, order])[0], softmax(x)[0][:, order])


def test_softmax_of_two_is_a_sigmoid():
    x = random(13, 2, scale=3)
    expected = sigmoid(x[:, 0] - x[:, 1])[0]
    np.testing.assert_allclose(softmax(x)[0][:, 0], expected, rtol=1e-14)


# Numerics


@activation
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_dtypes_are_kept(name, dtype):
    forward, backward, _ = ACTIVATIONS[name]
    y, cache = forward(random(3, 5).astype(dtype))
    assert y.dtype == dtype
    assert backward(random(3, 5), cache).dtype == dtype  # with a float64 dy too


@activation
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_])
def test_integers_are_computed_as_float64(name, dtype):
    forward, _, _ = ACTIVATIONS[name]
    x = np.array([[0, 1, 1]], dtype=dtype)
    np.testing.assert_array_equal(
        forward(x)[0], forward(x.astype(np.float64))[0], strict=True
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_numbers_do_not_overflow(dtype):
    x = np.array([-np.inf, -1e4, 0, 1e4, np.inf], dtype=dtype)
    np.testing.assert_array_equal(sigmoid(x)[0], [0, 0, 0.5, 1, 1])
    np.testing.assert_array_equal(tanh(x)[0], [-1, -1, 0, 1, 1])
    np.testing.assert_array_equal(relu(x)[0], [0, 0, 0, 1e4, np.inf])
    np.testing.assert_array_equal(softmax(x[:4])[0], [0, 0, 0, 1])
    for forward, backward, _ in ACTIVATIONS.values():
        dx = backward(np.ones(4, dtype), forward(x[:4])[1])
        assert np.isfinite(dx).all()


def test_sigmoid_keeps_its_digits_far_out():
    # sigmoid(-100) = exp(-100) to within exp(-200): 0.5 (1 + tanh) would give 0.
    np.testing.assert_allclose(sigmoid(-100.0)[0], math.exp(-100), rtol=1e-15)


def test_softmax_with_a_large_offset_in_float32():
    x = np.array([0, 1, 3], dtype=np.float32)
    expected = np.exp([0, 1, 3]) / np.exp([0, 1, 3]).sum()
    for offset in np.float32([-1e4, 0, 1e4]):
        np.testing.assert_allclose(softmax(x + offset)[0], expected, rtol=3e-7)


def test_nan_is_passed_on():
    for forward, _, _ in ACTIVATIONS.values():
        assert np.isnan(forward(np.array([np.nan]))[0]).all()


def test_softmax_of_nothing():
    assert softmax(np.zeros((0, 3)))[0].tolist() == []
    assert softmax(np.zeros((3, 0)))[0].tolist() == [[], [], []]


@activation
def test_inputs_are_left_alone(name):
    forward, backward, _ = ACTIVATIONS[name]
    x, dy = random(3, 5), random(3, 5, seed=1)
    x.setflags(write=False)
    dy.setflags(write=False)
    _, cache = forward(x)
    first = backward(dy, cache).copy()
    np.testing.assert_array_equal(backward(dy, cache), first)  # nor is the cache
    assert not np.shares_memory(forward(x)[0], x)


# Error sentences


@activation
def test_text_is_refused(name):
    with pytest.raises(TypeError) as error:
        ACTIVATIONS[name][0](["a", "b"])
    assert str(error.value) == (
        f"{name}: x must hold real numbers, but its dtype is <U1. "
        f"Convert it to float32 or float64 first."
    )


def test_ragged_lists_are_refused():
    with pytest.raises(ValueError, match="relu") as error:
        relu([[1.0, 2.0], [3.0]])
    assert str(error.value) == (
        "relu: x has rows of different lengths. "
        "Give every row the same number of entries."
    )


@activation
def test_complex_numbers_are_refused(name):
    with pytest.raises(TypeError, match=f"{name}: .* its dtype is complex128"):
        ACTIVATIONS[name][0](np.array([1j]))


@pytest.mark.parametrize("dim", [2, -3])
def test_softmax_dim_out_of_range(dim):
    with pytest.raises(ValueError, match="softmax") as error:
        softmax(np.zeros((3, 5)), dim)
    assert str(error.value) == (
        f"softmax: dim={dim} is out of range for x of shape (3, 5). "
        f"Choose a dim from -2 to 1."
    )


@pytest.mark.parametrize("dim", [None, (0, 1), 1.0])
def test_softmax_dim_of_the_wrong_type(dim):
    with pytest.raises(TypeError) as error:
        softmax(np.zeros((3, 5)), dim)
    assert str(error.value) == (
        f"softmax: dim must be one whole number, but {dim!r} came. "
        f"Name the axis that holds the classes, such as -1."
    )


# PyTorch


@st.composite
def shapes(draw):
    return tuple(draw(st.lists(sizes, max_size=3)))


@elementwise
@quick
@given(st.data())
def test_elementwise_as_in_torch(name, data):
    forward, backward, reference = ELEMENTWISE[name]
    shape, dtype = data.draw(shapes()), data.draw(dtypes)
    if data.draw(st.booleans()):
        shape = (data.draw(batches), *shape)
    x = data.draw(arrays(shape, dtype, data.draw(scales)))
    dy = data.draw(arrays(shape, dtype))
    y, dx = torch_gradients(reference, dy, x)
    got, cache = forward(x)
    assert_same(got, y)
    assert_same(backward(dy, cache), dx)


def test_relu_at_zero_and_nan_as_in_torch():
    x, dy = np.array([-0.0, 0.0, np.nan, 1.0]), np.array([2.0, np.inf, 3.0, np.inf])
    y, dx = torch_gradients(torch.relu, dy, x)
    got, cache = relu(x)
    np.testing.assert_array_equal(got, y)
    np.testing.assert_array_equal(relu_backward(dy, cache), dx)


@quick
@given(st.data())
def test_softmax_as_in_torch(data):
    shape = (data.draw(batches), *data.draw(shapes()))[: data.draw(st.integers(0, 4))]
    dim = data.draw(st.integers(-max(len(shape), 1), max(len(shape), 1) - 1))
    dtype, scale = data.draw(dtypes), data.draw(scales)
    x = data.draw(arrays(shape, dtype, scale))
    dy = data.draw(arrays(shape, dtype))
    y, dx = torch_gradients(lambda x: torch.softmax(x, dim), dy, x)
    got, cache = softmax(x, dim)
    assert_same(got, y)
    assert_same(softmax_backward(dy, cache), dx)
