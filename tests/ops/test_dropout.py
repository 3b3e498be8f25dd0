import numpy as np
import pytest

from lessons_pkg.ops import dropout, dropout_backward

from .check import check_gradients, random


def test_by_hand():
    # Kept entries are divided by 1 - 3/4: times 4. The others are 0, and pass nothing on.
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    y, cache = dropout(x, 0.75, rng=3)
    kept = y != 0
    assert 0 < kept.sum() < 6
    np.testing.assert_array_equal(y, np.where(kept, 4 * x, 0))
    dx = dropout_backward(np.full(6, 10.0), cache)
    np.testing.assert_array_equal(dx, np.where(kept, 40, 0))


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_gradient(p):
    check_gradients(lambda x: dropout(x, p, rng=0), dropout_backward, random(3, 5))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_share_and_the_expected_value(dtype):
    n, p = 100_000, 0.3
    y, cache = dropout(np.ones(n, dtype), p, rng=0)
    assert y.dtype == dropout_backward(np.ones(n), cache).astype(dtype).dtype == dtype
    share = (y == 0).mean()
    spread = np.sqrt(p * (1 - p) / n)  # of the share, by the binomial distribution
    assert abs(share - p) < 4 * spread
    np.testing.assert_allclose(y[y > 0], 1 / (1 - p), rtol=1e-3)


def test_entries_are_dropped_one_by_one():
    y, _ = dropout(np.ones((200, 300)), 0.5, rng=0)
    for axis in (0, 1):  # no row or column is dropped as a whole
        assert 0.25 < y.mean(axis).min() / 2 < y.mean(axis).max() / 2 < 0.75


@pytest.mark.parametrize(("p", "training"), [(0.5, False), (0.0, True), (1.0, False)])
def test_without_chance_it_is_the_identity(p, training):
    x = random(3, 5)
    y, cache = dropout(x, p, training)
    np.testing.assert_array_equal(y, x)
    assert not np.shares_memory(y, x)
    np.testing.assert_array_equal(dropout_backward(2 * x, cache), 2 * x)


def test_all_dropped_is_zero():
    np.testing.assert_array_equal(dropout(random(3, 5), 1.0)[0], np.zeros((3, 5)))


def test_the_generator_decides():
    x, rng = np.ones(100), np.random.default_rng(7)
    first = dropout(x, rng=rng)[0]
    assert (dropout(x, rng=rng)[0] != first).any()  # it goes on
    np.testing.assert_array_equal(dropout(x, rng=7)[0], first)  # a seed starts again


@pytest.mark.parametrize("p", [-0.1, 1.5])
def test_p_is_a_probability(p):
    with pytest.raises(ValueError, match="dropout") as error:
        dropout(np.ones(3), p)
    assert str(error.value) == f"dropout: p must be a probability, but {p} came."
