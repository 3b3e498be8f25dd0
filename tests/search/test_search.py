"""The three searches, on functions whose best is known."""

import math
import re

import numpy as np
import pytest

from lessons_pkg.search import (
    Integers,
    LogUniform,
    Search,
    Uniform,
    bayesian_search,
    grid_search,
    random_search,
)

SPACE = {
    "lr": LogUniform(1e-5, 1.0),
    "momentum": Uniform(0.0, 1.0),
    "width": Integers(1, 20),
    "act": ["relu", "tanh"],
}


def hill(p):
    """Highest, 0, at lr = 0.01, momentum = 0.7, width = 8, relu."""
    return -(
        (math.log10(p["lr"]) + 2) ** 2
        + 4 * (p["momentum"] - 0.7) ** 2
        + ((p["width"] - 8) / 10) ** 2
        + 0.3 * (p["act"] == "tanh")
    )


def refuses(function, kind, sentence):
    with pytest.raises(kind, match=f"^{re.escape(sentence)}$"):
        function()


BOTH = pytest.mark.parametrize("search", [random_search, bayesian_search])

# Grid


def test_a_grid_by_hand():
    tried = grid_search(lambda p: p["a"] - p["b"] ** 2, {"a": [1, 2], "b": (0, 1)})
    assert [trial["params"] for trial in tried.trials] == [
        *({"a": 1, "b": 0}, {"a": 1, "b": 1}, {"a": 2, "b": 0}, {"a": 2, "b": 1})
    ]
    assert [trial["score"] for trial in tried.trials] == [1, 0, 2, 1]
    assert tried.best_params == {"a": 2, "b": 0}
    assert tried.best_score == 2
    assert tried.best_so_far.tolist() == [1, 1, 2, 2]


def test_a_grid_finds_the_best_there_is():
    space = {
        "lr": np.logspace(-4, 0, 5),
        "momentum": np.linspace(0, 1, 11),
        "width": Integers(6, 10),
        "act": ["relu", "tanh"],
    }
    tried = grid_search(hill, space)
    assert len(tried.trials) == 5 * 11 * 5 * 2
    expected = {"lr": 0.01, "momentum": 0.7, "width": 8, "act": "relu"}
    assert tried.best_params == pytest.approx(expected)


def test_of_equal_scores_the_first_is_best():
    assert grid_search(lambda p: 1, {"a": [3, 1, 2]}).best_params == {"a": 3}


# Random


def test_draws_are_spread_as_promised():
    tried = random_search(lambda p: 0, SPACE, 4000, seed=1)
    drawn = {k: [t["params"][k] for t in tried.trials] for k in SPACE}
    for share in (
        (np.log10(drawn["lr"]) + 5) / 5,
        np.array(drawn["momentum"]),
    ):
        counts, _ = np.histogram(share, 10, (0, 1))
        assert counts.sum() == 4000
        assert np.abs(counts - 400).max() < 5 * np.sqrt(400 * 0.9)
    counts = np.bincount(drawn["width"], minlength=21)
    assert counts[0] == 0
    assert np.abs(counts[1:] - 200).max() < 5 * np.sqrt(200)
    assert abs(drawn["act"].count("relu") - 2000) < 5 * np.sqrt(1000)
    kinds = {type(value) for values in drawn.values() for value in values}
    assert kinds == {float, int, str}


def test_many_draws_come_near_the_best():
    assert random_search(hill, SPACE, 2000).best_score > -0.1


# Bayesian


def test_it_finds_a_known_best():
    for seed in range(3):
        tried = bayesian_search(
            lambda p: -((p["x"] - 0.3) ** 2), {"x": Uniform(-2, 2)}, 15, seed=seed
        )
        assert tried.best_params["x"] == pytest.approx(0.3, abs=0.02)


def test_it_beats_chance_at_the_same_budget():
    seeds = range(6)
    ours = [bayesian_search(hill, SPACE, 25, seed=s).best_score for s in seeds]
    chance = [random_search(hill, SPACE, 25, seed=s).best_score for s in seeds]
    assert np.mean(ours) > np.mean(chance) + 0.1


def test_it_leaves_a_low_hill_for_a_higher_one():
    """Always taking the highest guess finds it from 9 of 20 seeds."""

    def evaluate(p):
        low, high = (p["x"] - 0.2) / 0.15, (p["x"] - 0.85) / 0.07
        return 0.6 * math.exp(-(low**2)) + math.exp(-(high**2))

    space = {"x": Uniform(0, 1)}
    for seed in range(8):
        tried = bayesian_search(evaluate, space, 15, seed=seed, n_random=2)
        assert tried.best_score > 0.95


def test_it_starts_as_random_search_does():
    ours = bayesian_search(hill, SPACE, 8, seed=4, n_random=6).trials
    chance = random_search(hill, SPACE, 8, seed=4).trials
    same = [a["params"] == b["params"] for a, b in zip(ours, chance, strict=True)]
    assert same == [True] * 6 + [False] * 2


def test_it_ends_where_nothing_is_left():
    tried = bayesian_search(hill_of_two, {"a": [1, 2], "b": Integers(1, 2)}, 50)
    seen = {tuple(trial["params"].values()) for trial in tried.trials}
    assert seen == {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert len(tried.trials) <= 5 + 3
    assert tried.best_params == {"a": 2, "b": 1}


def hill_of_two(p):
    return p["a"] - p["b"]


def test_it_stays_away_from_where_trials_fail():
    def evaluate(p):
        if p["x"] > 0.5:
            raise MemoryError("too large")
        return p["x"]

    tried = bayesian_search(evaluate, {"x": Uniform(0, 1)}, 20, seed=0)
    late = [trial["params"]["x"] > 0.5 for trial in tried.trials[5:]]
    assert np.mean(late) < 0.4
    assert tried.best_score > 0.45


def test_scores_that_are_all_the_same_or_all_missing():
    assert len(bayesian_search(lambda p: 7, SPACE, 8).trials) == 8
    assert len(bayesian_search(lambda p: math.nan, SPACE, 8).failed) == 8


# All


@BOTH
def test_the_seed_decides(search):
    def params(seed):
        return [t["params"] for t in search(hill, SPACE, 8, seed=seed).trials]

    assert params(3) == params(3) == params(np.random.default_rng(3)) != params(4)


@BOTH
def test_the_budget_is_kept(search):
    for n in (1, 2, 5, 9):
        assert len(search(hill, SPACE, n).trials) == n


def test_evaluate_cannot_change_what_is_kept():
    def evaluate(p):
        p["a"] = 99
        return 0

    assert grid_search(evaluate, {"a": [1]}).best_params == {"a": 1}


def test_evaluate_cannot_change_what_is_inside_either():
    def evaluate(p):
        p["widths"].append(99)
        return 0

    tried = grid_search(evaluate, {"widths": [[1], [2]]})
    assert [trial["params"]["widths"] for trial in tried.trials] == [[1], [2]]


def test_a_range_over_all_orders_of_magnitude():
    wide = LogUniform(1e-300, 1e300)
    assert wide.value(0.5) == pytest.approx(1)
    assert (wide.value(0), wide.value(1)) == (1e-300, 1e300)
    assert wide.coordinates(1.0) == [pytest.approx(0.5)]


def test_a_search_without_trials():
    assert repr(Search()) == "Search: 0 trials"
    for name in ("best_params", "best_score"):
        refuses(
            lambda name=name: getattr(Search(), name),
            ValueError,
            "Search: no trial has run, so none is the best. Call run first, or make the "
            "Search with random_search.",
        )


def test_the_time_is_kept():
    [trial] = grid_search(lambda p: sum(range(10**5)), {"a": [1]}).trials
    assert 0 < trial["seconds"] < 1


# Failed trials

FAILING = {
    1: (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
    2: (lambda: math.nan, "evaluate must return a finite number, but nan came"),
    3: (lambda: -math.inf, "evaluate must return a finite number, but -inf came"),
    4: (lambda: None, "evaluate must return a number, but NoneType came"),
    5: (lambda: "good", "evaluate must return a number, but str came"),
}


def sometimes(p):
    return FAILING[p["a"]][0]() if p["a"] in FAILING else -abs(p["a"] - 7)


def test_failed_trials_are_kept_and_say_why():
    tried = grid_search(sometimes, {"a": [1, 6, 2, 3, 4, 5, 8, 7]})
    assert [t["error"] for t in tried.failed] == [why for _, why in FAILING.values()]
    assert all(math.isnan(trial["score"]) for trial in tried.failed)
    assert tried.best_params == {"a": 7}
    np.testing.assert_array_equal(
        tried.best_so_far, [math.nan, -1, -1, -1, -1, -1, -1, 0]
    )
    assert repr(tried) == "Search: 8 trials, 5 failed; best 0: {'a': 7}"


def test_nothing_but_failures():
    tried = grid_search(sometimes, {"a": [1, 2]})
    assert repr(tried) == "Search: 2 trials, all failed"
    assert np.isnan(tried.best_so_far).all()
    for name in ("best_params", "best_score"):
        refuses(
            lambda name=name: getattr(tried, name),
            ValueError,
            "Search: all 2 trials failed, so none is the best. The first said: "
            "ZeroDivisionError: division by zero",
        )


def test_whoever_stops_a_search_stops_it():
    def evaluate(p):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grid_search(evaluate, {"a": [1]})


# Error sentences


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: Uniform(1, 1),
            "Uniform: low and high must be two numbers with low below high, but 1 and 1 "
            "came. For a fixed value give a list of one.",
        ),
        (
            lambda: Integers(1, 2.5),
            "Integers: low and high must be two whole numbers with low below high, but 1 "
            "and 2.5 came. For a fixed value give a list of one.",
        ),
        (
            lambda: Uniform(0, math.nan),
            "Uniform: low and high must be two numbers with low below high, but 0 and "
            "nan came. For a fixed value give a list of one.",
        ),
        (
            lambda: Integers(False, True),
            "Integers: low and high must be two whole numbers with low below high, but "
            "False and True came. For a fixed value give a list of one.",
        ),
        (
            lambda: Integers(0, 2**70),
            f"Integers: from 0 to {2**70} there are too many numbers to count. Take a "
            "smaller range, or Uniform.",
        ),
        (
            lambda: LogUniform(0, 1),
            "LogUniform: low must be above 0, but 0 came. A logarithm has no 0: take a "
            "small number such as 1e-6, or Uniform.",
        ),
        (
            lambda: grid_search(hill, SPACE),
            "grid_search: space['lr'] is LogUniform(low=1e-05, high=1.0), which has no "
            "end. Give a list, for example np.linspace(0, 1, 5).",
        ),
        (
            lambda: random_search(hill, {"a": []}, 3),
            "random_search: space['a'] is an empty list. Give at least one choice.",
        ),
        (
            lambda: random_search(hill, SPACE, 0),
            "random_search: n_trials must be a whole number of 1 or more, but 0 came.",
        ),
        (
            lambda: bayesian_search(hill, SPACE, 2.0),
            "bayesian_search: n_trials must be a whole number of 1 or more, but 2.0 came.",
        ),
        (
            lambda: bayesian_search(hill, SPACE, 5, n_random=0),
            "bayesian_search: n_random must be a whole number of 1 or more, but 0 came.",
        ),
    ],
)
def test_values(make, sentence):
    refuses(make, ValueError, sentence)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: grid_search(0.5, {"a": [1]}),
            "grid_search: evaluate must be a function of a dict of settings, but float "
            "came. Give the function itself, not its result.",
        ),
        (
            lambda: random_search(hill, [1, 2], 3),
            "random_search: space must be a dict with a name for each setting, but "
            '[1, 2] came. Give for example {"lr": LogUniform(1e-4, 1)}.',
        ),
        (
            lambda: bayesian_search(hill, {"a": 3}, 3),
            "bayesian_search: space['a'] must be a list of choices, Uniform, LogUniform "
            "or Integers, but int came. For a fixed value give a list of one.",
        ),
        (
            lambda: grid_search(hill, {"act": "relu"}),
            "grid_search: space['act'] must be a list of choices, Uniform, LogUniform or "
            "Integers, but str came. For a fixed value give a list of one.",
        ),
    ],
)
def test_types(make, sentence):
    refuses(make, TypeError, sentence)
