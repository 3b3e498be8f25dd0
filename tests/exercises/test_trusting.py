"""The chapter's answers against scikit-learn; answers that learners could give."""

import re
from itertools import pairwise

import numpy as np
import pytest
import sklearn.metrics
import sklearn.model_selection
import sklearn.preprocessing
import torch

from lessons_pkg import metrics
from lessons_pkg.exercises import trusting as module
from tests.exercises.helpers import Chapter

CHAPTER = Chapter("trusting")
ex, given, mended, spoilt = CHAPTER.ex, CHAPTER.given, CHAPTER.mended, CHAPTER.spoilt

# ---------------------------------------------------- the answers are right, in truth

LETTERS = np.array([[1, 0, 1, 0, 0, 0, 1, 0, 0, 0], [1, 1, 1, 0, 1, 0, 0, 0, 1, 0]])


def table_of(statement):
    rows = re.findall(r"\| (?:is spam|filter says) \|(.*)\|", statement)
    return np.array([[int(cell) for cell in row.split("|")] for row in rows])


def test_ten_letters():
    target, predicted = LETTERS
    np.testing.assert_array_equal(table_of(ex("ten_letters").statement), LETTERS)
    want = [
        sklearn.metrics.accuracy_score(target, predicted),
        *sklearn.metrics.precision_recall_fscore_support(
            target, predicted, average="binary"
        )[:3],
    ]
    np.testing.assert_allclose(ex("ten_letters").answer, want, atol=1e-15)


def test_rare():
    ill = np.repeat([1, 0], [40, 960])
    b = np.repeat([1, 0, 1, 0], [30, 10, 60, 900])
    tests = {"A": np.zeros(1000, int), "B": b}
    want = [f(t, ill) for f in SCORES for t in tests.values()]
    want.append(sklearn.metrics.precision_score(ill, b))
    np.testing.assert_allclose(ex("rare").answer, want, atol=1e-15)


SCORES = [metrics.accuracy, metrics.balanced_accuracy]


@pytest.mark.parametrize("seed", range(5))
def test_code_against_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    predicted, target = rng.integers(0, 5, (2, 29))
    np.testing.assert_array_equal(
        ex("confusion").answer(predicted, target, 7),
        sklearn.metrics.confusion_matrix(target, predicted, labels=range(7)),
    )
    scores, target = rng.integers(0, 9, 29) / 8, np.append(predicted > 1, [0, 1])[2:]
    target = target.astype(int)
    area = sklearn.metrics.roc_auc_score(target, scores)
    assert ex("auc").answer(scores, target) == pytest.approx(area, rel=1e-12)
    said = (scores > 0.3).astype(int)
    rates = sklearn.metrics.precision_recall_fscore_support(
        target, said, average="binary"
    )
    assert ex("recall").answer(said, target) == pytest.approx(rates[:3], rel=1e-12)
    across, up, at = sklearn.metrics.roc_curve(target, scores, drop_intermediate=False)
    got = ex("roc_axis").answer(scores, target, at)
    np.testing.assert_allclose(got, [across, up], atol=1e-12)
    p = rng.random(29)
    for n_bins in (1, 2, 7, 10):
        want = metrics.expected_calibration_error(p, target, n_bins)
        assert ex("calibration").answer(p, target, n_bins) == pytest.approx(want)


def test_scaled_first():
    train, test = np.random.default_rng(0).normal(3, 2, (2, 7, 3))
    scaler = sklearn.preprocessing.StandardScaler().fit(train)
    got = ex("scaled_first").answer(train, test)
    for ours, part in zip(got, (train, test), strict=True):
        np.testing.assert_allclose(ours, scaler.transform(part))
    moved = ex("scaled_first").answer(train, np.vstack([test, [1e6] * 3]))
    np.testing.assert_array_equal(moved[0], got[0])  # "one absurd row"
    wrong = given("scaled_first")
    absurd = wrong(train, np.vstack([test, [1e6] * 3]))
    assert np.abs(absurd[0] - wrong(train, test)[0]).max() > 0.5


@pytest.mark.parametrize(("n", "k"), [(11, 3), (10, 5), (7, 7), (13, 5), (2, 2)])
def test_folds(n, k):
    ours = ex("folds").answer(n, k)
    theirs = sklearn.model_selection.KFold(k).split(np.zeros(n))
    for mine, yours in zip(ours, theirs, strict=True):
        for a, b in zip(mine, yours, strict=True):
            np.testing.assert_array_equal(a, b)


# ------------------------------------------------------- what the statements say is so


def test_what_the_statement_says_of_recall():
    for counts, said, recall in (
        ((40, 10, 20, 930), ["0.800", "0.800", "0.877"], 2 / 3),
        ((20, 5, 40, 935), ["0.800", "0.800"], 1 / 3),
    ):
        reported = given("recall")(*module._counted(*counts))
        assert [f"{x:.3f}" for x in reported][: len(said)] == said
        assert ex("recall").answer(*module._counted(*counts))[1] == recall
    assert r"0.800,\; 0.800,\; 0.877" in ex("recall").statement
    found = ex("recall").answer(*module._counted(40, 10, 20, 930))
    assert [f"{x:.3f}" for x in found] == ["0.800", "0.667", "0.727"]


def test_what_the_statement_says_of_the_axis():
    data = module._TEN_SCORES, module._TEN_TARGETS, module._TEN_SCORES
    across, _ = given("roc_axis")(*data)
    steps = np.sign(np.diff(across))
    turns = [s for s in steps if s]
    assert turns[:3] == [1, -1, 1]
    assert across[-1] == 0.6
    across, up = ex("roc_axis").answer(*data)
    assert np.all(np.diff(across) >= 0)
    assert (across[-1], up[-1]) == (1, 1)
    shown = ", ".join(map(str, module._TEN_TARGETS))
    assert f"$${shown}$$" in ex("roc_axis").statement


def test_what_the_statement_says_of_folds():
    tests = [test.tolist() for _, test in given("folds")(11, 3)]
    assert tests == [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, 8, 9]]
    trained_on = [train.tolist() for train, _ in given("folds")(11, 3)]
    assert [3 in train for train in trained_on] == [True, False, True]


def noise(rng):
    return (
        rng.random(10),
        rng.integers(0, 2, 10),
        rng.random(10),
        rng.integers(0, 2, 10),
    )


def test_what_the_statement_says_of_the_threshold():
    rng = np.random.default_rng(0)
    draws = [noise(rng) for _ in range(3000)]
    for report, share in ((given("threshold"), 0.69), (ex("threshold").answer, 0.5)):
        assert np.mean([report(*d)[1] for d in draws]) == pytest.approx(share, abs=0.01)


def test_what_is_said_of_the_honest_estimate():
    promised, true = module._said_and_true(given("honest_estimate"), 0.0)
    assert promised.mean() == pytest.approx(0.8, abs=0.02)
    assert true.mean() == pytest.approx(0.5, abs=0.01)
    said, true = module._said_and_true(hold_out(12), 0.8)
    assert 0.1 < np.sqrt(np.mean((said - true) ** 2)) < 0.2
    said, true = module._said_and_true(hold_out(30), 0.8)
    assert said.mean() < true.mean() - 0.08  # "the estimate is too low"


# ------------------------------------------------------------- answers of learners


def hold_out(n_test, n_splits=1):
    def estimate(choose, fit, x, y):
        rng, right = np.random.default_rng(5), []
        for _ in range(n_splits):
            order = rng.permutation(len(x))
            test, train = order[:n_test], order[n_test:]
            columns = choose(x[train], y[train])
            predict = fit(x[train][:, columns], y[train])
            right.append(np.mean(predict(x[test][:, columns]) == y[test]))
        return np.mean(right)

    return estimate


def held_back(n_test, last=True):
    """One hold-out, of the last rows or of the first."""

    def estimate(choose, fit, x, y):
        rows = np.arange(len(x)) if last else np.arange(len(x))[::-1]
        train, test = rows[:-n_test], rows[-n_test:]
        columns = choose(x[train], y[train])
        predict = fit(x[train][:, columns], y[train])
        return np.mean(predict(x[test][:, columns]) == y[test])

    return estimate


def chosen_on_the_tested(choose, fit, x, y):
    right = []
    for test in np.array_split(np.arange(len(x)), 10):
        train, columns = np.setdiff1d(np.arange(len(x)), test), choose(x[test], y[test])
        says = fit(x[train][:, columns], y[train])(x[test][:, columns])
        right.extend(says == y[test])
    return np.mean(right)


def in_folds(k):
    return spoilt(
        "honest_estimate",
        (", 10)", f", {k})"),
    )


def on_what_was_trained_on(choose, fit, x, y):
    columns = choose(x, y)
    return np.mean(fit(x[:, columns], y)(x[:, columns]) == y)


def with_add_at(predicted, target, n_classes):
    counts = np.zeros((n_classes, n_classes))
    np.add.at(counts, (target, predicted), 1)
    return counts.tolist()


def with_bincount(predicted, target, n_classes):
    pairs = n_classes * target + predicted
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, -1)


def with_torch(predicted, target, n_classes):
    pairs = torch.tensor(n_classes * target + predicted)
    return torch.bincount(pairs, minlength=n_classes**2).view(n_classes, n_classes)


def rates_in_other_words(predicted, target):
    p, r = np.mean(target[predicted == 1]), np.mean(predicted[target == 1])
    return [p, r, 2 / (1 / p + 1 / r)]


def axis_by_lists(scores, target, thresholds):
    good, bad = scores[target == 0], scores[target == 1]
    across = [float(np.mean(good >= t)) for t in thresholds]
    return across, [float(np.mean(bad >= t)) for t in thresholds]


def by_loops(scores, target):
    total = 0.0
    for p in scores[target == 1]:
        for n in scores[target == 0]:
            total += 1 if p > n else 0.5 if p == n else 0
    return total / (sum(target) * sum(1 - target))


def by_trapezoid(scores, target):
    at = np.append(np.inf, np.unique(scores)[::-1])
    up = [np.mean(scores[target == 1] >= t) for t in at]
    return np.trapezoid(up, [np.mean(scores[target == 0] >= t) for t in at])


def with_digitize(p, y, n_bins):
    bins = np.digitize(p, np.linspace(0, 1, n_bins + 1)[1:-1])
    return sum(
        abs(np.sum(y[bins == b]) - np.sum(p[bins == b])) for b in range(n_bins)
    ) / len(p)


def in_turn(n, k):
    for i in range(k):
        yield [j for j in range(n) if j % k != i], range(i, n, k)


def shuffled(n, k):
    parts = np.array_split(np.random.default_rng(1).permutation(n), k)
    return [(np.hstack(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


def masks(n, k):
    number = np.arange(n) % k
    return [(number != i, number == i) for i in range(k)]


def in_sets(n, k):
    tests = [set(range(i, n, k)) for i in range(k)]
    return [(set(range(n)) - test, test) for test in tests]


def without_a_loop(val_scores, val_target, test_scores, test_target):
    at = np.unique(val_scores)
    right = ((val_scores >= at[:, None]) == val_target).mean(axis=1)
    t = at[right.argmax()]
    return float(t), float(np.mean((test_scores >= t) == test_target))


RIGHT = [
    ("ten_letters", (0.6, 0.4, 0.667, 0.5)),
    ("ten_letters", np.array([0.6, 0.4, 0.6667, 0.5])),
    ("rare", [0.96, 0.93, 0.5, 0.844, 0.333]),
    ("confusion", with_add_at),
    ("confusion", with_bincount),
    ("confusion", with_torch),
    (
        "confusion",
        lambda p, t, c: [
            [sum((t == i) & (p == j)) for j in range(c)] for i in range(c)
        ],
    ),
    ("recall", rates_in_other_words),
    (
        "recall",
        mended(
            "recall",
            ("target[predicted == 1]", "predicted[target == 1]"),
            (
                "2 * accuracy * recall / (accuracy",
                "2 * precision * recall / (precision",
            ),
        ),
    ),
    (
        "roc_axis",
        mended("roc_axis", ("1 - precision", "fp / np.sum(target == 0)")),
    ),
    ("roc_axis", lambda *given: np.array(axis_by_lists(*given))),
    ("roc_axis", axis_by_lists),
    ("auc", by_loops),
    ("auc", by_trapezoid),
    ("auc", metrics.roc_auc),
    ("auc", lambda scores, target: torch.tensor(by_loops(scores, target))),
    ("calibration", with_digitize),
    ("scaled_first", mended("scaled_first", ("[train, test]", "[train]"))),
    ("scaled_first", lambda train, test: [x.tolist() for x in scaled(train, test)]),
    ("folds", in_turn),
    ("folds", shuffled),
    ("folds", masks),
    ("folds", in_sets),
    ("folds", lambda n, k: sklearn.model_selection.KFold(k).split(np.zeros(n))),
    ("threshold", without_a_loop),
    ("honest_estimate", in_folds(5)),
    ("honest_estimate", in_folds(60)),
    ("honest_estimate", hold_out(12, n_splits=30)),
]


def scaled(train, test):
    return [(x - train.mean(axis=0)) / train.std(axis=0) for x in (train, test)]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answer_in_another_form_is_accepted(name, answer):
    verdict = ex(name).check(answer)
    assert verdict.status == "correct", verdict.message


def leaves_one_out_of_each(n, k):
    return [(train[1:], test) for train, test in ex("folds").answer(n, k)]


def twice_in_training(n, k):
    return [(np.append(a, a[:1]), b) for a, b in ex("folds").answer(n, k)]


def beyond_the_end(n, k):
    return [(a + 1, b + 1) for a, b in ex("folds").answer(n, k)]


def changes_scores(scores, target):
    scores[target == 1] += 0
    scores *= 2
    return metrics.roc_auc(scores, target)


WRONG = [
    ("ten_letters", [0.6, 0.4, 0.667], "a list of 4 was expected"),
    ("ten_letters", "0.6, 0.4, 0.667, 0.5", "Write numbers, without quotes"),
    ("rare", [0.96, 0.93, 0.5, 0.844, 0.25], "the entry at index [4] is not right"),
    ("confusion", lambda p, t, c: {0: 1}, "was expected"),
    ("folds", leaves_one_out_of_each, "in neither part of a fold"),
    ("folds", twice_in_training, "twice in one training part"),
    ("folds", beyond_the_end, "the number 11, which no example has"),
    ("folds", lambda n, k: 3, "got `'a number'`"),
    ("folds", lambda n, k: [(1, 2, 3)] * k, "one array of numbers for each fold"),
    ("folds", lambda n, k: [("a", "b")] * k, "not of pairs of arrays or lists"),
    ("folds", lambda n, k: [({"a", 1}, {2})] * k, "not of pairs of arrays or lists"),
    ("folds", lambda n, k: None, "gives back None"),
    ("auc", changes_scores, "changes its argument `scores`"),
    ("honest_estimate", on_what_was_trained_on, "trained on. Hold rows back"),
    ("honest_estimate", hold_out(12), "misses by"),
    *[("honest_estimate", held_back(n), "misses by") for n in (12, 15, 20)],
    *[("honest_estimate", held_back(n, last=False), "misses by") for n in (12, 15)],
    ("honest_estimate", in_folds(3), "misses by"),
    ("honest_estimate", chosen_on_the_tested, "look at the tested rows alone"),
    ("honest_estimate", hold_out(30, 20), "That is too low. Is a large part"),
    ("honest_estimate", lambda choose, fit, x, y: 0.5, "the data not looked at"),
    ("honest_estimate", lambda choose, fit, x, y: 0.2, "That is too low. Do the"),
    ("honest_estimate", lambda choose, fit, x, y: 80.0, "a share, from 0 to 1"),
    ("honest_estimate", lambda choose, fit, x, y: y, "should give back one number"),
    ("honest_estimate", lambda choose, fit, x, y: np.nan, "from 0 to 1"),
    ("honest_estimate", 0.5, "This asks for the function `estimate` itself"),
    (
        "honest_estimate",
        mended("honest_estimate", (", 10)", ", 5)")),
        "did `choose` look at all rows",
    ),
    (
        "honest_estimate",
        lambda choose, fit, x, y: fit(x[:40], y[:40]) and choose(x, y)[100],
        "raises `IndexError`",
    ),
]


@pytest.mark.parametrize(("name", "answer", "said"), WRONG)
def test_wrong_answer_is_refused_and_told_why(name, answer, said):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert said in verdict.message


def lost_at_one(p, y, n_bins):
    edges, error = np.linspace(0, 1, n_bins + 1), 0.0
    for low, high in pairwise(edges):
        inside = (p >= low) & (p < high)
        if np.any(inside):
            error += np.mean(inside) * abs(np.mean(y[inside]) - np.mean(p[inside]))
    return error


def lost_at_zero(p, y, n_bins):
    edges, error = np.linspace(0, 1, n_bins + 1), 0.0
    for low, high in pairwise(edges):
        inside = (p > low) & (p <= high)
        if np.any(inside):
            error += np.mean(inside) * abs(np.mean(y[inside]) - np.mean(p[inside]))
    return error


def to_the_nearest(p, y, n_bins):
    bins, error = np.round(p * (n_bins - 1)).astype(int), 0.0
    for b in set(bins):
        gap = np.mean(y[bins == b]) - np.mean(p[bins == b])
        error += np.mean(bins == b) * abs(gap)
    return error


def weighed_by_the_bins(p, y, n_bins):
    return with_digitize(p, y, n_bins) * len(p) / n_bins


def nan_of_nothing(p, y, n_bins):
    edges, error = np.linspace(0, 1, n_bins + 1), 0.0
    bins = np.clip(np.digitize(p, edges) - 1, 0, n_bins - 1)
    with np.errstate(all="ignore"):
        for b in range(n_bins):
            n = np.sum(bins == b)
            gap = np.sum(y[bins == b]) / n - np.sum(p[bins == b]) / n
            error += n / len(p) * abs(gap)
    return error


def last_is_longer(n, k):
    size, parts = n // k, []
    for i in range(k):
        end = n if i == k - 1 else (i + 1) * size
        test = list(range(i * size, end))
        parts.append(([j for j in range(n) if j not in test], test))
    return parts


def reported_at_its_best(vs, vt, ts, tt):
    found = [(np.mean((vs >= t) == vt), -t) for t in vs]
    share, t = max(found)
    return -t, share


def scaled_by_each(train, test):
    with np.errstate(all="ignore"):
        return [(x - np.mean(x, 0)) / np.sqrt(np.var(x, 0)) for x in (train, test)]


def scaled_test_by(mean_of, std_of):
    def standardise(train, test):
        parts = {"train": train, "test": test}
        with np.errstate(all="ignore"):
            centred = test - parts[mean_of].mean(axis=0)
            return scaled(train, train)[0], centred / parts[std_of].std(axis=0)

    return standardise


def with_scikit_learn_on_both(train, test):
    fit = sklearn.preprocessing.StandardScaler().fit(np.vstack([train, test]))
    return fit.transform(train), fit.transform(test)


ON_VALIDATION = (
    ("np.unique(test_scores)", "np.unique(val_scores)"),
    ("(test_scores >= t) == test_target", "(val_scores >= t) == val_target"),
    ("best, best_accuracy\n", "best, np.mean((test_scores >= best) == test_target)\n"),
)

NAMED = [
    ("ten_letters", [0.6, 0.4, 0.667, 0.533], "arithmetic_mean"),
    ("ten_letters", [0.6, 0.4, 0.667, 0.632], "f1_from_accuracy"),
    ("ten_letters", [0.6, 0.4, 0.667, 0.633], "mean_with_accuracy"),
    ("ten_letters", [0.6, 0.4, 0.667, 0.48], "f1_without_recall"),
    ("ten_letters", [0.4, 0.4, 0.667, 0.5], "share_of_mistakes"),
    ("rare", [0.96, 0.93, 0.5, 0.542, 0.333], "balanced_from_precision"),
    ("rare", [0.96, 0.91, 0.5, 0.844, 0.333], "alarms_are_mistakes"),
    ("rare", [0.96, 0.93, 0.5, 0.844, 0.667], "share_of_false_alarms"),
    (
        "confusion",
        lambda p, t, c: sklearn.metrics.confusion_matrix(p, t, labels=range(c)),
        "transposed",
    ),
    (
        "confusion",
        lambda p, t, c: sklearn.metrics.confusion_matrix(t, p),
        "only_what_occurs",
    ),
    (
        "recall",
        mended("recall", ("target[predicted == 1]", "predicted[target == 1]")),
        "recall_alone_mended",
    ),
    (
        "recall",
        mended(
            "recall",
            (
                "2 * accuracy * recall / (accuracy",
                "2 * precision * recall / (precision",
            ),
        ),
        "f1_alone_mended",
    ),
    (
        "recall",
        mended(
            "recall",
            ("target[predicted == 1]", "predicted[target == 1]"),
            ("2 * accuracy * recall / (accuracy + recall)", "(precision + recall) / 2"),
        ),
        "arithmetic_mean",
    ),
    (
        "recall",
        mended(
            "recall",
            ("target[predicted == 1]", "predicted[target == 1]"),
            ("* recall / (accuracy + recall)", "* precision / (accuracy + precision)"),
        ),
        "f1_without_recall",
    ),
    (
        "roc_axis",
        mended("roc_axis", ("1 - precision", "fp / np.sum(~positive & (target == 0))")),
        "over_those_left_alone",
    ),
    (
        "roc_axis",
        mended("roc_axis", ("1 - precision", "fp / np.sum(positive != target)")),
        "share_of_the_mistakes",
    ),
    (
        "roc_axis",
        mended("roc_axis", ("1 - precision", "fp / np.sum(positive)")),
        "still_one_minus_precision",
    ),
    (
        "roc_axis",
        mended("roc_axis", ("1 - precision", "np.mean(~positive[target == 0])")),
        "specificity",
    ),
    ("roc_axis", mended("roc_axis", ("1 - precision", "fp / len(target)")), "over_all"),
    (
        "roc_axis",
        mended("roc_axis", ("1 - precision", "fp / np.sum(target == 0)"), (">=", ">")),
        "above_alone",
    ),
    (
        "auc",
        lambda s, t: np.mean([p > n for p in s[t == 1] for n in s[t == 0]]),
        "ties_count_0",
    ),
    (
        "auc",
        lambda s, t: metrics.roc_auc(-s, t),
        "turned_round",
    ),
    ("calibration", lost_at_one, "one_is_lost"),
    ("calibration", lost_at_zero, "zero_is_lost"),
    ("calibration", to_the_nearest, "nearest_of_the_bins"),
    ("calibration", weighed_by_the_bins, "weighed_by_the_bins"),
    ("calibration", nan_of_nothing, "empty_bins_are_nan"),
    ("calibration", lambda p, y, n: abs(np.mean(p) - np.mean(y)), "absolute_too_late"),
    ("calibration", lambda p, y, n: metrics.brier_score(p, y), "brier"),
    ("scaled_first", scaled_by_each, "each_by_its_own"),
    ("scaled_first", with_scikit_learn_on_both, "still_on_everything"),
    (
        "scaled_first",
        mended("scaled_first", ("= everything.mean", "= train.mean")),
        "mean_mended_alone",
    ),
    ("scaled_first", scaled_test_by("test", "train"), "test_by_its_own_mean"),
    ("scaled_first", scaled_test_by("train", "test"), "test_by_its_own_deviation"),
    (
        "folds",
        mended("folds", ("np.arange(start, end))", "test)")),
        "overlap_and_rest",
    ),
    ("folds", last_is_longer, "last_takes_the_rest"),
    ("folds", mended("folds", ("end + 1", "end")), "rest_left_out"),
    (
        "folds",
        lambda n, k: [sklearn.model_selection.train_test_split(range(n))],
        None,
    ),
    ("threshold", reported_at_its_best, "never_tested"),
    (
        "threshold",
        mended("threshold", *ON_VALIDATION, (">= t", "> t"), (">= best", "> best")),
        "above_alone",
    ),
    (
        "threshold",
        mended("threshold", *ON_VALIDATION, ("np.unique(val_scores)", "val_scores")),
        "as_they_come",
    ),
    (
        "threshold",
        mended("threshold", ("np.unique(test_scores)", "np.unique(val_scores)")),
        "candidates_of_the_validation_part",
    ),
    (
        "threshold",
        mended(
            "threshold", ("(test_scores >= t) == test_t", "(val_scores >= t) == val_t")
        ),
        "two_lines_mixed",
    ),
]


@pytest.mark.parametrize(("name", "answer", "misconception"), NAMED)
def test_mistake_is_named(name, answer, misconception):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert verdict.misconception == misconception


UNNAMED = [
    ("ten_letters", [0.6, 0.4, 0.667, 0.55]),
    ("rare", [0.96, 0.93, 0.5, 0.85, 0.333]),
    ("confusion", lambda p, t, c: np.eye(c)),
    ("auc", lambda s, t: 0.5),
    ("calibration", lambda p, y, n: 0.0),
    ("scaled_first", lambda train, test: (train, test)),
    ("folds", lambda n, k: []),
]


@pytest.mark.parametrize(("name", "answer"), UNNAMED)
def test_a_misconception_does_not_swallow_its_neighbours(name, answer):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert verdict.misconception is None


def test_an_answer_cannot_spoil_the_data_of_the_next():
    def spoils(choose, fit, x, y):
        x[:], y[:] = 0, 1
        return 0.5

    assert ex("honest_estimate").check(spoils).status == "incorrect"
    answer = ex("honest_estimate").answer
    assert ex("honest_estimate").check(answer).status == "correct"
