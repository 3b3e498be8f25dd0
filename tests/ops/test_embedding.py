import re

import numpy as np
import pytest

from lessons_pkg.ops import embedding, embedding_backward, linear, linear_backward

from .check import random


def test_by_hand():
    weight = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    y, cache = embedding([[2, 0], [2, 2]], weight)
    np.testing.assert_array_equal(y, [[[5, 6], [1, 2]], [[5, 6], [5, 6]]])
    # Row 2 was used three times, and its gradients add up; row 1 was not used.
    dy = np.array([[[1.0, 0.0], [7.0, 8.0]], [[10.0, 0.0], [100.0, -1.0]]])
    dx, dweight = embedding_backward(dy, cache)
    assert dx is None
    np.testing.assert_array_equal(dweight, [[7, 8], [0, 0], [111, -1]])


@pytest.mark.parametrize("shape", [(), (7,), (3, 4), (0,), (2, 0)])
@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_it_is_linear_of_one_hot(shape, dtype):
    x = np.random.default_rng(0).integers(0, 5, shape).astype(dtype)
    weight, dy = random(5, 3), random(*shape, 3, seed=1)
    expected, linear_cache = linear(np.eye(5)[x], weight.T)
    y, cache = embedding(x, weight)
    np.testing.assert_array_equal(y, expected)
    dweight = linear_backward(dy, linear_cache)[1].T
    np.testing.assert_allclose(embedding_backward(dy, cache)[1], dweight, atol=1e-15)


@pytest.mark.parametrize("padding_idx", [2, -3])
def test_the_padding_gets_no_gradient(padding_idx):
    x, weight, dy = np.array([0, 2, 2, 4]), random(5, 3), random(4, 3, seed=1)
    _, cache = embedding(x, weight, padding_idx)
    _, dweight = embedding_backward(dy, cache)
    np.testing.assert_array_equal(
        dweight, [dy[0], 0 * dy[0], 0 * dy[0], 0 * dy[0], dy[3]]
    )


def test_layouts_and_dtypes():
    x, dy = np.arange(12).reshape(4, 3).T % 5, random(4, 3, 2).transpose(1, 0, 2)
    weight = random(2, 5).T.astype(np.float32)
    y, cache = embedding(x, weight)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y[2, 3], weight[x[2, 3]])
    _, dweight = embedding_backward(dy.astype(np.float32), cache)
    assert dweight.dtype == np.float32
    np.testing.assert_allclose(dweight[0], dy[x == 0].sum(axis=0), rtol=1e-5)


SENTENCES = [
    (
        [0, 5],
        random(5, 3),
        None,
        "embedding: x holds 0 to 5, but weight (5, 3) has rows 0 to 4. "
        "Check num_embeddings of the layer.",
    ),
    (
        [-1, 2],
        random(5, 3),
        None,
        "embedding: x holds -1 to 2, but weight (5, 3) has rows 0 to 4. "
        "Check num_embeddings of the layer.",
    ),
    (
        [0],
        random(5),
        None,
        "embedding: weight must have shape (num_embeddings, embedding_dim), but came "
        "with shape (5,).",
    ),
    ([0], random(5, 3), 5, "embedding: padding_idx=5 is no row of weight (5, 3)."),
]


@pytest.mark.parametrize(("x", "weight", "padding_idx", "sentence"), SENTENCES)
def test_what_does_not_fit(x, weight, padding_idx, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        embedding(x, weight, padding_idx)


@pytest.mark.parametrize("x", [[1.0], [True]])
def test_rows_are_named_by_whole_numbers(x):
    with pytest.raises(TypeError) as error:
        embedding(x, random(5, 3))
    assert str(error.value) == (
        f"embedding: x must hold row numbers, but its dtype is {np.asarray(x).dtype}. "
        f"Convert it to int64 first."
    )
