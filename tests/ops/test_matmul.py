import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.ops import linear, linear_backward

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


def test_by_hand():
    x = np.array([[1.0, 2.0], [0.0, -1.0]])  # two examples
    weight = np.array([[3.0, 4.0], [5.0, 0.0], [1.0, 1.0]])  # three neurons
    bias = np.array([10.0, 20.0, 30.0])
    y, cache = linear(x, weight, bias)
    # The first example: 1*3 + 2*4 + 10 = 21,  1*5 + 20 = 25,  1 + 2 + 30 = 33.
    # The second:        -1*4 + 10 = 6,        20,             -1 + 30 = 29.
    np.testing.assert_array_equal(y, [[21, 25, 33], [6, 20, 29]])

    dy = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]])
    dx, dweight, dbias = linear_backward(dy, cache)
    # dx is dy-weighted rows of weight: 1*(3, 4) + 2*(1, 1) = (5, 6),
    # and 1*(5, 0) + 1*(1, 1) = (6, 1).
    np.testing.assert_array_equal(dx, [[5, 6], [6, 1]])
    # dweight is dy-weighted examples, neuron by neuron: (1, 2); (0, -1);
    # 2*(1, 2) + 1*(0, -1) = (2, 3).
    np.testing.assert_array_equal(dweight, [[1, 2], [0, -1], [2, 3]])
    np.testing.assert_array_equal(dbias, [1, 1, 3])


@pytest.mark.parametrize("shape", [(7, 5), (5,), (2, 7, 5), (1, 5)])
def test_gradient(shape):
    x, weight, bias = random(*shape), random(3, 5, seed=2), random(3, seed=3)
    check_gradients(linear, linear_backward, x, weight, bias)
    check_gradients(linear, lambda dy, cache: linear_backward(dy, cache)[:2], x, weight)


def test_without_bias_there_is_no_gradient_for_it():
    _, cache = linear(random(7, 5), random(3, 5))
    assert linear_backward(random(7, 3), cache)[2] is None


# Properties


def test_each_example_alone_gives_the_same():
    x, weight, bias = random(7, 5), random(3, 5, seed=2), random(3, seed=3)
    alone = np.stack([linear(row, weight, bias)[0] for row in x])
    np.testing.assert_allclose(linear(x, weight, bias)[0], alone, rtol=1e-13)


def test_permuted_neurons_give_permuted_outputs():
    x, weight, bias = random(7, 5), random(3, 5, seed=2), random(3, seed=3)
    order = [2, 0, 1]
    got, _ = linear(x, weight[order], bias[order])
    np.testing.assert_allclose(got, linear(x, weight, bias)[0][:, order], rtol=1e-13)


def test_sums_and_multiples_pass_through():
    a, b, weight = random(7, 5), random(7, 5, seed=1), random(3, 5, seed=2)
    got, _ = linear(2 * a - 3 * b, weight)
    expected = 2 * linear(a, weight)[0] - 3 * linear(b, weight)[0]
    np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-13)


# Numerics


def test_float32_is_kept():
    inputs = [random(*shape).astype(np.float32) for shape in [(7, 5), (3, 5), (3,)]]
    y, cache = linear(*inputs)
    assert y.dtype == np.float32
    exact, _ = linear(*(x.astype(np.float64) for x in inputs))
    np.testing.assert_allclose(y, exact, rtol=1e-5, atol=1e-6)
    assert {g.dtype for g in linear_backward(random(7, 3), cache)} == {y.dtype}


def test_integers_are_computed_as_float64():
    y, cache = linear([[1, 2]], [[3, 4]], [5])
    np.testing.assert_array_equal(y, np.array([[16.0]]), strict=True)  # 3 + 8 + 5
    _, dweight, dbias = linear_backward([[0.5]], cache)  # with ints, 0.5 would be 0
    np.testing.assert_array_equal(dweight, [[0.5, 1.0]])
    np.testing.assert_array_equal(dbias, [0.5])


def test_no_examples_leave_the_weights_alone():
    y, cache = linear(np.zeros((0, 5)), random(3, 5), random(3))
    dx, dweight, dbias = linear_backward(y, cache)
    assert (y.shape, dx.shape) == ((0, 3), (0, 5))
    np.testing.assert_array_equal(dweight, np.zeros((3, 5)), strict=True)
    np.testing.assert_array_equal(dbias, np.zeros(3), strict=True)


def test_inputs_are_left_alone():
    inputs = [random(7, 5), random(3, 5), random(3), random(7, 3)]
    for array in inputs:
        array.setflags(write=False)
    *inputs, dy = inputs
    _, cache = linear(*inputs)
    first = [gradient.copy() for gradient in linear_backward(dy, cache)]
    for a, b in zip(first, linear_backward(dy, cache), strict=True):
        np.testing.assert_array_equal(a, b)


# Error sentences


@pytest.mark.parametrize(
    ("shapes", "sentence"),
    [
        (
            [(7, 5), (5, 3)],
            "linear: x of shape (7, 5) has 5 features, but weight (5, 3) expects 3. "
            "Weight is (out_features, in_features).",
        ),
        (
            [(), (3, 5)],
            "linear: x of shape () has no axis of features, but weight (3, 5) expects "
            "5. Weight is (out_features, in_features).",
        ),
        (
            [(7, 5), (5,)],
            "linear: weight must have shape (out_features, in_features), but came "
            "with shape (5,). For one neuron write weight[None, :].",
        ),
        (
            [(7, 5), (3, 5), (5,)],
            "linear: bias must have shape (3,) to go with weight (3, 5), but came "
            "with shape (5,). Give one number for each neuron.",
        ),
        (
            [(7, 5), (3, 5), (7, 3)],  # would be broadcast in silence
            "linear: bias must have shape (3,) to go with weight (3, 5), but came "
            "with shape (7, 3). Give one number for each neuron.",
        ),
        (
            [(7, 5), (3, 5), ()],
            "linear: bias must have shape (3,) to go with weight (3, 5), but came "
            "with shape (). Give one number for each neuron.",
        ),
    ],
)
def test_shapes_that_do_not_fit(shapes, sentence):
    with pytest.raises(ValueError, match="linear") as error:
        linear(*(np.zeros(shape) for shape in shapes))
    assert str(error.value) == sentence


@pytest.mark.parametrize(("i", "name"), [(0, "x"), (1, "weight"), (2, "bias")])
def test_text_is_refused(i, name):
    inputs = [random(7, 5), random(3, 5), random(3)]
    inputs[i] = inputs[i].astype(str)
    with pytest.raises(TypeError) as error:
        linear(*inputs)
    assert str(error.value) == (
        f"linear: {name} must hold real numbers, but its dtype is <U32. "
        f"Convert it to float32 or float64 first."
    )


# PyTorch


@quick
@given(st.data())
def test_as_in_torch(data):
    dtype, scale = data.draw(dtypes), data.draw(scales)
    leading = (data.draw(batches), data.draw(sizes))[: data.draw(st.integers(0, 2))]
    n_in, n_out = data.draw(sizes), data.draw(sizes)
    inputs = [
        data.draw(arrays((*leading, n_in), dtype, scale)),
        data.draw(arrays((n_out, n_in), dtype)),
        data.draw(arrays((n_out,), dtype)),
    ][: data.draw(st.integers(2, 3))]
    dy = data.draw(arrays((*leading, n_out), dtype))
    y, *gradients = torch_gradients(torch.nn.functional.linear, dy, *inputs)
    got, cache = linear(*inputs)
    assert_same(got, y, scale)
    for ours, theirs in zip(linear_backward(dy, cache), gradients, strict=False):
        assert_same(ours, theirs, 10 * scale)  # sums over the examples
