import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons_pkg.metrics import accuracy, confusion_matrix

quick = settings(max_examples=40, deadline=None, derandomize=True, database=None)


def test_accuracy_by_hand():
    # Right in places 0, 1, 3 and 4 of five.
    assert accuracy([2, 0, 1, 1, 0], [2, 0, 2, 1, 0]) == 4 / 5
    assert accuracy(np.array([True, False]), np.array([1.0, 1.0])) == 1 / 2


def test_confusion_matrix_by_hand():
    predicted = [0, 0, 2, 1, 2, 2]
    target = [0, 0, 0, 1, 1, 1]
    # Class 0 was called 0 twice and 2 once; class 1 was called 1 once and 2 twice.
    expected = [[2, 0, 1], [0, 1, 2], [0, 0, 0]]
    counts = confusion_matrix(predicted, target, n_classes=3)
    np.testing.assert_array_equal(counts, np.array(expected), strict=True)


def test_no_examples_are_no_counts():
    np.testing.assert_array_equal(confusion_matrix([], [], 2), [[0, 0], [0, 0]])


@quick
@given(st.data())
def test_as_in_scikit_learn(data):
    n_classes = data.draw(st.sampled_from([2, 3, 7]))
    pairs = st.tuples(*[st.integers(0, n_classes - 1)] * 2)
    predicted, target = np.array(data.draw(st.lists(pairs, min_size=1))).T
    assert accuracy(predicted, target) == pytest.approx(
        sklearn.metrics.accuracy_score(target, predicted), rel=1e-15
    )
    counts = confusion_matrix(predicted, target, n_classes)
    np.testing.assert_array_equal(
        counts,
        sklearn.metrics.confusion_matrix(target, predicted, labels=range(n_classes)),
        strict=True,
    )
    assert np.trace(counts) / counts.sum() == accuracy(predicted, target)


# Error sentences


def sentence_of(error_type, f, *args):
    with pytest.raises(error_type) as error:
        f(*args)
    return str(error.value)


@pytest.mark.parametrize("name", ["accuracy", "confusion_matrix"])
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
            ["a", "b"],
            TypeError,
            "target must hold class numbers, but its dtype is <U1. "
            "Number the classes from 0.",
        ),
    ],
)
def test_what_are_not_classes(name, predicted, target, error_type, sentence):
    f = {
        "accuracy": accuracy,
        "confusion_matrix": lambda p, t: confusion_matrix(p, t, 2),
    }[name]
    assert sentence_of(error_type, f, predicted, target) == f"{name}: {sentence}"


def test_accuracy_of_nothing():
    assert sentence_of(ValueError, accuracy, [], []) == (
        "accuracy: predicted and target are empty, and a share of nothing is "
        "undefined. Give at least one example."
    )


@pytest.mark.parametrize(
    ("predicted", "target", "name", "wrong"),
    [([0, 3], [0, 1], "predicted", 3), ([0, 1], [-1, 1], "target", -1)],
)
def test_classes_out_of_range(predicted, target, name, wrong):
    assert sentence_of(ValueError, confusion_matrix, predicted, target, 3) == (
        f"confusion_matrix: {name} holds {wrong}, but with n_classes=3 the classes "
        f"are 0 to 2. Number the classes from 0, or give a larger n_classes."
    )


@pytest.mark.parametrize("n_classes", [0, 2.0, None])
def test_n_classes_that_is_no_count(n_classes):
    assert sentence_of(ValueError, confusion_matrix, [0], [0], n_classes) == (
        f"confusion_matrix: n_classes must be a whole number of at least 1, "
        f"but {n_classes!r} came. Give the number of classes."
    )
