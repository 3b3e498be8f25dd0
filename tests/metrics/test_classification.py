import warnings

import numpy as np
import pytest
import sklearn.dummy
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import metrics
from lessons_pkg.metrics import (
    accuracy,
    balanced_accuracy,
    confusion_matrix,
    majority_accuracy,
)

from .said import quick, sentence_of

# Ten examples, three classes. Class 0: 5 there, 3 found; class 1: 3 there, 2 found;
# class 2: 2 there, 1 found.
TARGET = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2]
PREDICTED = [0, 0, 0, 1, 2, 1, 1, 0, 2, 0]


def test_the_package_is_imported_as_the_module_was():
    assert metrics.accuracy is accuracy
    assert all(callable(getattr(metrics, name)) for name in metrics.__all__)


def test_accuracy_by_hand():
    # Right in places 0, 1, 3 and 4 of five.
    assert accuracy([2, 0, 1, 1, 0], [2, 0, 2, 1, 0]) == 4 / 5
    assert accuracy(np.array([True, False]), np.array([1.0, 1.0])) == 1 / 2


def test_majority_accuracy_by_hand():
    # 1 is seen three times of five; it answers two of the four targets.
    assert majority_accuracy([1, 0, 1, 2, 1], [1, 0, 2, 1]) == 2 / 4
    assert majority_accuracy([2, 0], [0, 0, 2]) == 2 / 3  # a tie: the lowest answers


def test_balanced_accuracy_by_hand():
    # Recalls 3/5, 2/3, 1/2: (18 + 20 + 15) / 30 / 3 = 53/90. The accuracy is 6/10.
    assert balanced_accuracy(PREDICTED, TARGET) == pytest.approx(53 / 90, rel=1e-15)
    # 95 of 100 are 0, and 0 is always answered: (1 + 0) / 2.
    assert balanced_accuracy([0] * 100, [0] * 95 + [1] * 5) == 1 / 2
    # Class 2 is answered once but never there: it has no recall. (1/2 + 1) / 2.
    assert balanced_accuracy([0, 2, 1], [0, 0, 1]) == 3 / 4
    assert balanced_accuracy([1, 1, 0], [1, 1, 1]) == 2 / 3  # one class: its recall


def test_confusion_matrix_by_hand():
    # Row 0: of five 0, three were taken for 0, one for 1, one for 2. And so on.
    want = [[3, 1, 1], [1, 2, 0], [1, 0, 1]]
    got = confusion_matrix(PREDICTED, TARGET)
    np.testing.assert_array_equal(got, want)
    assert got.dtype.kind == "i"
    # Two classes: two 0 taken for 1 (FP) in row 0, one 1 taken for 0 (FN) in row 1.
    two = confusion_matrix([0, 1, 1, 0, 1], [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(two, [[1, 2], [1, 1]])


def test_confusion_matrix_keeps_a_row_for_each_class():
    np.testing.assert_array_equal(
        confusion_matrix([2, 0], [0, 0]), [[1, 0, 1], [0, 0, 0], [0, 0, 0]]
    )
    np.testing.assert_array_equal(confusion_matrix([0], [0], 3), np.diag([1, 0, 0]))
    np.testing.assert_array_equal(confusion_matrix([True], [False]), [[0, 1], [0, 0]])


@quick
@given(st.data())
def test_as_in_scikit_learn(data):
    pairs = st.tuples(*[st.integers(0, 6)] * 2)
    predicted, target = np.array(data.draw(st.lists(pairs, min_size=1))).T
    assert accuracy(predicted, target) == pytest.approx(
        sklearn.metrics.accuracy_score(target, predicted), rel=1e-15
    )
    baseline = sklearn.dummy.DummyClassifier(strategy="most_frequent")
    baseline.fit(target[:, None], target)
    assert majority_accuracy(target, predicted) == pytest.approx(
        baseline.score(predicted[:, None], predicted), rel=1e-15
    )
    assert balanced_accuracy(predicted, target) == pytest.approx(
        balanced_in_scikit_learn(predicted, target), rel=1e-14
    )
    for n_classes in (7, 8):
        np.testing.assert_array_equal(
            confusion_matrix(predicted, target, n_classes),
            sklearn.metrics.confusion_matrix(
                target, predicted, labels=range(n_classes)
            ),
        )


def balanced_in_scikit_learn(predicted, target):
    with warnings.catch_warnings():  # where a class is answered but never there
        warnings.simplefilter("ignore")
        return sklearn.metrics.balanced_accuracy_score(target, predicted)


# Error sentences


@pytest.mark.parametrize(
    ("predicted", "target", "error_type", "sentence"),
    [
        (
            [0, 1, 1],
            [0, 1],
            ValueError,
            "predicted has 3 classes, but target has 2. "
            "Give both for the same examples.",
        ),
        (
            np.zeros((3, 5)),
            [0, 1, 1],
            ValueError,
            "predicted must have shape (N,), but came with shape (3, 5). "
            "Turn scores (N, C) into classes with argmax(axis=1).",
        ),
        (
            [0.0, 0.75],
            [0, 1],
            ValueError,
            "predicted holds 0.75, which is not a class. "
            "Turn scores into classes first, for example with (scores > 0.5).",
        ),
        (
            [0, 1],
            [0.0, np.nan],
            ValueError,
            "target holds nan, which is not a class. "
            "Turn scores into classes first, for example with (scores > 0.5).",
        ),
        (
            [0, np.inf],
            [0, 1],
            ValueError,
            "predicted holds inf, which is not a class. "
            "Turn scores into classes first, for example with (scores > 0.5).",
        ),
        (
            [0, 1],
            [1e300, 1],
            ValueError,
            "target holds 1e+300, which is not a class. "
            "Turn scores into classes first, for example with (scores > 0.5).",
        ),
        (
            np.array([2**63, 1], np.uint64),
            [0, 1],
            ValueError,
            "predicted holds 9223372036854775808, which is not a class. "
            "Turn scores into classes first, for example with (scores > 0.5).",
        ),
        (
            [[0, 1], [1]],
            [0, 1],
            ValueError,
            "predicted has rows of different lengths, which make no array. "
            "Give as many numbers in each.",
        ),
        (
            [0, 1],
            ["a", "b"],
            TypeError,
            "target must hold class numbers, but its dtype is <U1. "
            "Number the classes from 0.",
        ),
    ],
)
def test_what_are_not_classes(predicted, target, error_type, sentence):
    said = sentence_of(error_type, accuracy, predicted, target)
    assert said == f"accuracy: {sentence}"


@pytest.mark.parametrize("f", [accuracy, balanced_accuracy, confusion_matrix])
def test_of_nothing(f):
    assert sentence_of(ValueError, f, [], []) == (
        f"{f.__name__}: predicted and target are empty, and a share of nothing is "
        "undefined. Give at least one example."
    )


@pytest.mark.parametrize("f", [accuracy, balanced_accuracy, confusion_matrix])
def test_each_says_its_own_name(f):
    assert sentence_of(ValueError, f, [0, 1], [0]) == (
        f"{f.__name__}: predicted has 2 classes, but target has 1. "
        "Give both for the same examples."
    )


@pytest.mark.parametrize(
    ("predicted", "target", "n_classes", "strange", "highest"),
    [([0, 3], [0, 1], 3, 3, 2), ([0, 1], [0, -1], None, -1, 1), ([5], [1], 5, 5, 4)],
)
def test_a_class_without_a_row(predicted, target, n_classes, strange, highest):
    said = sentence_of(ValueError, confusion_matrix, predicted, target, n_classes)
    assert said == (
        f"confusion_matrix: there is a class {strange}, but {highest + 1} classes are "
        f"numbered from 0 to {highest}. Number the classes from 0, or give a larger "
        "n_classes."
    )


@pytest.mark.parametrize("n_classes", [2.5, 0, "three", True])
def test_n_classes_that_is_no_number_of_classes(n_classes):
    said = sentence_of(ValueError, confusion_matrix, [0], [0], n_classes)
    shown = repr(n_classes)
    assert said == (
        f"confusion_matrix: n_classes={shown} must be a whole number of at least 1. "
        "Give such a number."
    )


def test_majority_of_no_targets():
    assert sentence_of(ValueError, majority_accuracy, [0], []) == (
        "majority_accuracy: target is empty, and a share of nothing is undefined. "
        "Give at least one example."
    )


def test_majority_of_nothing_and_of_what_are_not_classes():
    assert sentence_of(ValueError, majority_accuracy, [], [0]) == (
        "majority_accuracy: seen is empty, so no class is the most frequent. "
        "Give at least one example."
    )
    assert sentence_of(ValueError, majority_accuracy, [0.5], [0]) == (
        "majority_accuracy: seen holds 0.5, which is not a class. "
        "Turn scores into classes first, for example with (scores > 0.5)."
    )


def test_numbers_that_are_names_make_no_matrix():
    assert sentence_of(ValueError, confusion_matrix, [0, 123456], [0, 123456]) == (
        "confusion_matrix: there is a class 123456, which asks for as many rows. "
        "Number the classes from 0 without gaps, or give n_classes if it is meant."
    )


@pytest.mark.parametrize("n_classes", [10**9, 10**12, 10**20])
def test_a_matrix_larger_than_any_memory(n_classes):
    assert sentence_of(ValueError, confusion_matrix, [0], [0], n_classes) == (
        f"confusion_matrix: n_classes={n_classes} asks for more counts than there is "
        "memory for. Number the classes from 0 without gaps."
    )
