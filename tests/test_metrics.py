import numpy as np
import pytest
import sklearn.dummy
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons_pkg.metrics import accuracy, majority_accuracy

quick = settings(max_examples=40, deadline=None, derandomize=True, database=None)


def test_accuracy_by_hand():
    # Right in places 0, 1, 3 and 4 of five.
    assert accuracy([2, 0, 1, 1, 0], [2, 0, 2, 1, 0]) == 4 / 5
    assert accuracy(np.array([True, False]), np.array([1.0, 1.0])) == 1 / 2


def test_majority_accuracy_by_hand():
    # 1 is seen three times of five; it answers two of the four targets.
    assert majority_accuracy([1, 0, 1, 2, 1], [1, 0, 2, 1]) == 2 / 4
    assert majority_accuracy([2, 0], [0, 0, 2]) == 2 / 3  # a tie: the lowest answers


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


# Error sentences


def sentence_of(error_type, f, *args):
    with pytest.raises(error_type) as error:
        f(*args)
    return str(error.value)


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
def test_what_are_not_classes(predicted, target, error_type, sentence):
    said = sentence_of(error_type, accuracy, predicted, target)
    assert said == f"accuracy: {sentence}"


def test_accuracy_of_nothing():
    assert sentence_of(ValueError, accuracy, [], []) == (
        "accuracy: predicted and target are empty, and a share of nothing is "
        "undefined. Give at least one example."
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
