import math

import numpy as np
import pytest

from lessons_pkg.ops import (
    scaled_dot_product_attention,
    scaled_dot_product_attention_backward,
)

from .check import check_gradients, random


def qkv(*batch, L=3, S=4, E=2, Ev=5):
    sizes = (L, E), (S, E), (S, Ev)
    return [random(*batch, *size, seed=i) for i, size in enumerate(sizes)]


def test_by_hand():
    # Scores 1 * log 1 and 1 * log 3: the weights are 1/4 and 3/4, y = 8/4 + 4 * 3/4 = 5.
    query, key, value = (
        np.ones((1, 1)),
        np.log([[1.0], [3.0]]),
        np.array([[8.0], [4.0]]),
    )
    y, cache = scaled_dot_product_attention(query, key, value, scale=1.0)
    np.testing.assert_allclose(y, [[5.0]], rtol=1e-15)

    dquery, dkey, dvalue, dmask = scaled_dot_product_attention_backward(
        np.ones((1, 1)), cache
    )
    # ds = p * (v - 5): 1/4 * 3 = 3/4 and 3/4 * (-1) = -3/4; times the keys, or the query.
    np.testing.assert_allclose(dquery, [[-3 / 4 * math.log(3)]], rtol=1e-14)
    np.testing.assert_allclose(dkey, [[3 / 4], [-3 / 4]], rtol=1e-14)
    np.testing.assert_allclose(dvalue, [[1 / 4], [3 / 4]], rtol=1e-14)
    assert dmask is None


@pytest.mark.parametrize("batch", [(), (2,), (2, 3)])
def test_gradient(batch):
    check_gradients(
        scaled_dot_product_attention,
        scaled_dot_product_attention_backward,
        *qkv(*batch),
        random(3, 4, seed=7),  # a mask of floats
    )


def test_gradient_where_axes_broadcast():
    query, _, value = qkv()
    check_gradients(
        lambda *inputs: scaled_dot_product_attention(*inputs, is_causal=True),
        lambda dy, cache: scaled_dot_product_attention_backward(dy, cache)[:3],
        query,
        random(2, 1, 4, 2),
        value[None, None],
    )


# Properties


def test_the_order_of_keys_does_not_matter():
    query, key, value = qkv(2)
    order = [2, 0, 3, 1]
    y, _ = scaled_dot_product_attention(query, key, value)
    permuted, _ = scaled_dot_product_attention(query, key[:, order], value[:, order])
    np.testing.assert_allclose(permuted, y, rtol=1e-13)


def test_equal_keys_give_the_mean_of_the_values():
    query, key, value = qkv()
    y, _ = scaled_dot_product_attention(query, np.ones_like(key), value)
    np.testing.assert_allclose(y, np.tile(value.mean(axis=0), (3, 1)), rtol=1e-14)


def test_causal_attention_does_not_see_what_is_later():
    query, key, value = qkv(L=4)
    y, cache = scaled_dot_product_attention(query, key, value, is_causal=True)
    mask = np.tri(4, dtype=bool)
    np.testing.assert_array_equal(
        y, scaled_dot_product_attention(query, key, value, mask)[0]
    )
    np.testing.assert_array_equal(y[0], value[0])  # the first sees only itself
    dy = np.zeros_like(y)
    dy[1] = 1
    _, dkey, dvalue, _ = scaled_dot_product_attention_backward(dy, cache)
    np.testing.assert_array_equal(dkey[2:], 0)
    np.testing.assert_array_equal(dvalue[2:], 0)


@pytest.mark.parametrize(
    "row", [np.zeros(4, bool), np.full(4, -np.inf)], ids=["booleans", "floats"]
)
def test_who_may_look_nowhere_gets_zero(row):
    mask = np.stack([row, np.ones_like(row), row])
    y, cache = scaled_dot_product_attention(*qkv(), mask)
    np.testing.assert_array_equal(y[[0, 2]], 0)
    assert (y[1] != 0).all()
    dquery, *_ = scaled_dot_product_attention_backward(np.ones_like(y), cache)
    np.testing.assert_array_equal(dquery[[0, 2]], 0)


def test_only_what_is_needed_is_computed():
    y, cache = scaled_dot_product_attention(*qkv(), random(3, 4))
    all_four = scaled_dot_product_attention_backward(np.ones_like(y), cache)
    for i in range(4):
        needs = tuple(j == i for j in range(4))
        some = scaled_dot_product_attention_backward(np.ones_like(y), cache, needs)
        assert [g is None for g in some] == [not need for need in needs]
        np.testing.assert_array_equal(some[i], all_four[i])


# Numerics


def test_float32_is_kept():
    inputs = [x.astype(np.float32) for x in qkv(2)]
    mask = np.tri(3, 4, dtype=bool)
    y, cache = scaled_dot_product_attention(*inputs, mask)
    exact, _ = scaled_dot_product_attention(
        *(x.astype(np.float64) for x in inputs), mask
    )
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, exact, rtol=1e-5, atol=1e-6)
    gradients = scaled_dot_product_attention_backward(np.ones_like(y), cache)[:3]
    assert {g.dtype for g in gradients} == {y.dtype}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_scores_do_not_overflow(dtype):
    query = np.array([[1e4], [-1e4]], dtype)
    key, value = np.array([[1e4], [-1e4]], dtype), np.array([[1.0], [2.0]], dtype)
    y, cache = scaled_dot_product_attention(query, key, value)
    np.testing.assert_array_equal(y, value)
    dquery, dkey, *_ = scaled_dot_product_attention_backward(np.ones_like(y), cache)
    np.testing.assert_array_equal([*dquery, *dkey], 0)


def test_inputs_are_left_alone():
    inputs = [*qkv(), random(3, 4), random(3, 5, seed=9)]
    for array in inputs:
        array.setflags(write=False)
    *inputs, dy = inputs
    _, cache = scaled_dot_product_attention(*inputs)
    first = [g.copy() for g in scaled_dot_product_attention_backward(dy, cache)]
    for a, b in zip(
        first, scaled_dot_product_attention_backward(dy, cache), strict=True
    ):
        np.testing.assert_array_equal(a, b)


# Error sentences

WHO = "scaled_dot_product_attention: "


@pytest.mark.parametrize(
    "shapes",
    [
        [(3, 2), (4, 5), (4, 2)],
        [(3, 2), (4, 2), (5, 2)],
        [(2,), (4, 2), (4, 2)],
        [(2, 3, 2), (3, 4, 2), (3, 4, 2)],
    ],
)
def test_shapes_that_do_not_fit(shapes):
    with pytest.raises(ValueError, match="attention") as error:
        scaled_dot_product_attention(*(np.zeros(shape) for shape in shapes))
    q, k, v = shapes
    assert str(error.value) == (
        f"{WHO}query (..., L, E), key (..., S, E) and value (..., S, Ev) do not fit "
        f"together: their shapes are {q}, {k} and {v}."
    )


@pytest.mark.parametrize(
    ("mask", "error", "sentence"),
    [
        (
            np.ones((4, 3), bool),
            ValueError,
            "attn_mask of shape (4, 3) does not broadcast to the scores, (3, 4). "
            "Give it the shape (L, S), or (..., L, S).",
        ),
        (
            np.ones((2, 3, 4)),  # would make the output larger
            ValueError,
            "attn_mask of shape (2, 3, 4) does not broadcast to the scores, (3, 4). "
            "Give it the shape (L, S), or (..., L, S).",
        ),
        (
            np.ones((3, 4), int),
            TypeError,
            "attn_mask must hold booleans or floats, but its dtype is int64. "
            "Convert it to bool: True is where a query may look.",
        ),
    ],
)
def test_masks_that_do_not_fit(mask, error, sentence):
    with pytest.raises(error) as raised:
        scaled_dot_product_attention(*qkv(), mask)
    assert str(raised.value) == WHO + sentence


def test_two_masks_at_once():
    with pytest.raises(ValueError, match="attn_mask") as error:
        scaled_dot_product_attention(*qkv(), np.ones((3, 4)), is_causal=True)
    assert str(error.value) == (
        f"{WHO}attn_mask and is_causal=True came together. Leave out one of them, or "
        f"take np.tri into the mask."
    )


def test_dtypes_that_differ():
    query, key, value = qkv()
    with pytest.raises(TypeError) as error:
        scaled_dot_product_attention(query.astype(np.float32), key, value)
    assert str(error.value) == (
        f"{WHO}query, key and value must have one dtype, but float32, float64, float64 "
        f"came. Convert them to one."
    )
