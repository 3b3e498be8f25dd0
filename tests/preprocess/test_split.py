import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn import model_selection

from lessons_pkg.preprocess import KFold, StratifiedKFold, train_test_split

from .generated import quick, refuses


def test_by_hand():
    # A third of 12 is 4: of the 9 zeros 3, of the 3 ones 1.
    labels = np.array([0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0])
    for seed in range(20):
        train, test = train_test_split(12, 1 / 3, seed, labels)
        np.testing.assert_array_equal(np.bincount(labels[test]), [3, 1])
        np.testing.assert_array_equal(np.bincount(labels[train]), [6, 2])


@quick
@given(
    n=st.integers(2, 200),
    fraction=st.floats(0.01, 0.99),
    seed=st.integers(0, 10**6),
    n_classes=st.sampled_from([None, 1, 2, 3, 11]),
)
def test_each_example_is_in_one_part_and_each_class_has_its_share(
    n, fraction, seed, n_classes
):
    n_test = round(n * fraction)
    assume(0 < n_test < n)
    labels = n_classes and np.random.default_rng(seed).integers(0, n_classes, n)
    train, test = train_test_split(n, fraction, seed, labels)
    assert (len(train), len(test)) == (n - n_test, n_test)
    np.testing.assert_array_equal(
        np.sort(np.concatenate([train, test])), np.arange(n), strict=True
    )
    if n_classes:
        share = np.bincount(labels, minlength=n_classes) * n_test / n
        got = np.bincount(labels[test], minlength=n_classes)
        assert (np.abs(got - share) < 1).all()


def test_a_random_split_is_not_stratified_by_itself():
    # So the test above can fail: without labels the shares vary.
    labels = np.repeat([0, 1], 50)
    counts = {labels[train_test_split(100, 0.2, seed)[1]].sum() for seed in range(20)}
    assert len(counts) > 1


def test_the_seed_decides():
    labels = np.arange(100) % 3
    for kind in (None, labels):
        first = train_test_split(100, 0.2, 5, kind)
        again = train_test_split(100, 0.2, np.random.default_rng(5), kind)
        other = train_test_split(100, 0.2, 6, kind)
        for a, b, c in zip(first, again, other, strict=True):
            np.testing.assert_array_equal(a, b)
            assert not np.array_equal(a, c)


@pytest.mark.parametrize("labels", [None, np.repeat([0, 1, 2], [40, 7, 3])])
def test_every_example_is_tested_equally_often(labels):
    n_seeds = 2000
    hits = np.zeros(50)
    for seed in range(n_seeds):
        hits[train_test_split(50, 0.2, seed, labels)[1]] += 1
    classes = np.zeros(50, int) if labels is None else labels
    for c in np.unique(classes):  # within a class, all have the same chance p
        p = hits[classes == c].mean() / n_seeds
        spread = np.sqrt(n_seeds * p * (1 - p))
        assert np.abs(hits[classes == c] - n_seeds * p).max() < 4.5 * spread + 1e-9


def test_both_parts_are_shuffled():
    labels = np.repeat([0, 1], 50)
    for part in train_test_split(100, 0.5, 0, labels):
        assert 10 < np.count_nonzero(np.diff(labels[part])) < 40  # sorted: 1


def test_labels_may_be_words_and_are_left_alone():
    labels = np.array(["cat", "dog", "dog", "cat"] * 5)
    before = labels.copy()
    _, test = train_test_split(20, 0.2, 0, labels)
    assert sorted(labels[test]) == ["cat", "cat", "dog", "dog"]
    np.testing.assert_array_equal(labels, before)


# Error sentences


@pytest.mark.parametrize("fraction", [0, 1, 1.5, -0.2, 360, float("nan"), "0.2"])
def test_fractions_that_are_none(fraction):
    with pytest.raises(ValueError, match="train_test_split") as error:
        train_test_split(1797, fraction, 0)
    assert str(error.value) == (
        f"train_test_split: test_fraction must lie between 0 and 1, "
        f"but {fraction!r} came. For a fifth write 0.2."
    )


@pytest.mark.parametrize(("n", "fraction"), [(5, 0.01), (5, 0.99), (1, 0.5), (0, 0.5)])
def test_an_empty_part(n, fraction):
    with pytest.raises(ValueError, match="train_test_split") as error:
        train_test_split(n, fraction, 0)
    n_test = round(n * fraction)
    assert str(error.value) == (
        f"train_test_split: test_fraction={fraction} of n={n} examples makes "
        f"{n_test} for the test and {n - n_test} to train on. "
        f"Neither part may be empty: change the fraction or find more examples."
    )


def test_the_data_in_the_place_of_their_number():
    with pytest.raises(TypeError) as error:
        train_test_split(np.zeros((5, 3)), 0.2, 0)
    assert str(error.value) == (
        "train_test_split: n must be the number of examples, but ndarray came. "
        "Give len(x)."
    )


def test_labels_of_another_length():
    with pytest.raises(ValueError, match="train_test_split") as error:
        train_test_split(10, 0.2, 0, labels=[0, 1, 0])
    assert str(error.value) == (
        "train_test_split: labels must have shape (10,), but came with shape (3,). "
        "Give one class for each example."
    )


# KFold and StratifiedKFold


def folds(splitter, *arguments):
    return [(a.tolist(), b.tolist()) for a, b in splitter.split(*arguments)]


def test_k_parts_by_hand():
    assert folds(KFold(2), range(5)) == [([3, 4], [0, 1, 2]), ([0, 1, 2], [3, 4])]
    # of class 7 three, of class 5 two: each part has one or two, and one
    y = [7, 7, 7, 5, 5]
    assert folds(StratifiedKFold(2), range(5), y) == [
        ([2, 4], [0, 1, 3]),
        ([0, 1, 3], [2, 4]),
    ]


@quick
@given(st.integers(2, 60), st.integers(2, 7), st.integers(0, 10**6), st.integers(1, 4))
def test_the_parts_are_scikit_learns(n, k, seed, n_classes):
    assume(n >= k)
    y = np.random.default_rng(seed).permutation(np.arange(n) % n_classes)
    for shuffle in (False, True):
        arguments = dict(shuffle=shuffle, random_state=seed if shuffle else None)
        ours = folds(KFold(k, **arguments), y)
        assert ours == folds(model_selection.KFold(k, **arguments), y)
        assert sorted(i for _, test in ours for i in test) == list(range(n))
        if np.bincount(y).min() >= k:
            ours = folds(StratifiedKFold(k, **arguments), y, y)
            theirs = model_selection.StratifiedKFold(k, **arguments)
            assert ours == folds(theirs, y, y)


@quick
@given(st.integers(0, 10**6), st.integers(2, 6))
def test_each_part_has_its_share_of_every_class(seed, k):
    y = np.random.default_rng(seed).permutation(np.repeat([0, 1, 2], [k, k + 3, 40]))
    for train, test in StratifiedKFold(k, shuffle=True).split(y, y):
        share = np.bincount(y) / k
        assert (np.abs(np.bincount(y[test], minlength=3) - share) < 1).all()
        assert np.intersect1d(train, test).size == 0
        assert len(train) + len(test) == len(y)


def test_words_as_classes_and_one_class_only():
    y = np.array(["cat", "dog"] * 5)
    for _, test in StratifiedKFold(5).split(y, y):
        assert sorted(y[test]) == ["cat", "dog"]
    assert folds(StratifiedKFold(3), y, np.zeros(10)) == folds(KFold(3), y)


@pytest.mark.parametrize("made", [KFold, StratifiedKFold])
def test_number_and_seed_of_the_parts(made):
    assert made(4).get_n_splits() == 4
    for wrong in (1, 0, 2.0, "5"):
        refuses(
            lambda w=wrong: made(w),
            f"{made.__name__}: n_splits must be a whole number of 2 or more, but "
            f"{wrong!r} came. One part would leave nothing to learn from.",
        )
    refuses(
        lambda: made(3, random_state=0),
        f"{made.__name__}: random_state=0 does nothing without a draw. Set shuffle=True "
        f"or leave it out.",
    )
    refuses(
        lambda: next(made(3).split([1, 2], [0, 0])),
        f"{made.__name__}: 2 examples cannot fill n_splits=3 parts. Take fewer parts or "
        f"find more examples.",
    )


@pytest.mark.parametrize("made", [KFold, StratifiedKFold])
def test_what_is_no_seed_and_what_are_no_examples(made):
    refuses(
        lambda: made(3, shuffle=True, random_state=np.random.default_rng(0)),
        f"{made.__name__}: random_state must be a whole number or None, but Generator "
        f"came. Give a seed such as 0.",
    )
    refuses(
        lambda: next(made(3).split(10, [0] * 10)),
        f"{made.__name__}: split needs the examples, of which it takes only the number, "
        f"but int came. Give x, or range(n).",
        TypeError,
    )


def test_classes_that_do_not_fit():
    refuses(
        lambda: next(StratifiedKFold(3).split(range(7), [0, 1, 0, 1, 0, 1, 2])),
        "StratifiedKFold: 1 examples of class 2 cannot fill n_splits=3 parts. Take fewer "
        "parts or find more examples.",
    )
    refuses(
        lambda: next(StratifiedKFold(2).split(range(4), [0.5, 1, 2, 0.5])),
        "StratifiedKFold: y holds 0.5, which is no class. For numbers to predict use "
        "KFold.",
    )
    refuses(
        lambda: next(StratifiedKFold(2).split(range(4), [0, 1])),
        "StratifiedKFold: y must have shape (4,), but came with shape (2,). Give one "
        "class for each example.",
    )


@pytest.mark.parametrize("gap", [None, float("nan")])
def test_a_missing_class(gap):
    labels = np.array(["a", "b", gap, "b"], dtype=object)
    numbers = np.array([0.0, 1.0, np.nan, 1.0])
    for y in (labels, numbers):
        refuses(
            lambda y=y: train_test_split(4, 0.5, 0, y),
            "train_test_split: labels[2] is missing. Leave such examples out, or make "
            "them a class of their own.",
        )
        refuses(
            lambda y=y: next(StratifiedKFold(2).split(range(4), y)),
            "StratifiedKFold: y[2] is missing. Leave such examples out, or make them a "
            "class of their own.",
        )


def test_a_truth_value_is_no_number_of_examples():
    refuses(
        lambda: train_test_split(True, 0.5, 0),
        "train_test_split: n must be the number of examples, but bool came. Give len(x).",
        TypeError,
    )
