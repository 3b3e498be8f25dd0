import re

import numpy as np
import pytest

from lessons_pkg.ops import (
    batch_norm,
    batch_norm_backward,
    group_norm,
    group_norm_backward,
    layer_norm,
    layer_norm_backward,
    rms_norm,
    rms_norm_backward,
)

from .check import check_gradients, random

# By hand


def test_batch_norm_by_hand():
    # The channel (1, 3): mean 2, variance ((1-2)^2 + (3-2)^2) / 2 = 1, xhat = -1, 1.
    # The channel (0, 4): mean 2, variance 4, xhat = -1, 1. Divided by n - 1: 2 and 8.
    x = np.array([[1.0, 0.0], [3.0, 4.0]])
    mean, var = np.array([10.0, 10.0]), np.array([1.0, 1.0])
    weight, bias = np.array([5.0, 6.0]), np.array([0.0, 100.0])
    y, cache = batch_norm(x, mean, var, weight, bias, True, momentum=0.25, eps=0.0)
    np.testing.assert_array_equal(y, [[-5, 94], [5, 106]])
    np.testing.assert_array_equal(mean, [8, 8])  # 3/4 * 10 + 1/4 * 2
    np.testing.assert_array_equal(var, [1.25, 2.75])  # 3/4 * 1 + 1/4 * 2, + 1/4 * 8

    dy = np.array([[1.0, 1.0], [1.0, 0.0]])
    dx, _, _, dweight, dbias = batch_norm_backward(dy, cache)
    np.testing.assert_array_equal(dweight, [0, -1])  # -1 + 1, -1 * 1 + 0
    np.testing.assert_array_equal(dbias, [2, 1])
    # Two numbers always become -1 and 1: whatever dy is, x cannot change that.
    np.testing.assert_array_equal(dx, np.zeros((2, 2)))


def test_batch_norm_in_evaluation_by_hand():
    mean, var = np.array([1.0]), np.array([4.0])
    y, cache = batch_norm([[5.0], [1.0]], mean, var, eps=0.0)
    np.testing.assert_array_equal(y, [[2], [0]])  # (5 - 1) / 2
    dx, *rest = batch_norm_backward(np.array([[6.0], [0.0]]), cache)
    np.testing.assert_array_equal(dx, [[3], [0]])  # 6 / 2
    assert rest == [None] * 4
    assert (mean, var) == (1, 4)  # as they were


def test_layer_norm_by_hand():
    # (1, 2, 3): mean 2, variance 2/3; dy = (1, 0, 0), xhat = (-1, 0, 1) r, r^2 = 3/2.
    # dx = r (dy - 1/3 - xhat * mean(dy xhat)) = r (2/3 - 1/2, -1/3, -1/3 + 1/2).
    y, cache = layer_norm([[1.0, 2.0, 3.0]], (3,), eps=0.0)
    r = np.sqrt(1.5)
    np.testing.assert_allclose(y, [[-r, 0, r]], rtol=1e-15)
    dx, *_ = layer_norm_backward(np.array([[1.0, 0.0, 0.0]]), cache)
    np.testing.assert_allclose(dx, [[r / 6, -r / 3, r / 6]], rtol=1e-14)


def test_group_norm_by_hand():
    # Channels 0 and 1 are one group, (1, 3); channels 2 and 3 the other, (0, 4).
    y, _ = group_norm([[1.0, 3.0, 0.0, 4.0]], 2, [1, 1, 2, 2], [0, 0, 0, 9], eps=0.0)
    np.testing.assert_array_equal(y, [[-1, 1, -2, 11]])


def test_rms_norm_by_hand():
    # The mean square of (3, 4, 0, 0, 0) is 25 / 5, its root sqrt 5.
    y, cache = rms_norm([3.0, 4.0, 0.0, 0.0, 0.0], (5,), eps=0.0)
    np.testing.assert_allclose(y, np.array([3, 4, 0, 0, 0]) / np.sqrt(5), rtol=1e-15)
    # Along x itself the gradient is 0: a longer x gives the same y.
    dx, *_ = rms_norm_backward(y, cache)
    np.testing.assert_allclose(dx, np.zeros(5), atol=1e-16)


# Finite differences


@pytest.mark.parametrize("shape", [(5, 3), (4, 3, 2), (2, 3, 2, 3)])
@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_gradient(shape, training):
    mean, var = random(3, seed=4), random(3, seed=5) ** 2 + 0.5

    def forward(x, weight, bias):
        return batch_norm(x, mean.copy(), var.copy(), weight, bias, training)

    def backward(dy, cache):
        dx, dmean, dvar, dweight, dbias = batch_norm_backward(dy, cache)
        assert dmean is dvar is None
        return dx, dweight, dbias

    check_gradients(
        forward, backward, random(*shape), random(3, seed=2), random(3, seed=3)
    )


def without_second(backward):
    return lambda dy, cache: tuple(
        d for i, d in enumerate(backward(dy, cache)) if i != 1
    )


@pytest.mark.parametrize("shape", [(5,), (3, 5), (2, 5)])
def test_layer_norm_gradient(shape):
    inputs = random(4, *shape), random(*shape, seed=2), random(*shape, seed=3)
    check_gradients(
        lambda x, w, b: layer_norm(x, shape, w, b),
        without_second(layer_norm_backward),
        *inputs,
    )
    check_gradients(
        lambda x, w: rms_norm(x, shape, w),
        without_second(rms_norm_backward),
        *inputs[:2],
    )


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_group_norm_gradient(groups):
    check_gradients(
        lambda x, w, b: group_norm(x, groups, w, b),
        without_second(group_norm_backward),
        *(random(2, 6, 3, 2), random(6, seed=2), random(6, seed=3)),
    )


@pytest.mark.parametrize("weight", [None, random(3, seed=2)])
@pytest.mark.parametrize("bias", [None, random(3, seed=3)])
def test_no_gradient_for_what_is_not_there(weight, bias):
    _, cache = batch_norm(random(5, 3), None, None, weight, bias, training=True)
    *_, dweight, dbias = batch_norm_backward(random(5, 3), cache)
    assert (dweight is None, dbias is None) == (weight is None, bias is None)


# Properties


def test_mean_0_and_variance_1():
    x = random(5, 6, 4, scale=3) + 7
    for y, axes in [
        (batch_norm(x, None, None, training=True)[0], (0, 2)),
        (layer_norm(x, (6, 4))[0], (1, 2)),
        (group_norm(x, 1)[0], (1, 2)),
        (group_norm(x, 6)[0], 2),
    ]:
        np.testing.assert_allclose(y.mean(axes), 0, atol=1e-14)
        np.testing.assert_allclose(y.var(axes), 1, rtol=1e-4)  # less the share of eps


def test_another_unit_and_origin_change_nothing():
    x = random(5, 6)
    for norm in (
        lambda x: layer_norm(x, (6,), eps=0.0),
        lambda x: group_norm(x, 2, eps=0.0),
    ):
        np.testing.assert_allclose(norm(3 * x - 8)[0], norm(x)[0], rtol=1e-12)
    np.testing.assert_allclose(
        rms_norm(3 * x, (6,), eps=0.0)[0], rms_norm(x, (6,), eps=0.0)[0]
    )


def test_one_group_is_a_layer_and_single_channels_are_instances():
    x = random(5, 6, 4)
    np.testing.assert_allclose(
        group_norm(x, 1)[0], layer_norm(x, (6, 4))[0], rtol=1e-12
    )
    alone = [batch_norm(one[None], None, None, training=True)[0][0] for one in x]
    np.testing.assert_allclose(group_norm(x, 6)[0], alone, rtol=1e-12)


def test_running_statistics_come_near_those_of_the_data():
    mean, var = np.zeros(3), np.ones(3)
    for seed in range(200):
        batch_norm(random(50, 3, seed=seed, scale=2) + 5, mean, var, training=True)
    np.testing.assert_allclose(mean, 5, atol=0.3)
    np.testing.assert_allclose(var, 4, atol=0.6)


# Numerics


def test_a_large_offset_in_float32():
    x = (random(64, 5) + 1000).astype(np.float32)
    exact, _ = layer_norm(x.astype(np.float64), (5,))
    got, cache = layer_norm(x, (5,))
    assert got.dtype == layer_norm_backward(x, cache)[0].dtype == np.float32
    np.testing.assert_allclose(got, exact, atol=1e-3)  # the naive E x^2 - (E x)^2: 0.05


def test_an_empty_batch_leaves_the_running_statistics_alone():
    mean, var = np.ones(3), np.ones(3)
    with np.errstate(invalid="ignore"):
        y, cache = batch_norm(np.zeros((0, 3)), mean, var, training=True)
        dx, *_ = batch_norm_backward(np.zeros((0, 3)), cache)
    assert y.shape == dx.shape == (0, 3)
    np.testing.assert_array_equal([mean, var], np.ones((2, 3)))


@pytest.mark.parametrize("weight", [None, random(6, seed=2)])
def test_inputs_are_left_alone(weight):
    x, dy = random(5, 6), random(5, 6, seed=1)
    x.setflags(write=False)
    dy.setflags(write=False)
    for forward, backward in [
        (lambda: batch_norm(x, None, None, weight, training=True), batch_norm_backward),
        (lambda: layer_norm(x, (6,), weight), layer_norm_backward),
        (lambda: group_norm(x, 2, weight), group_norm_backward),
        (lambda: rms_norm(x, (6,), weight), rms_norm_backward),
    ]:
        _, cache = forward()
        first = backward(dy, cache)[0].copy()
        np.testing.assert_array_equal(backward(dy, cache)[0], first)


# Error sentences

SENTENCES = [
    (
        lambda: batch_norm(np.zeros(3), None, None, training=True),
        "batch_norm: x must be (N, C) or (N, C, d1, ...), but came with shape (3,). "
        "For one example write x[None].",
    ),
    (
        lambda: batch_norm(np.zeros((1, 3)), None, None, training=True),
        "batch_norm: in training each channel needs more than 1 value, but x has shape "
        "(1, 3). Give more examples, or normalise with training=False.",
    ),
    (
        lambda: batch_norm(np.zeros((2, 3)), None, None),
        "batch_norm: without training=True, running_mean and running_var must be given: "
        "there is nothing else to normalise by.",
    ),
    (
        lambda: batch_norm(np.zeros((2, 3)), np.zeros(2), np.zeros(3)),
        "batch_norm: running_mean must have shape (3,) to go with x, but came with shape "
        "(2,).",
    ),
    (
        lambda: layer_norm(np.zeros((2, 3)), (2,)),
        "layer_norm: x of shape (2, 3) does not end in normalized_shape (2,). "
        "Name the sizes of its last axes.",
    ),
    (
        lambda: rms_norm(np.zeros((2, 3)), (3,), np.ones(1)),
        "rms_norm: weight must have shape (3,) to go with x, but came with shape (1,).",
    ),
    (
        lambda: group_norm(np.zeros((2, 6)), 4),
        "group_norm: the 6 channels of x (2, 6) do not divide into 4 groups. "
        "Choose num_groups among the divisors.",
    ),
]


@pytest.mark.parametrize(("call", "sentence"), SENTENCES)
def test_what_does_not_fit(call, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call()
