import numpy as np
import pytest
import sklearn.metrics
import torch

import lessons_pkg as lp
from lessons_pkg.metrics import mean_absolute_error, mean_squared_error, r2

from .said import sentence_of

ALL = [mean_squared_error, mean_absolute_error, r2]

# Differences 1, -2, 0, 1; the targets' mean is 5, their distances from it -3, -1, 1, 3.
PREDICTED, TARGET = [3.0, 2.0, 6.0, 9.0], [2.0, 4.0, 6.0, 8.0]


def test_by_hand():
    assert mean_squared_error(PREDICTED, TARGET) == (1 + 4 + 0 + 1) / 4
    assert mean_absolute_error(PREDICTED, TARGET) == (1 + 2 + 0 + 1) / 4
    assert r2(PREDICTED, TARGET) == pytest.approx(1 - 6 / (9 + 1 + 1 + 9))


def test_the_two_ends_of_r2():
    assert r2(TARGET, TARGET) == 1
    assert r2([5.0] * 4, TARGET) == 0  # the mean
    assert r2(TARGET[::-1], TARGET) == 1 - (36 + 4 + 4 + 36) / 20  # -3


def test_columns_are_averaged():
    p, y = np.array([[1.0, 5], [2, 5], [3, 7]]), np.array([[1.0, 4], [2, 6], [4, 8]])
    # Squares 0 0 1 and 1 1 1; the targets' spreads are 14/3 and 8.
    assert mean_squared_error(p, y) == 4 / 6
    assert mean_absolute_error(p, y) == 4 / 6
    assert r2(p, y) == pytest.approx(((1 - 3 / 14) + (1 - 3 / 8)) / 2)


@pytest.mark.parametrize("shape", [(2,), (29,), (3, 2), (31, 5)])
@pytest.mark.parametrize("seed", range(5))
def test_as_in_scikit_learn(seed, shape):
    rng = np.random.default_rng(seed)
    target = rng.normal(3, 10.0 ** rng.integers(-3, 4), shape)
    predicted = target + rng.normal(size=shape)
    for ours, theirs in (
        (mean_squared_error, sklearn.metrics.mean_squared_error),
        (mean_absolute_error, sklearn.metrics.mean_absolute_error),
        (r2, sklearn.metrics.r2_score),
    ):
        want = theirs(target, predicted)
        assert ours(predicted, target) == pytest.approx(want, rel=1e-9)


def test_whole_numbers_do_not_overflow():
    predicted, target = np.array([0, 255], np.uint8), np.array([255, 0], np.uint8)
    assert mean_squared_error(predicted, target) == 255**2
    assert mean_absolute_error(predicted, target) == 255


# Error sentences


@pytest.mark.parametrize("f", ALL)
@pytest.mark.parametrize(
    ("predicted", "target", "error_type", "sentence"),
    [
        (
            np.zeros((3, 1)),
            np.zeros(3),
            ValueError,
            "predicted has shape (3, 1), but target has shape (3,). "
            "Give both one shape, or NumPy pairs each row with others.",
        ),
        (
            [],
            [],
            ValueError,
            "predicted and target are empty, and a share of nothing is undefined. "
            "Give at least one example.",
        ),
        (
            [1.0, 2.0],
            [1.0, np.inf],
            ValueError,
            "target holds inf at index [1]. Give finite numbers only.",
        ),
        (
            [[1.0, np.nan]],
            [[1.0, 1.0]],
            ValueError,
            "predicted holds nan at index [0, 1]. Give finite numbers only.",
        ),
        (
            3.0,
            [3.0],
            ValueError,
            "predicted must have shape (N,) or (N, K), but came with shape (). "
            "Give one row an example.",
        ),
        (
            [1.0],
            [None],
            TypeError,
            "target must hold real numbers, but its dtype is object. "
            "Turn it into floats first.",
        ),
    ],
)
def test_what_cannot_be_compared(f, predicted, target, error_type, sentence):
    said = sentence_of(error_type, f, predicted, target)
    assert said == f"{f.__name__}: {sentence}"


@pytest.mark.parametrize(
    "target", [[0.1] * 7, [5.0], np.column_stack([np.arange(7), [0.1] * 7])]
)
def test_nothing_to_explain(target):
    assert sentence_of(ValueError, r2, np.zeros(np.shape(target)), target) == (
        "r2: the target is constant, so that there is no spread to explain and "
        "R^2 is undefined. Give targets that differ, or use mean_squared_error."
    )


@pytest.mark.parametrize("size", [1e308, 1e-200])
def test_squares_that_leave_the_range(size):
    predicted, target = np.array([[size, -size], [-size, size]])
    assert sentence_of(ValueError, r2, predicted, target) == (
        "r2: the squares leave the range of floats, so that R^2 cannot be computed. "
        "Divide predicted and target by one number first: R^2 stays the same."
    )
    assert r2(predicted / size, target / size) == -3


@pytest.mark.parametrize("engine", [torch, lp])
@pytest.mark.parametrize("measure", [mean_squared_error, mean_absolute_error, r2])
def test_tensors_may_have_a_gradient(measure, engine):
    p, y = [1.0, 2.0, 6.0], [1.0, 2.0, 3.0]
    given = [engine.tensor(values, requires_grad=True) for values in (p, y)]
    assert measure(*given) == pytest.approx(measure(p, y))
