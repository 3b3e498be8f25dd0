import numpy as np
import pytest

from lessons_pkg.plots import intervals

from .looking import key, legible, says

RESULTS = {"forest": [0.9, 0.95, 1.0], "network": [0.8, 0.8, 0.95, 0.85]}
LABEL = {"xlabel": "accuracy (share right)"}


def bars(ax):
    """Return (mean, reach to the left, reach to the right, row) of each bar."""
    found = []
    for bar in ax.containers:
        (segment,) = bar.lines[2][0].get_segments()
        (mean,), (row,) = bar.lines[0].get_data()
        found.append((mean, mean - segment[0, 0], segment[1, 0] - mean, row))
    return found


def test_every_run_is_a_dot_in_its_row(ax):
    assert intervals(RESULTS, **LABEL, ax=ax) is ax
    for row, (values, dots) in enumerate(
        zip(RESULTS.values(), ax.collections[::2], strict=True)
    ):
        x, y = np.array(dots.get_offsets()).T
        np.testing.assert_array_equal(x, values)
        assert np.abs(y - row).max() < 0.3
        assert len(set(y)) == len(y)  # equal results stay apart
    assert [t.get_text() for t in ax.get_yticklabels()] == ["forest", "network"]
    assert ax.yaxis_inverted()  # the first name at the top
    assert ax.get_xlabel() == LABEL["xlabel"]


def test_the_bar_is_the_mean_and_one_standard_deviation(ax):
    intervals(RESULTS, **LABEL, ax=ax)
    # forest: mean 0.95, squares 0.0025 + 0 + 0.0025 over 2, root 0.05
    # network: mean 0.85, squares 0.0025 + 0.0025 + 0.01 + 0 over 3, root 0.0707
    expected = [(0.95, 0.05, 0.05, 0), (0.85, 0.005**0.5, 0.005**0.5, 1)]
    np.testing.assert_allclose(bars(ax), expected, atol=1e-12)


def test_one_run_has_no_bar_and_is_level_with_its_name(ax):
    intervals({"once": [0.9], "twice": [0.8, 0.9]}, **LABEL, ax=ax)
    np.testing.assert_allclose(ax.collections[0].get_offsets(), [[0.9, 0]])
    assert [row for *_, row in bars(ax)] == [1]
    assert "mean ± standard deviation" in key(ax)


def test_the_key_says_what_each_mark_is_once(ax):
    intervals(RESULTS, **LABEL, baseline=0.63, ax=ax)
    expected = {"one run", "mean ± standard deviation", "baseline (0.63)"}
    assert set(key(ax)) == expected
    assert ax.lines[-1].get_xdata() == [0.63, 0.63]


def test_baselines_with_names_differ_in_their_dashes(ax):
    intervals(RESULTS, **LABEL, baseline={"majority": 0.6, "linear": 0.9}, ax=ax)
    found = key(ax)
    lines = found["majority (0.6)"], found["linear (0.9)"]
    assert len({str(line._unscaled_dash_pattern) for line in lines}) == 2


def test_long_names_and_two_baselines_stay_legible(ax):
    results = {"logistic regression on all thirty features": [0.9, 0.95], **RESULTS}
    intervals(results, **LABEL, baseline={"majority": 0.6, "linear": 0.9}, ax=ax)
    legible(ax.figure)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"xlabel": ""},
            "intervals: xlabel is empty, but a reader must know what the axis measures. "
            'Give its name and unit, such as "accuracy (share right)".',
        ),
        (
            {"results": {}},
            "intervals: results is empty, so there is nothing to draw. Give a dict, such "
            'as {"forest": accuracies}.',
        ),
        (
            {"results": {"a": 0.9}},
            "intervals: 'a' must be (n_seeds,), one number a run, but its shape is (). "
            "Give a list of the results of all runs.",
        ),
        (
            {"results": {"a": [0.9, np.nan]}},
            "intervals: 'a' holds a value that is not finite (inf or nan). Find where "
            "the computation left the range of numbers.",
        ),
    ],
)
def test_errors(ax, arguments, sentence):
    with says(sentence):
        intervals(**{"results": RESULTS, "ax": ax} | LABEL | arguments)
    assert not ax.collections
