"""The gradient check must be able to fail."""

import numpy as np
import pytest

from lessons_pkg.ops import (
    linear,
    linear_backward,
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

WRONG = {
    "zero": lambda backward: lambda dy, cache: 0 * backward(dy, cache),
    "sign flipped": lambda backward: lambda dy, cache: -backward(dy, cache),
    "twice as large": lambda backward: lambda dy, cache: 2 * backward(dy, cache),
    "float32": lambda backward: lambda dy, cache: np.float32(backward(dy, cache)),
    "dy ignored": lambda backward: lambda dy, cache: backward(np.ones_like(dy), cache),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (relu, relu_backward),
        (sigmoid, sigmoid_backward),
        (tanh, tanh_backward),
        (softmax, softmax_backward),
    ],
)
def test_a_wrong_backward_is_rejected(forward, backward, wrong):
    with pytest.raises(AssertionError, match="gradient of input 0"):
        check_gradients(forward, WRONG[wrong](backward), random(3, 5))


@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_one_wrong_gradient_of_three_is_rejected(wrong):
    def backward(dy, cache):
        gradients = list(linear_backward(dy, cache))
        gradients[wrong] = -gradients[wrong]
        return tuple(gradients)

    with pytest.raises(AssertionError, match=f"gradient of input {wrong}"):
        check_gradients(linear, backward, random(3, 5), random(2, 5), random(2))


def test_a_missing_gradient_is_rejected():
    with pytest.raises(AssertionError):
        check_gradients(
            linear,
            lambda dy, cache: linear_backward(dy, cache)[:2],
            random(3, 5),
            random(2, 5),
            random(2),
        )
