import numpy as np
import pytest
import sklearn.calibration
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.metrics import (
    brier_score,
    calibration_curve,
    expected_calibration_error,
    log_loss,
)

from .said import quick, sentence_of

# Ten examples in five bins of width 0.2; the bin from 0.4 to 0.6 is empty.
# 0.0-0.2: 0.1 0.1 0.2 -> mean 2/15, 0 of 3     0.2-0.4: 0.3 0.4 -> mean 0.35, 1 of 2
# 0.6-0.8: 0.7 0.8     -> mean 0.75, 2 of 2     0.8-1.0: 0.9 0.9 1.0 -> mean 14/15, 2 of 3
P = [0.1, 0.1, 0.2, 0.3, 0.4, 0.7, 0.8, 0.9, 0.9, 1.0]
TARGET = [0, 0, 0, 0, 1, 1, 1, 1, 0, 1]


def test_calibration_curve_by_hand():
    share, mean, counts = calibration_curve(P, TARGET, n_bins=5)
    np.testing.assert_allclose(share, [0, 1 / 2, 1, 2 / 3])
    np.testing.assert_allclose(mean, [2 / 15, 0.35, 0.75, 14 / 15])
    np.testing.assert_array_equal(counts, [3, 2, 2, 3])


def test_expected_calibration_error_by_hand():
    # (3 * 2/15 + 2 * 0.15 + 2 * 0.25 + 3 * (14/15 - 10/15)) / 10 = 2/10
    got = expected_calibration_error(P, TARGET, n_bins=5)
    assert got == pytest.approx((0.4 + 0.3 + 0.5 + 0.8) / 10)
    assert expected_calibration_error([0.5] * 4, [0, 1, 1, 0]) == 0
    assert expected_calibration_error([1.0] * 4, [0, 0, 0, 0]) == 1


def test_the_confidence_of_many_classes():
    # Confidences 0.6 (right) and 0.8 (wrong), each alone in its bin: (0.4 + 0.8) / 2.
    p, target = np.array([[0.6, 0.3, 0.1], [0.1, 0.1, 0.8]]), [0, 1]
    got = expected_calibration_error(p.max(axis=1), p.argmax(axis=1) == target)
    assert got == pytest.approx(0.6)


def test_brier_score_by_hand():
    assert brier_score([0.9, 0.2], [1, 0]) == pytest.approx((0.01 + 0.04) / 2)
    # Three classes: (0.4^2 + 0.3^2 + 0.1^2) = 0.26 and (0.2^2 + 0.2^2) = 0.08
    p = [[0.6, 0.3, 0.1], [0.2, 0.8, 0.0]]
    assert brier_score(p, [0, 1]) == pytest.approx((0.26 + 0.08) / 2)


def test_log_loss_by_hand():
    p = [[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]]
    # The truth had 1/4 and 1/8: (log 4 + log 8) / 2 = 2.5 log 2
    assert log_loss(p, [1, 2]) == pytest.approx(2.5 * np.log(2))
    # 0 for the truth: eps = 2^-52, so 52 log 2 = 36.04; float32 has 2^-23
    assert log_loss([0.0], [1]) == pytest.approx(52 * np.log(2))
    assert log_loss(np.float32([0]), [1]) == pytest.approx(23 * np.log(2), rel=1e-6)


def test_one_class_is_enough():
    assert log_loss([0.5, 0.5], [1, 1]) == pytest.approx(np.log(2))
    assert brier_score([0.5, 0.5], [1, 1]) == 1 / 4
    assert [float(x[0]) for x in calibration_curve([0.25, 0.25], [1, 1])] == [
        1.0,
        0.25,
        2.0,
    ]


@st.composite
def draws(draw):
    n = draw(st.integers(2, 40))
    steps = draw(st.sampled_from([1, 4, 20, 997]))  # ties, edges of bins, and neither
    p = draw(st.lists(st.integers(0, steps), min_size=n, max_size=n))
    target = draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))
    return np.array(p) / steps, np.array([0, 1, *target])


@quick
@given(draws(), st.integers(1, 12), st.sampled_from(["uniform", "quantile"]))
def test_two_classes_as_in_scikit_learn(drawn, n_bins, strategy):
    p, target = drawn
    got = calibration_curve(p, target, n_bins, strategy)
    want = sklearn.calibration.calibration_curve(
        target, p, n_bins=n_bins, strategy=strategy
    )
    for ours, theirs in zip(got[:2], want, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13)
    assert got[2].sum() == len(p)
    # For one bin it is the gap between the share and the mean probability.
    one = expected_calibration_error(p, target, n_bins=1)
    assert one == pytest.approx(abs(target.mean() - p.mean()), abs=1e-14)
    for ours, theirs in (
        (brier_score, sklearn.metrics.brier_score_loss),
        (log_loss, sklearn.metrics.log_loss),
    ):
        want = theirs(target, p)
        assert ours(p, target) == pytest.approx(want, rel=1e-12)
        both = np.stack([1 - p, p], axis=1)
        assert ours(both, target) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n_classes", [3, 7])
@pytest.mark.parametrize("seed", range(5))
def test_many_classes_as_in_scikit_learn(seed, n_classes, dtype):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(n_classes, 0.3), size=29).astype(dtype)
    target, labels = rng.integers(0, n_classes - 1, 29), range(n_classes)  # one missing
    want = sklearn.metrics.log_loss(target, p, labels=labels)
    assert log_loss(p, target) == pytest.approx(want, rel=1e-6)
    want = sklearn.metrics.brier_score_loss(target, p, labels=list(labels))
    assert brier_score(p, target) == pytest.approx(want, rel=1e-6)


# Error sentences

OF_CLASS_1 = [calibration_curve, expected_calibration_error]
ALL = [*OF_CLASS_1, brier_score, log_loss]


@pytest.mark.parametrize("f", ALL)
@pytest.mark.parametrize(
    ("p", "target", "sentence"),
    [
        (
            [0.5, 1.5],
            [0, 1],
            "probabilities holds 1.5, which is not from 0 to 1. Turn scores into "
            "probabilities first, with a sigmoid or a softmax.",
        ),
        (
            [np.nan, 0.5],
            [0, 1],
            "probabilities holds nan at index [0]. Give finite numbers only.",
        ),
        (
            [],
            [],
            "probabilities and target are empty, and a share of nothing is "
            "undefined. Give at least one example.",
        ),
        (
            [0.5],
            [0, 1],
            "probabilities are for 1 examples, but target has 2. "
            "Give both for the same examples.",
        ),
        (
            [0.5, 0.5],
            [0, 2],
            "target holds 2, but must hold 0 and 1 only. For one class against all "
            "others give (target == 2).",
        ),
    ],
)
def test_what_are_not_probabilities(f, p, target, sentence):
    assert sentence_of(ValueError, f, p, target) == f"{f.__name__}: {sentence}"


@pytest.mark.parametrize("f", OF_CLASS_1)
def test_probabilities_of_all_classes_where_those_of_one_are_asked(f):
    assert sentence_of(ValueError, f, [[0.5, 0.5]], [1]) == (
        f"{f.__name__}: probabilities must have shape (N,), but came with shape "
        "(1, 2). Give one number an example; of probabilities (N, 2) take p[:, 1]."
    )


@pytest.mark.parametrize("f", [brier_score, log_loss])
@pytest.mark.parametrize(
    ("p", "target", "sentence"),
    [
        (
            [[0.5, 0.5], [0.5, 0.75]],
            [0, 1],
            "row 1 of probabilities sums to 1.25, not to 1. Turn scores (N, C) into "
            "probabilities first, with a softmax.",
        ),
        (
            [[0.5, 0.5], [0.5, 0.5]],
            [0, 2],
            "target holds class 2, but probabilities has 2 columns. "
            "Give one column a class, from class 0 on.",
        ),
        (
            [[1.0], [1.0]],
            [0, 1],
            "target holds class 1, but probabilities has 1 column. "
            "Give one column a class, from class 0 on.",
        ),
        (
            np.zeros((1, 2, 2)),
            [0],
            "probabilities must have shape (N,) or (N, C), but came with shape "
            "(1, 2, 2). Give one row an example.",
        ),
    ],
)
def test_what_are_no_distributions(f, p, target, sentence):
    assert sentence_of(ValueError, f, p, target) == f"{f.__name__}: {sentence}"


@pytest.mark.parametrize("f", OF_CLASS_1)
def test_bins_that_are_not_known(f):
    assert sentence_of(ValueError, f, [0.5], [1], n_bins=0) == (
        f"{f.__name__}: n_bins=0 must be a whole number of at least 1. "
        "Give such a number."
    )
    assert sentence_of(ValueError, f, [0.5], [1], strategy="equal") == (
        f"{f.__name__}: strategy='equal' is none of 'uniform', 'quantile'. "
        "Give one of them."
    )
