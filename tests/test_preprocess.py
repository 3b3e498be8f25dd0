import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lessons_pkg.preprocess import train_test_split

quick = settings(max_examples=60, deadline=None, derandomize=True, database=None)


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
