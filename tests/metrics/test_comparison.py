import dataclasses
import math
import time

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.metrics import (
    bootstrap_interval,
    f1,
    mcnemar,
    paired_difference,
    roc_auc,
)
from lessons_pkg.metrics._student import probability_beyond, quantile

from .said import quick, sentence_of


def sentence(f, *args, **kwargs):
    return sentence_of(ValueError, f, *args, **kwargs)


# Paired differences


def test_paired_difference_by_hand():
    # d = 1, 2, 3: mean 2, s^2 = 1, standard error sqrt(1/3), t = 2 sqrt(3) = 3.464.
    # P(|T| > t) for 2 degrees is 1 - t / sqrt(t^2 + 2) = 1 - sqrt(12/14) = 0.0742.
    found = paired_difference([3.0, 4.0, 6.0], [2.0, 2.0, 3.0])
    assert found.mean == 2
    assert found.standard_error == pytest.approx(math.sqrt(1 / 3))
    assert found.t == pytest.approx(2 * math.sqrt(3))
    assert found.p == pytest.approx(1 - math.sqrt(12 / 14))
    # 95 % of T with 2 degrees lie within 4.3027.
    reach = 4.30265 * math.sqrt(1 / 3)
    assert found.interval == pytest.approx((2 - reach, 2 + reach), rel=1e-5)
    assert found.n == 3


def test_the_correction_by_hand():
    # Ten folds: 1/n = 1/10, test over train = 1/9, so the error grows by
    # sqrt((1/10 + 1/9) / (1/10)) = sqrt(19/9) = 1.453, and t shrinks by as much.
    a, b = np.random.default_rng(0).normal(size=(2, 10))
    plain, corrected = (
        paired_difference(a, b, test_over_train=r) for r in (0.0, 1 / 9)
    )
    assert corrected.standard_error / plain.standard_error == pytest.approx(
        math.sqrt(19 / 9)
    )
    assert plain.t / corrected.t == pytest.approx(math.sqrt(19 / 9))
    assert corrected.p > plain.p
    assert corrected.mean == plain.mean
    assert corrected.interval[1] - corrected.mean == pytest.approx(
        (plain.interval[1] - plain.mean) * math.sqrt(19 / 9)
    )


@pytest.mark.parametrize("n", [2, 3, 4, 5, 10, 31, 200])
@pytest.mark.parametrize("seed", range(3))
def test_as_in_scipy(seed, n):
    a, b = np.random.default_rng(seed).normal([[0.5], [0.0]], size=(2, n))
    want = scipy.stats.ttest_rel(a, b)
    for confidence in (0.9, 0.95):
        found = paired_difference(a, b, confidence)
        assert found.t == pytest.approx(want.statistic, rel=1e-10)
        assert found.p == pytest.approx(want.pvalue, rel=1e-9)
        assert found.interval == pytest.approx(
            want.confidence_interval(confidence), rel=1e-9
        )
    swapped = paired_difference(b, a)
    assert (swapped.mean, swapped.t) == pytest.approx((-found.mean, -found.t))
    assert swapped.p == pytest.approx(found.p)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 8, 9, 30, 101])
def test_student_as_in_scipy(df):
    for t in (0.0, 0.1, 1.0, 2.5, 7.0):
        want = 2 * scipy.stats.t.sf(t, df)
        assert probability_beyond(t, df) == pytest.approx(want, abs=1e-13)
        assert probability_beyond(-t, df) == probability_beyond(t, df)
    for confidence in (0.5, 0.95, 0.999):
        want = scipy.stats.t.ppf((1 + confidence) / 2, df)
        assert quantile(confidence, df) == pytest.approx(want, rel=1e-9)


def test_where_there_is_no_difference_p_is_small_as_often_as_it_should_be():
    rng = np.random.default_rng(0)
    small = [paired_difference(*rng.normal(size=(2, 6))).p < 0.1 for _ in range(2000)]
    assert np.mean(small) == pytest.approx(0.1, abs=0.02)  # 3 standard errors


def test_what_it_found_cannot_be_changed():
    found = paired_difference([1.0, 2.0], [0.0, 0.0])
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.p = 0.01


def test_pairs_that_cannot_be_compared():
    who = "paired_difference"
    assert sentence(paired_difference, [1, 2, 3], [1, 2]) == (
        f"{who}: a has 3 scores, but b has 2. "
        "Give both for the same seeds or splits, in the same order."
    )
    assert sentence(paired_difference, [1.0], [2.0]) == (
        f"{who}: a and b hold 1 value, and from under two there is no spread to see. "
        "Give more seeds, splits or examples."
    )
    assert sentence(paired_difference, [0.3, 0.9], [0.1, 0.7]) == (
        f"{who}: all 2 differences are 0.2, so that their spread is 0 and t is "
        "undefined. Were the seeds used? Report the difference."
    )
    assert sentence(paired_difference, [0.3, np.nan], [0.1, 0.7]) == (
        f"{who}: a holds nan at index [1]. Give finite numbers only."
    )
    assert sentence(paired_difference, [1, 2], [0, 0], test_over_train=-1) == (
        f"{who}: test_over_train=-1 is no ratio of two sizes. "
        "Give the size of the test part over that of the training part."
    )
    assert sentence(paired_difference, [1, 2], [0, 0], confidence=95) == (
        f"{who}: confidence=95 is not between 0 and 1. Give 0.95 for 95 %."
    )


# The bootstrap


def test_bootstrap_of_two_values_by_hand():
    # Resamples of (0, 1) are 00, 01, 10, 11: means 0, 1/2, 1/2, 1. Half the means are
    # 1/2, so the middle 40 % are all 1/2, and the middle 95 % reach from 0 to 1.
    assert bootstrap_interval([0.0, 1.0], confidence=0.4) == (0.5, 0.5)
    assert bootstrap_interval([0.0, 1.0]) == (0.0, 1.0)


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_for_many_values_it_is_the_interval_of_the_normal(confidence):
    values = np.random.default_rng(1).normal(3, 2, 400)
    low, high = bootstrap_interval(values, confidence=confidence, n=4000)
    reach = scipy.stats.norm.ppf((1 + confidence) / 2) * values.std() / 20
    assert low == pytest.approx(values.mean() - reach, abs=0.015)
    assert high == pytest.approx(values.mean() + reach, abs=0.015)


def test_as_scipy_resamples():
    values = np.random.default_rng(2).exponential(size=50)
    got = bootstrap_interval(values, np.median, n=5000)
    want = scipy.stats.bootstrap(
        (values,), np.median, n_resamples=5000, method="percentile", rng=0
    ).confidence_interval
    assert got == pytest.approx((want.low, want.high), abs=0.03)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(3)
    samples = rng.normal(size=(300, 40))
    found = [bootstrap_interval(x, confidence=0.9, n=200) for x in samples]
    inside = np.mean([low <= 0 <= high for low, high in found])
    assert 0.82 < inside < 0.94


def test_rows_are_kept_whole():
    predicted, target = np.random.default_rng(4).integers(0, 2, (2, 60))
    rows = np.stack([predicted, target], axis=1)
    low, high = bootstrap_interval(rows, lambda v: f1(v[:, 0], v[:, 1]), n=200)
    assert low < f1(predicted, target) < high
    same = np.stack([target, target], axis=1)
    got = bootstrap_interval(same, lambda v: f1(v[:, 0], v[:, 1]), n=50)
    assert got == (1, 1)


def test_seeds():
    values = np.random.default_rng(5).normal(size=20)
    first, again, other = (bootstrap_interval(values, seed=s) for s in (0, 0, 1))
    assert first == again != other
    given = bootstrap_interval(values, seed=np.random.default_rng(0))
    assert given == first


def test_what_cannot_be_resampled():
    who = "bootstrap_interval"
    assert sentence(bootstrap_interval, [1.0]) == (
        f"{who}: values hold 1 value, and from under two there is no spread to see. "
        "Give more seeds, splits or examples."
    )
    assert sentence(bootstrap_interval, [1.0, 2.0], confidence=1) == (
        f"{who}: confidence=1 is not between 0 and 1. Give 0.95 for 95 %."
    )
    assert sentence(bootstrap_interval, [1.0, 2.0], n=0) == (
        f"{who}: n=0 must be a whole number of at least 1. Give such a number."
    )
    assert sentence(bootstrap_interval, [1.0, np.nan]) == (
        f"{who}: values holds nan at index [1]. Give finite numbers only."
    )
    assert sentence(bootstrap_interval, [1.0, 2.0], lambda v: v) == (
        f"{who}: statistic gives arrays of shape (2,). "
        "Give a function that makes one number of the values."
    )
    assert sentence(bootstrap_interval, [1.0, 2.0], lambda v: np.nan) == (
        f"{who}: what statistic gives holds nan at index [0]. Give finite numbers only."
    )


def test_a_statistic_that_is_undefined_on_a_resample_says_so():
    rows = np.column_stack([[0.1, 0.2, 0.3], [0, 0, 1]])
    said = sentence(bootstrap_interval, rows, lambda v: roc_auc(v[:, 0], v[:, 1]))
    assert said.startswith("roc_auc: every target is ")


# McNemar


def test_mcnemar_by_hand():
    # Ten examples. A alone is right on 5, B alone on 1, both on 3, none on 1.
    a = [1, 1, 1, 1, 1, 0, 1, 1, 1, 0]
    b = [0, 0, 0, 0, 0, 1, 1, 1, 1, 0]
    # Six tosses, at most one of them B's: 2 * (1 + 6) / 64
    assert mcnemar(a, b) == mcnemar(b, a) == 14 / 64
    assert mcnemar([1, 0], [0, 1]) == 1  # 2 * (1 + 2) / 4, at most 1
    assert mcnemar([1, 0], [1, 0]) == 1  # they never differ


@quick
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 9), st.booleans())
def test_mcnemar_as_the_binomial_test_of_scipy(only_a, only_b, both, as_truth_values):
    a = np.repeat([1, 0, 1, 0], [only_a, only_b, both, 1])
    b = np.repeat([0, 1, 1, 0], [only_a, only_b, both, 1])
    if as_truth_values:
        a, b = a.astype(bool), b.astype(bool)
    tosses = only_a + only_b
    want = scipy.stats.binomtest(only_a, tosses).pvalue if tosses else 1.0
    assert mcnemar(a, b) == pytest.approx(want, rel=1e-10)


def test_mcnemar_of_thousands():
    a, b = np.repeat([1, 0], [1700, 1500]), np.repeat([0, 1], [1700, 1500])
    want = scipy.stats.binomtest(1700, 3200).pvalue
    assert mcnemar(a, b) == pytest.approx(want, rel=1e-9)


def test_what_are_not_right_and_wrong():
    assert sentence(mcnemar, [2, 0], [1, 0]) == (
        "mcnemar: right_a holds 2, but must hold 1 for a right answer and 0 for a "
        "wrong one. Give (predicted == target)."
    )
    assert sentence(mcnemar, [1, 0], [1]) == (
        "mcnemar: right_a is for 2 examples, and right_b for 1. "
        "Give both for the same examples, at least one."
    )
    assert sentence(mcnemar, [], []) == (
        "mcnemar: right_a is for 0 examples, and right_b for 0. "
        "Give both for the same examples, at least one."
    )


def test_mcnemar_of_ten_thousands_is_quick():
    a, b = np.repeat([1, 0], [15100, 14900]), np.repeat([0, 1], [15100, 14900])
    want = scipy.stats.binomtest(15100, 30000).pvalue
    start = time.process_time()
    assert mcnemar(a, b) == pytest.approx(want, rel=1e-9)
    assert time.process_time() - start < 5  # each binomial anew takes minutes


def test_settings_that_are_no_numbers():
    for f, data in (
        (bootstrap_interval, ([1, 2],)),
        (paired_difference, ([1, 2], [0, 0])),
    ):
        assert sentence(f, *data, confidence="95%") == (
            f"{f.__name__}: confidence='95%' is not between 0 and 1. Give 0.95 for 95 %."
        )
    assert sentence(paired_difference, [1, 2], [0, 0], test_over_train=None) == (
        "paired_difference: test_over_train=None is no ratio of two sizes. "
        "Give the size of the test part over that of the training part."
    )


def test_a_statistic_that_is_no_function():
    assert sentence_of(TypeError, bootstrap_interval, [1.0, 2.0], "mean") == (
        "bootstrap_interval: statistic must be a function of the values, but str came. "
        "Give the function itself: np.mean."
    )


def test_one_number_where_several_are_asked():
    assert sentence(bootstrap_interval, 3) == (
        "bootstrap_interval: values must have shape (N, ...), but came with shape (). "
        "Give a list of numbers."
    )
