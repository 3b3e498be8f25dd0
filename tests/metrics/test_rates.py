import warnings

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.metrics import f1, precision, recall, specificity

from .said import quick, sentence_of

# Ten examples, two classes: TP = 3 (places 0, 1, 2), FN = 1 (place 3), FP = 2 (places 4
# and 5), TN = 4. Precision 3/5, recall 3/4, specificity 4/6, accuracy 7/10.
TARGET = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
PREDICTED = [1, 1, 1, 0, 1, 1, 0, 0, 0, 0]

# Three classes: TP 3, 2, 1; predicted 5, 3, 2; there 5, 3, 2 (see test_classification).
TARGET_3 = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2]
PREDICTED_3 = [0, 0, 0, 1, 1, 1, 1, 0, 2, 1]


def test_two_classes_by_hand():
    assert precision(PREDICTED, TARGET) == 3 / 5
    assert recall(PREDICTED, TARGET) == 3 / 4
    assert specificity(PREDICTED, TARGET) == 4 / 6
    # 2 * 3/5 * 3/4 / (3/5 + 3/4) = (9/10) / (27/20) = 2/3; 2 TP / (2 TP + FP + FN) = 6/9
    assert f1(PREDICTED, TARGET) == 6 / 9


def test_the_counts_of_the_book():
    """TP 40, FP 10, FN 20, TN 930: where precision and recall are told apart."""
    predicted = np.repeat([1, 1, 0, 0], [40, 10, 20, 930])
    target = np.repeat([1, 0, 1, 0], [40, 10, 20, 930])
    assert precision(predicted, target) == 40 / 50
    assert recall(predicted, target) == 40 / 60
    assert specificity(predicted, target) == 930 / 940
    assert f1(predicted, target) == pytest.approx(0.727, abs=5e-4)  # 80 / 110
    # Not the mean of precision and recall, and not one of accuracy and recall:
    accuracy = 970 / 1000
    assert f1(predicted, target) != pytest.approx((40 / 50 + 40 / 60) / 2, abs=5e-3)
    wrong = 2 * accuracy * (40 / 60) / (accuracy + 40 / 60)
    assert f1(predicted, target) != pytest.approx(wrong, abs=5e-3)


def test_the_other_class_as_positive():
    # Class 0: TP = 4, FP = 1 (the missed 1), FN = 2.
    assert precision(PREDICTED, TARGET, positive=0) == 4 / 5
    assert recall(PREDICTED, TARGET, positive=0) == 4 / 6
    assert f1(PREDICTED, TARGET, positive=0) == 8 / 11
    assert specificity(PREDICTED, TARGET, positive=0) == 3 / 4


def test_three_classes_by_hand():
    # predicted: 0 four times (3 right), 1 five times (2 right), 2 once (right)
    # there:     0 five times,           1 three times,          2 twice
    each = [3 / 4, 2 / 5, 1 / 1]
    given = (PREDICTED_3, TARGET_3)
    np.testing.assert_allclose(precision(*given, average=None), each, rtol=1e-15)
    assert precision(*given, "macro") == pytest.approx((0.75 + 0.4 + 1) / 3)
    assert precision(*given, "weighted") == pytest.approx(
        (5 * 0.75 + 3 * 0.4 + 2 * 1) / 10
    )
    assert precision(*given, "micro") == 6 / 10  # the accuracy
    np.testing.assert_allclose(
        recall(*given, average=None), [3 / 5, 2 / 3, 1 / 2], rtol=1e-15
    )
    # 2 TP / (predicted + there): 6/9, 4/8, 2/3
    np.testing.assert_allclose(
        f1(*given, average=None), [6 / 9, 4 / 8, 2 / 3], rtol=1e-15
    )
    assert f1(*given, "macro") == pytest.approx((6 / 9 + 4 / 8 + 2 / 3) / 3)
    assert f1(*given, "micro") == recall(*given, "micro") == 6 / 10


def test_f1_where_only_one_of_its_parts_is_undefined():
    assert f1([0, 0], [0, 1]) == 0  # nothing predicted positive: no precision
    assert f1([1, 0], [0, 0]) == 0  # nothing there to find: no recall


SCORES = {
    precision: sklearn.metrics.precision_score,
    recall: sklearn.metrics.recall_score,
    f1: sklearn.metrics.f1_score,
}


def theirs(ours, predicted, target, **kwargs):
    with warnings.catch_warnings():  # of labels that do not occur
        warnings.simplefilter("ignore")
        return SCORES[ours](target, predicted, **kwargs)


def pairs(n_classes):
    label = st.integers(0, n_classes - 1)
    return st.lists(st.tuples(label, label), min_size=1, max_size=30)


@pytest.mark.parametrize("ours", SCORES)
@quick
@given(pairs(2), st.sampled_from([0, 1, np.nan]))
def test_two_classes_as_in_scikit_learn(ours, drawn, zero_division):
    predicted, target = np.array(drawn).T
    for positive in (0, 1):
        if positive == 0 and 0 not in [*predicted, *target]:
            continue  # scikit-learn then asks for a positive that occurs
        got = ours(predicted, target, positive=positive, zero_division=zero_division)
        want = theirs(
            ours, predicted, target, pos_label=positive, zero_division=zero_division
        )
        assert got == pytest.approx(want, rel=1e-14, nan_ok=True)


@pytest.mark.parametrize("ours", SCORES)
@pytest.mark.parametrize("average", ["macro", "micro", "weighted", None])
@quick
@given(pairs(5), st.sampled_from([0, 1, np.nan]))
def test_many_classes_as_in_scikit_learn(ours, average, drawn, zero_division):
    """Small draws leave classes out of the predictions, the targets or both."""
    predicted, target = np.array(drawn).T
    got = ours(predicted, target, average, zero_division=zero_division)
    want = theirs(ours, predicted, target, average=average, zero_division=zero_division)
    np.testing.assert_allclose(got, want, rtol=1e-14)


@quick
@given(pairs(2))
def test_specificity_is_the_recall_of_the_others(drawn):
    predicted, target = np.array(drawn).T
    got = specificity(predicted, target, zero_division=np.nan)
    want = theirs(recall, predicted, target, pos_label=0, zero_division=np.nan)
    assert got == pytest.approx(want, rel=1e-14, nan_ok=True)


def test_specificity_of_one_class_against_many():
    # Negatives are the five 0 and the two 2; two 0 and one 2 were taken for 1.
    assert specificity(PREDICTED_3, TARGET_3) == 4 / 7


# Error sentences

UNDEFINED = " and the share is undefined. Give zero_division=0, 1 or nan if it is "


@pytest.mark.parametrize(
    ("f", "args", "why"),
    [
        (
            precision,
            ([0, 0], [0, 1]),
            "precision: class 1 is never predicted, so that TP + FP is 0",
        ),
        (
            recall,
            ([0, 1], [0, 0]),
            "recall: class 1 never occurs in target, so that TP + FN is 0",
        ),
        (
            recall,
            ([0, 2, 1], [0, 1, 1], "macro"),
            "recall: class 2 never occurs in target, so that TP + FN is 0",
        ),
        (
            f1,
            ([0, 0], [0, 0]),
            "f1: class 1 is neither predicted nor in target, so that 2 TP + FP + FN "
            "is 0",
        ),
        (
            specificity,
            ([0, 1], [1, 1]),
            "specificity: every target is class 1, so that TN + FP is 0",
        ),
    ],
)
def test_what_is_undefined(f, args, why):
    assert sentence_of(ValueError, f, *args) == f"{why}{UNDEFINED}to count as that."
    if len(args) == 2:
        assert [f(*args, zero_division=counts_as) for counts_as in (0, 1)] == [0, 1]
        assert np.isnan(f(*args, zero_division=float("nan")))


@pytest.mark.parametrize("f", [precision, recall, f1])
def test_settings_that_are_not_known(f):
    who = f.__name__
    assert sentence_of(ValueError, f, [0, 1, 2], [0, 1, 2]) == (
        f'{who}: average="binary" is for two classes, but 3 occur. '
        'Give average="macro", "micro", "weighted" or None.'
    )
    assert sentence_of(ValueError, f, [0, 1], [0, 1], "mean") == (
        f"{who}: average='mean' is none of 'binary', 'macro', 'micro', 'weighted', "
        "None. Give one of them."
    )
    assert sentence_of(ValueError, f, [0, 1], [0, 1], positive=2) == (
        f"{who}: positive=2 does not occur, only 0 and 1. "
        "Give one of these as positive."
    )
    assert sentence_of(ValueError, f, [0, 1], [0, 1], "macro", positive=0) == (
        f"{who}: positive=0 has no part in average='macro', which takes all classes. "
        'Leave positive out, or give average="binary".'
    )
    assert sentence_of(ValueError, f, [0, 1], [0, 1], zero_division="warn") == (
        f"{who}: zero_division='warn' is not known. Give \"error\", 0, 1 or nan."
    )
    assert sentence_of(TypeError, f, [0, 1], [0, 1], positive="spam") == (
        f"{who}: positive must hold class numbers, but its dtype is <U4. "
        "Number the classes from 0."
    )


@pytest.mark.parametrize("f", [precision, recall, f1, specificity])
def test_what_are_not_classes(f):
    assert sentence_of(ValueError, f, [0.0, np.nan], [0, 1]) == (
        f"{f.__name__}: predicted holds nan, which is not a class. "
        "Turn scores into classes first, for example with (scores > 0.5)."
    )
    assert sentence_of(ValueError, f, [], []) == (
        f"{f.__name__}: predicted and target are empty, and a share of nothing is "
        "undefined. Give at least one example."
    )


@pytest.mark.parametrize("f", [precision, recall, f1, specificity])
def test_several_values_for_what_is_undefined(f):
    assert sentence_of(ValueError, f, [0, 1], [0, 1], zero_division=[0, 1]) == (
        f'{f.__name__}: zero_division=[0, 1] is not known. Give "error", 0, 1 or nan.'
    )
    said = sentence_of(ValueError, f, [0, 1], [0, 1], zero_division=np.array([0, 1]))
    assert said.startswith(f"{f.__name__}: zero_division=array([0, 1]) is not known.")
