import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.metrics import (
    average_precision,
    precision,
    precision_recall_curve,
    recall,
    roc_auc,
    roc_curve,
    specificity,
)

from .said import quick, sentence_of

# Ten examples, from the highest score down; 4 positives, 6 negatives.
SCORES = [0.95, 0.9, 0.8, 0.7, 0.65, 0.5, 0.4, 0.3, 0.2, 0.1]
TARGET = [1, 1, 0, 1, 0, 0, 1, 0, 0, 0]


def test_roc_curve_by_hand():
    # One point a score, going down: a 1 is a step of 1/4 up, a 0 one of 1/6 right.
    fpr, tpr, thresholds = roc_curve(SCORES, TARGET, drop_intermediate=False)
    np.testing.assert_allclose(tpr * 4, [0, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4])
    np.testing.assert_allclose(fpr * 6, [0, 0, 0, 1, 1, 2, 3, 3, 4, 5, 6])
    np.testing.assert_array_equal(thresholds, [np.inf, *SCORES])


def test_only_the_corners_are_left():
    # Corners: (0, 2), (1, 2), (1, 3), (3, 3), (3, 4), and both ends.
    fpr, tpr, thresholds = roc_curve(SCORES, TARGET)
    np.testing.assert_allclose(tpr * 4, [0, 1, 2, 2, 3, 3, 4, 4])
    np.testing.assert_allclose(fpr * 6, [0, 0, 0, 1, 1, 3, 3, 6])
    np.testing.assert_array_equal(
        thresholds, [np.inf, 0.95, 0.9, 0.8, 0.7, 0.5, 0.4, 0.1]
    )


def test_roc_auc_by_hand():
    # Of 4 * 6 pairs, the positives stand above 6, 6, 5 and 3 negatives: 20/24.
    assert roc_auc(SCORES, TARGET) == 20 / 24
    assert roc_auc([0.5, 0.5, 0.5], [1, 0, 1]) == 1 / 2  # all tie: each pair half
    assert roc_auc([0.7, 0.4, 0.4], [1, 1, 0]) == 1.5 / 2  # one pair ties
    assert roc_auc([3, 2, 1], [0, 0, 1]) == 0


def test_average_precision_by_hand():
    # The precision at each positive: 1/1, 2/2, 3/4, 4/7; their mean over 4.
    want = (1 + 1 + 3 / 4 + 4 / 7) / 4
    assert average_precision(SCORES, TARGET) == pytest.approx(want, rel=1e-15)
    assert average_precision([1, 1, 1, 1], [1, 0, 0, 0]) == 1 / 4  # the base rate


def test_precision_recall_curve_by_hand():
    p, r, thresholds = precision_recall_curve(SCORES, TARGET)
    # From the lowest threshold up: 4/10, 4/9, 4/8, 4/7, then 3/6, 3/5, 3/4, 2/3, 2/2, 1/1.
    want = [4 / 10, 4 / 9, 4 / 8, 4 / 7, 3 / 6, 3 / 5, 3 / 4, 2 / 3, 1, 1, 1]
    np.testing.assert_allclose(p, want)
    np.testing.assert_allclose(r * 4, [4, 4, 4, 4, 3, 3, 3, 2, 2, 1, 0])
    np.testing.assert_array_equal(thresholds, SCORES[::-1])


def test_the_horizontal_axis_is_not_one_minus_precision():
    scores, target = np.array(SCORES), np.array(TARGET)
    for x, y, t in list(zip(*roc_curve(scores, target), strict=True))[1:]:
        predicted = (scores >= t).astype(int)
        assert x == pytest.approx(1 - specificity(predicted, target))
        assert y == pytest.approx(recall(predicted, target))
    # At 0.8: TP 2, FP 1. FPR = 1/6, and 1 - precision = 1/3.
    assert 1 - precision(scores >= 0.8, target) == pytest.approx(1 / 3)


@st.composite
def draws(draw):
    """Scores with many ties, and both classes at least once."""
    n = draw(st.integers(2, 30))
    levels = draw(st.sampled_from([1, 2, 5, 1000]))
    scores = draw(st.lists(st.integers(-levels, levels), min_size=n, max_size=n))
    target = draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))
    order = draw(st.permutations(range(n)))
    return np.array(scores) / 8, np.array([0, 1, *target])[list(order)]


@quick
@given(draws(), st.booleans())
def test_as_in_scikit_learn(drawn, drop):
    scores, target = drawn
    got = roc_curve(scores, target, drop_intermediate=drop)
    want = sklearn.metrics.roc_curve(target, scores, drop_intermediate=drop)
    for ours, theirs in zip(got, want, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-14)
    got = precision_recall_curve(scores, target)
    want = sklearn.metrics.precision_recall_curve(target, scores)
    for ours, theirs in zip(got, want, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-14)
    assert roc_auc(scores, target) == pytest.approx(
        sklearn.metrics.roc_auc_score(target, scores), rel=1e-12
    )
    assert average_precision(scores, target) == pytest.approx(
        sklearn.metrics.average_precision_score(target, scores), rel=1e-12
    )


@quick
@given(draws())
def test_only_the_order_counts(drawn):
    scores, target = drawn
    assert roc_auc(np.exp(scores / 200), target) == roc_auc(scores, target)
    assert roc_auc(-scores, target) == pytest.approx(1 - roc_auc(scores, target))
    above = scores[target == 1][:, None] - scores[target == 0]
    want = np.mean((above > 0) + 0.5 * (above == 0))  # every pair, one by one
    assert roc_auc(scores, target) == pytest.approx(want, rel=1e-12)


def test_single_precision_and_truth_values():
    scores, target = np.float32(SCORES), np.array(TARGET, dtype=bool)
    assert roc_auc(scores, target) == 20 / 24


# Error sentences

ALL = [roc_curve, roc_auc, precision_recall_curve, average_precision]


@pytest.mark.parametrize("f", ALL)
def test_no_positives(f):
    assert sentence_of(ValueError, f, [0.1, 0.2], [0, 0]) == (
        f"{f.__name__}: every target is 0, so that a share of the positives is "
        "undefined. Give examples of both classes."
    )


@pytest.mark.parametrize("f", [roc_curve, roc_auc])
def test_no_negatives(f):
    assert sentence_of(ValueError, f, [0.1, 0.2], [1, 1]) == (
        f"{f.__name__}: every target is 1, so that a share of the negatives is "
        "undefined. Give examples of both classes."
    )


def test_precision_needs_no_negatives():
    assert average_precision([0.1, 0.2], [1, 1]) == 1
    p, r, _ = precision_recall_curve([0.1, 0.2], [1, 1])
    np.testing.assert_array_equal([p, r], [[1, 1, 1], [1, 0.5, 0]])


@pytest.mark.parametrize("f", ALL)
@pytest.mark.parametrize(
    ("scores", "target", "error_type", "sentence"),
    [
        (
            [],
            [],
            ValueError,
            "scores and target are empty, and a share of nothing is undefined. "
            "Give at least one example.",
        ),
        (
            [0.1, np.nan],
            [0, 1],
            ValueError,
            "scores holds nan at index [1]. Give finite numbers only.",
        ),
        (
            [0.1, 0.2, 0.3],
            [0, 1],
            ValueError,
            "scores are for 3 examples, but target has 2. "
            "Give both for the same examples.",
        ),
        (
            [0.1, 0.2],
            [2, 1],
            ValueError,
            "target holds 2, but must hold 0 and 1 only. For one class against all "
            "others give (target == 2).",
        ),
        (
            np.ones((3, 2)),
            [0, 1, 1],
            ValueError,
            "scores must have shape (N,), but came with shape (3, 2). Give one number "
            "an example; of probabilities (N, 2) take p[:, 1].",
        ),
        (
            ["a", "b"],
            [0, 1],
            TypeError,
            "scores must hold real numbers, but its dtype is <U1. "
            "Turn it into floats first.",
        ),
        (
            [0.1, 0.2],
            [0.5, 1],
            ValueError,
            "target holds 0.5, which is not a class. "
            "Turn scores into classes first, for example with (scores > 0.5).",
        ),
    ],
)
def test_what_are_not_scores(f, scores, target, error_type, sentence):
    said = sentence_of(error_type, f, scores, target)
    assert said == f"{f.__name__}: {sentence}"
