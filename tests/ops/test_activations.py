import math

import numpy as np
import pytest

from lessons_pkg import ops
from lessons_pkg.ops import (
    elu,
    elu_backward,
    gelu,
    gelu_backward,
    leaky_relu,
    leaky_relu_backward,
    log_softmax,
    log_softmax_backward,
    logsigmoid,
    logsigmoid_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    silu,
    silu_backward,
    softmax,
    softmax_backward,
    softplus,
    softplus_backward,
    tanh,
    tanh_backward,
)

from .check import check_gradients, random

NAMES = (
    *("relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "sigmoid", "tanh"),
    *("logsigmoid", "softmax", "log_softmax"),
)
ACTIVATIONS = {n: (getattr(ops, n), getattr(ops, f"{n}_backward")) for n in NAMES}
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


def test_leaky_relu_by_hand():
    y, cache = leaky_relu(np.array([-2.0, 0.0, 3.0]), 0.25)
    np.testing.assert_array_equal(y, [-0.5, 0, 3])
    np.testing.assert_array_equal(leaky_relu_backward(4.0, cache), [1, 1, 4])


def test_elu_by_hand():
    # At -log 2: exp - 1 = 1/2 - 1 = -1/2, times alpha; the slope is alpha * 1/2.
    # At 0 the slope is alpha, that of the left side, as in torch.
    y, cache = elu(np.array([-math.log(2), 0.0, 3.0]), alpha=4.0)
    np.testing.assert_allclose(y, [-2, 0, 3], rtol=1e-15)
    np.testing.assert_allclose(elu_backward(1.0, cache), [2, 4, 1], rtol=1e-15)


def test_gelu_by_hand():
    # Phi(1) = 0.8413447460685429 in any table, Phi(-1) is the rest of 1, and the
    # density there is exp(-1/2) / sqrt(2 pi) = 0.24197072451914337.
    y, cache = gelu(np.array([-1.0, 0.0, 1.0]))
    below, density = 0.8413447460685429, 0.24197072451914337
    np.testing.assert_allclose(y, [-(1 - below), 0, below], rtol=1e-15)
    slope = [1 - below - density, 0.5, below + density]
    np.testing.assert_allclose(gelu_backward(1.0, cache), slope, rtol=1e-14)


def test_silu_by_hand():
    # sigmoid(log 3) = 3/4; the slope is 3/4 * (1 + log 3 * 1/4).
    x = math.log(3)
    y, cache = silu(np.array([0.0, x]))
    np.testing.assert_allclose(y, [0, 3 / 4 * x], rtol=1e-15)
    slope = [1 / 2, 3 / 4 * (1 + x / 4)]
    np.testing.assert_allclose(silu_backward(1.0, cache), slope, rtol=1e-15)


def test_softplus_by_hand():
    # beta = 2: at x = log(2) / 2, exp(2 x) = 2, y = log(1 + 2) / 2, slope 2 / (1 + 2).
    y, cache = softplus(np.array([0.0, math.log(2) / 2, 3.0]), beta=2, threshold=5)
    np.testing.assert_allclose(y, [math.log(2) / 2, math.log(3) / 2, 3], rtol=1e-15)
    slope = softplus_backward(1.0, cache)
    np.testing.assert_allclose(slope, [1 / 2, 2 / 3, 1], rtol=1e-15)


def test_logsigmoid_by_hand():
    y, cache = logsigmoid(np.array([0.0, math.log(3)]))
    np.testing.assert_allclose(y, np.log([1 / 2, 3 / 4]), rtol=1e-15)
    slope = logsigmoid_backward(1.0, cache)
    np.testing.assert_allclose(slope, [1 / 2, 1 / 4], rtol=1e-15)


def test_log_softmax_by_hand():
    y, cache = log_softmax(np.log([1.0, 2.0, 5.0]))
    np.testing.assert_allclose(y, np.log([1 / 8, 2 / 8, 5 / 8]), rtol=1e-15)
    # dy = (8, 0, 0), the sum 8: dx = dy - 8 * (1/8, 2/8, 5/8) = (7, -2, -5).
    dx = log_softmax_backward(np.array([8.0, 0.0, 0.0]), cache)
    np.testing.assert_allclose(dx, [7, -2, -5], rtol=1e-15)


# Finite differences


@activation
def test_gradient(name):
    check_gradients(*ACTIVATIONS[name], random(3, 5, scale=2))
    check_gradients(*ACTIVATIONS[name], random(scale=2))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("leaky_relu", (-0.5,)),
        ("elu", (2.5,)),
        ("gelu", ("tanh",)),
        ("softplus", (3, 0.5)),
        *(("softmax", (dim,)) for dim in (0, 1, 2, -2)),
        *(("log_softmax", (dim,)) for dim in (0, 1, 2, -2)),
    ],
)
def test_gradient_with_options(name, options):
    forward, backward = ACTIVATIONS[name]
    check_gradients(lambda x: forward(x, *options), backward, random(2, 3, 5, scale=2))


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


def test_gelu_is_x_times_the_normal_distribution():
    x = np.concatenate([np.linspace(-12, 12, 4001), np.logspace(-9, 0, 50)])
    exact = [v * 0.5 * math.erfc(-v / math.sqrt(2)) for v in x]
    np.testing.assert_allclose(gelu(x)[0], exact, rtol=1e-15, atol=4e-15)
    small = gelu(x.astype(np.float32))[0]
    np.testing.assert_allclose(small, exact, rtol=3e-7, atol=5e-7)


def test_gelu_with_tanh_is_within_a_thousandth():
    x = np.linspace(-6, 6, 401)
    apart = np.abs(gelu(x, "tanh")[0] - gelu(x)[0]).max()
    assert 1e-4 < apart < 1e-3


def test_relatives():
    x = random(101, scale=5)
    np.testing.assert_allclose(silu(x)[0], x * sigmoid(x)[0], rtol=1e-15)
    np.testing.assert_allclose(logsigmoid(x)[0], np.log(sigmoid(x)[0]), atol=1e-14)
    np.testing.assert_allclose(
        softplus(x)[0], -logsigmoid(-x)[0], rtol=1e-13, atol=1e-9
    )
    np.testing.assert_allclose(log_softmax(x)[0], np.log(softmax(x)[0]), rtol=1e-13)
    np.testing.assert_array_equal(leaky_relu(x, 0)[0], relu(x)[0])


# Numerics


@activation
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_dtypes_are_kept(name, dtype):
    forward, backward = ACTIVATIONS[name]
    y, cache = forward(random(3, 5).astype(dtype))
    assert y.dtype == dtype
    assert backward(random(3, 5), cache).dtype == dtype  # with a float64 dy too


@activation
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_])
def test_integers_are_computed_as_float64(name, dtype):
    forward, _ = ACTIVATIONS[name]
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
    np.testing.assert_array_equal(log_softmax(x[1:4])[0], [-2e4, -1e4, 0])
    np.testing.assert_array_equal(softplus(x)[0][[0, 1, 3, 4]], [0, 0, 1e4, np.inf])
    np.testing.assert_array_equal(elu(x)[0], [-1, -1, 0, 1e4, np.inf])
    np.testing.assert_array_equal(logsigmoid(x)[0][[0, 1, 3]], [-np.inf, -1e4, 0])
    np.testing.assert_array_equal(silu(x[1:4])[0], [0, 0, 1e4])
    np.testing.assert_array_equal(gelu(x[1:4])[0], [0, 0, 1e4])
    for forward, backward in ACTIVATIONS.values():
        dx = backward(np.ones(3, dtype), forward(x[1:4])[1])
        assert np.isfinite(dx).all()


def test_sigmoid_keeps_its_digits_far_out():
    # sigmoid(-100) = exp(-100) to within exp(-200): 0.5 (1 + tanh) would give 0.
    np.testing.assert_allclose(sigmoid(-100.0)[0], math.exp(-100), rtol=1e-15)


def test_logsigmoid_keeps_its_digits_far_out():
    y, cache = logsigmoid(np.array([40.0]))
    np.testing.assert_allclose(y, -math.exp(-40), rtol=1e-15)
    np.testing.assert_allclose(
        logsigmoid_backward(1.0, cache), math.exp(-40), rtol=1e-15
    )


def test_relu_stops_an_infinite_gradient():
    # The bits of dy are masked: a product would be inf * 0 = nan.
    _, cache = relu(np.array([-1.0, 0.0, np.nan, 1.0]))
    dx = relu_backward(np.array([np.inf, np.nan, 2.0, -np.inf]), cache)
    np.testing.assert_array_equal(dx, [0, 0, 2, -np.inf])  # and nan lets dy through


def test_relu_of_strided_arrays():
    x, dy = random(4, 6)[:, ::2], random(6, 4, seed=1)[::2].T
    np.testing.assert_array_equal(relu_backward(dy, relu(x)[1]), dy * (x > 0))


def test_softmax_with_a_large_offset_in_float32():
    x = np.array([0, 1, 3], dtype=np.float32)
    expected = np.exp([0, 1, 3]) / np.exp([0, 1, 3]).sum()
    for offset in np.float32([-1e4, 0, 1e4]):
        np.testing.assert_allclose(softmax(x + offset)[0], expected, rtol=3e-7)


def test_nan_is_passed_on():
    for forward, _ in ACTIVATIONS.values():
        assert np.isnan(forward(np.array([np.nan]))[0]).all()


def test_softmax_of_nothing():
    assert softmax(np.zeros((0, 3)))[0].tolist() == []
    assert softmax(np.zeros((3, 0)))[0].tolist() == [[], [], []]


@activation
def test_inputs_are_left_alone(name):
    forward, backward = ACTIVATIONS[name]
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
        f"softmax: dim must be a whole number, but {dim!r} came. "
        f"Name an axis from -2 to 1."
    )


def test_gelu_approximated_by_something_else():
    with pytest.raises(ValueError, match="gelu") as error:
        gelu(np.zeros(2), approximate="sigmoid")
    assert str(error.value) == (
        "gelu: approximate must be 'none' or 'tanh', but 'sigmoid' came. "
        "Choose one of the two."
    )
