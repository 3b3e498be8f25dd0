"""ROC, precision-recall and calibration curves: squares from 0 to 1."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn import metrics

from lessons_pkg.plots import calibration, intervals, precision_recall, roc

from .looking import key, legible, says

FPR, TPR = [0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0]
PRECISION, RECALL = [0.5, 2 / 3, 1.0, 1.0], [1.0, 1.0, 0.5, 0.0]
THREE = {"random forest": (FPR, TPR), "naive Bayes": (FPR, TPR), "network": (FPR, TPR)}


def drawn(ax, start):
    (line,) = [line for line in ax.lines if line.get_label().startswith(start)]
    return line


def test_roc_draws_the_rates_and_their_area(ax):
    assert roc({"forest": (FPR, TPR)}, ax=ax) is ax
    line = drawn(ax, "forest")
    np.testing.assert_array_equal(line.get_xdata(), FPR)
    np.testing.assert_array_equal(line.get_ydata(), TPR)
    # 0 + 0.5 * (0.5 + 1) / 2 + 0.5 * 1 = 0.875
    assert list(key(ax)) == ["chance (AUC 0.5)", "forest (AUC 0.875)"]
    labels = ax.get_xlabel(), ax.get_ylabel()
    assert labels == ("false positive rate", "true positive rate")


@pytest.mark.parametrize("seed", range(3))
def test_areas_are_those_of_scikit_learn(ax, seed):
    rng = np.random.default_rng(seed)
    y, scores = rng.integers(0, 2, 40), rng.integers(0, 9, 40)  # with ties
    roc({"a": metrics.roc_curve(y, scores)[:2]}, ax=ax)
    assert f"a (AUC {metrics.roc_auc_score(y, scores):.3g})" in key(ax)
    other = plt.figure().add_subplot()
    pair = metrics.precision_recall_curve(y, scores)[:2]
    precision_recall({"a": pair}, ax=other)
    assert f"a (AP {metrics.average_precision_score(y, scores):.3g})" in key(other)


@pytest.mark.parametrize("turn", [1, -1])
def test_precision_recall_draws_steps_from_either_end(ax, turn):
    curve = PRECISION[::turn], RECALL[::turn]
    precision_recall({"net": curve}, base_rate=0.5, ax=ax)
    line = drawn(ax, "net")
    np.testing.assert_array_equal(line.get_xdata(), RECALL)
    np.testing.assert_array_equal(line.get_ydata(), PRECISION)
    assert line.get_drawstyle() == "steps-post"
    # 0 * 0.5 + 0.5 * 2 / 3 + 0.5 * 1 = 0.833
    assert list(key(ax)) == ["guess (AP 0.5)", "net (AP 0.833)"]
    np.testing.assert_array_equal(drawn(ax, "guess").get_ydata(), [0.5, 0.5])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("recall", "precision")


def test_without_a_base_rate_there_is_no_level_line(ax):
    precision_recall({"net": (PRECISION, RECALL)}, ax=ax)
    assert len(ax.lines) == 1


def test_calibration_draws_the_share_over_the_prediction(ax):
    share, predicted = [0.0, 0.5, 1.0], [0.1, 0.4, 0.8]
    calibration({"net": (share, predicted)}, ax=ax)
    line = drawn(ax, "net")
    np.testing.assert_array_equal(line.get_xdata(), predicted)
    np.testing.assert_array_equal(line.get_ydata(), share)
    assert line.get_markevery() is None  # every bin has its mark
    assert list(key(ax)) == ["as promised", "net"]
    assert not ax.collections


def test_counts_give_the_marks_their_areas(ax):
    share, predicted = [0.0, 0.5, 1.0], [0.1, 0.4, 0.8]
    calibration({"net": (share, predicted, [10, 20, 40])}, ax=ax)
    (marks,) = ax.collections
    np.testing.assert_array_equal(marks.get_offsets(), np.c_[predicted, share])
    small, middle, large = marks.get_sizes()
    assert large - small == pytest.approx(3 * (middle - small))


@pytest.mark.parametrize("draw", [roc, calibration, precision_recall])
def test_curves_differ_in_more_than_colour_and_the_key_covers_none(ax, draw):
    curves = THREE
    if draw is precision_recall:
        curves = dict.fromkeys(THREE, (PRECISION, RECALL))
    draw(curves, ax=ax)
    lines = [drawn(ax, name) for name in THREE]
    for look in ("get_color", "get_marker", "_unscaled_dash_pattern"):
        found = [getattr(line, look) for line in lines]
        assert len({str(f() if callable(f) else f) for f in found}) == 3
    legible(ax.figure)
    assert ax.get_legend().get_window_extent().x0 > ax.get_window_extent().x1
    assert ax.get_aspect() == 1


def test_in_a_narrow_place_the_key_stands_above():
    figure, (left, right) = plt.subplots(1, 2)
    roc({"random forest": (FPR, TPR)}, ax=left)
    precision_recall({"random forest": (PRECISION, RECALL)}, base_rate=0.4, ax=right)
    legible(figure)
    for ax in (left, right):
        assert ax.get_legend().get_window_extent().y0 > ax.get_window_extent().y1
        assert [text.get_text() for text in ax.get_xticklabels()] == ["0", "0.5", "1"]


def test_above_another_figure_with_long_tick_labels_the_key_still_fits():
    figure, (above, below) = plt.subplots(2, 1, figsize=(6.4, 8))
    roc(THREE, ax=above)
    intervals({"random forest": [0.8, 0.9]}, xlabel="accuracy (share right)", ax=below)
    legible(figure)


def test_long_names_are_broken_into_lines(ax):
    roc({"logistic regression on five features": (FPR, TPR)}, ax=ax)
    legible(ax.figure)


def test_without_axes_the_current_ones_are_used(ax):
    assert roc({"a": (FPR, TPR)}) is ax


@pytest.mark.parametrize(
    ("draw", "curves", "sentence"),
    [
        (
            roc,
            {},
            "roc: curves is empty, so there is nothing to draw. Give a dict, such as "
            '{"forest": (fpr, tpr)}.',
        ),
        (
            roc,
            {"a": (FPR, TPR, TPR)},
            "roc: 'a' has 3 arrays, but must have 2. Give (fpr, tpr), in this order, "
            "without thresholds.",
        ),
        (
            roc,
            {"a": (FPR, TPR[:2])},
            "roc: fpr and tpr of 'a' have 4 and 2 values. Give both for the same "
            "thresholds.",
        ),
        (
            roc,
            {"a": (FPR, [0, 50, 100, 100])},
            "roc: tpr of 'a' holds 50, but a share lies between 0 and 1. Give shares, "
            "not counts or percentages.",
        ),
        (
            roc,
            {"a": (FPR, [0, 0.9, 0.8, 1])},
            "roc: tpr of 'a' falls from one threshold to the next, but a lower "
            "threshold finds at least as many. Sort both by falling threshold, as "
            "metrics.roc_curve does.",
        ),
        (
            roc,
            {"a": (FPR, [[0, 1]])},
            "roc: tpr of 'a' must be (T,) with T at least 1, but its shape is (1, 2). "
            "Give one number for each point of the curve.",
        ),
        (
            roc,
            {"a": (FPR, [0, np.nan, 1, 1])},
            "roc: tpr of 'a' holds a value that is not finite (inf or nan). Find where "
            "the computation left the range of numbers.",
        ),
        (
            precision_recall,
            {"a": ([1, 0.5, 0.4], [0.5, 0.7, 0.6])},
            "precision_recall: recall of 'a' both rises and falls, but it only falls as "
            "the threshold rises. Give (precision, recall), in this order, sorted by "
            "threshold.",
        ),
        (
            calibration,
            {"a": ([0.5, 1], [0.5, 1], [3, 0])},
            "calibration: counts of 'a' must hold one number above 0 for each of the 2 "
            "bins, but is [3.0, 0.0]. Leave out bins without examples.",
        ),
    ],
)
def test_errors(ax, draw, curves, sentence):
    with says(sentence):
        draw(curves, ax=ax)
    assert not ax.lines


def test_curves_without_names(ax):
    with says(
        "roc: curves must be a dict of names, but its type is tuple. Give a dict, such "
        'as {"forest": (fpr, tpr)}.',
        TypeError,
    ):
        roc((FPR, TPR), ax=ax)


def test_a_base_rate_is_a_share(ax):
    with says(
        "precision_recall: base_rate of 'guess' holds 63, but a share lies between 0 and "
        "1. Give shares, not counts or percentages."
    ):
        precision_recall({"a": (PRECISION, RECALL)}, base_rate=63, ax=ax)
