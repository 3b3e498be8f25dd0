import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.dates import date2num

from lessons_pkg.plots import forecasts

from .looking import key, legible, says

rng = np.random.default_rng(5)
TIMES = np.arange(1900.0, 1930)
SERIES = rng.normal(size=30).cumsum()
PREDICTED = {"naive": np.full(5, SERIES[19]), "LSTM": rng.normal(size=10)}
LABELS = {"xlabel": "year", "ylabel": "sunspots (count)"}


def lines(ax):
    """Return name in the key -> (x, y, line)."""
    named = {line.get_label(): line for line in ax.lines}
    return {n: (*a.get_data(), a) for n, a in named.items() if not n.startswith("_")}


def cut(ax):
    """Return where the vertical line stands."""
    (place,) = (a for a in ax.lines if a.get_transform() != ax.transData)
    return place.get_xdata()[0]


def test_what_was_known_what_came_and_the_forecasts(ax):
    assert forecasts(TIMES, SERIES, PREDICTED, start=20, **LABELS, ax=ax) is ax
    found = lines(ax)
    assert list(found) == ["observed", "observed later", "naive", "LSTM"]
    expected = {
        "observed": (TIMES[:20], SERIES[:20]),
        "observed later": (TIMES[19:], SERIES[19:]),  # joined to what was known
        "naive": (TIMES[20:25], PREDICTED["naive"]),
        "LSTM": (TIMES[20:], PREDICTED["LSTM"]),
    }
    for name, (x, y) in expected.items():
        np.testing.assert_array_equal(found[name][0], x)
        np.testing.assert_array_equal(found[name][1], y)
    thick, thin = (found[n][2].get_linewidth() for n in ("observed", "observed later"))
    assert thick > thin
    assert (ax.get_xlabel(), ax.get_ylabel()) == tuple(LABELS.values())


def test_the_cut_lies_between_the_last_known_and_the_first_forecast(ax):
    forecasts(TIMES, SERIES, PREDICTED, start=20, **LABELS, ax=ax)
    assert cut(ax) == 1919.5
    (text,) = (t for t in ax.texts if t.get_text())
    assert text.get_text() == "forecast from here"
    assert text.xy[0] == 1919.5


def test_the_words_stand_on_the_side_that_has_room(ax):
    forecasts(TIMES, SERIES, PREDICTED, start=20, **LABELS, ax=ax)
    assert ax.texts[-1].get_horizontalalignment() == "right"
    ax.clear()
    forecasts(TIMES, SERIES, PREDICTED, start=20, history=2, **LABELS, ax=ax)
    assert ax.texts[-1].get_horizontalalignment() == "left"
    legible(ax.figure)


def test_of_a_long_history_the_end_can_be_drawn(ax):
    forecasts(TIMES, SERIES, PREDICTED, start=20, history=7, **LABELS, ax=ax)
    np.testing.assert_array_equal(lines(ax)["observed"][0], TIMES[13:20])
    ax.clear()
    forecasts(TIMES, SERIES, PREDICTED, start=20, history=99, **LABELS, ax=ax)
    np.testing.assert_array_equal(lines(ax)["observed"][0], TIMES[:20])


def test_what_came_is_drawn_as_far_as_the_longest_forecast(ax):
    short = {"naive": PREDICTED["naive"]}
    forecasts(TIMES, SERIES, short, start=20, **LABELS, ax=ax)
    np.testing.assert_array_equal(lines(ax)["observed later"][0], TIMES[19:25])


def test_the_future_follows_the_series(ax):
    forecasts(TIMES, SERIES[:25], {"GRU": PREDICTED["naive"]}, **LABELS, ax=ax)
    assert list(lines(ax)) == ["observed", "GRU"]
    np.testing.assert_array_equal(lines(ax)["GRU"][0], TIMES[25:])
    assert cut(ax) == 1924.5


def test_forecasts_differ_in_colour_dash_and_mark(ax):
    many = {str(k): rng.normal(size=10) for k in range(5)}
    forecasts(TIMES, SERIES, many, start=20, **LABELS, ax=ax)
    drawn = [line for name, (*_, line) in lines(ax).items() if name in many]
    for look in ("get_color", "get_marker", "_unscaled_dash_pattern"):
        found = [getattr(line, look) for line in drawn]
        found = {str(f() if callable(f) else f) for f in found}
        assert len(found) == 5, look
    assert len(key(ax)) == 7


def test_a_band_has_the_colour_of_its_forecast(ax):
    middle = PREDICTED["LSTM"]
    bands = {"LSTM": (middle - 1, middle + 2)}
    forecasts(TIMES, SERIES, PREDICTED, start=20, bands=bands, **LABELS, ax=ax)
    (band,) = (c for c in ax.collections if isinstance(c, PolyCollection))
    corners = band.get_paths()[0].vertices
    for t, low, high in zip(TIMES[20:], *bands["LSTM"], strict=True):
        here = corners[corners[:, 0] == t, 1]
        assert (here.min(), here.max()) == (low, high)
    line = lines(ax)["LSTM"][2]
    assert tuple(band.get_facecolor()[0, :3]) == to_rgb(line.get_color())
    assert band.get_facecolor()[0, 3] < 0.5
    assert band.get_zorder() < line.get_zorder()


def test_few_marks_stand_on_a_line_one_at_its_end(ax):
    long = {"LSTM": rng.normal(size=100)}
    forecasts(np.arange(120), rng.normal(size=20), long, **LABELS, ax=ax)
    marked = lines(ax)["LSTM"][2].get_markevery()
    assert 4 <= len(marked) <= 8
    assert 99 in marked


def test_years_are_whole_and_dates_are_dates(ax):
    forecasts(TIMES, SERIES, PREDICTED, start=20, history=3, **LABELS, ax=ax)
    ticks = ax.get_xticks()
    np.testing.assert_array_equal(ticks, np.round(ticks))
    ax.clear()
    months = np.arange("1990-01", "1992-07", dtype="datetime64[M]")
    forecasts(months, SERIES, PREDICTED, start=20, **LABELS, ax=ax)
    legible(ax.figure)
    boxes = [t.get_window_extent() for t in ax.get_xticklabels()]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    between = (
        date2num(months[19].astype("datetime64[D]")),
        date2num(months[20].astype("datetime64[D]")),
    )
    assert between[0] < date2num(cut(ax)) < between[1]


def test_many_long_names_stay_legible(ax):
    names = ["linear autoregression of 22 lags", "seasonal naive", "LSTM of 32 units"]
    many = {name: rng.normal(size=10) for name in names}
    forecasts(TIMES, SERIES, many, start=20, **LABELS, ax=ax)
    legible(ax.figure)


FINITE = (
    " holds a value that is not finite (inf or nan). Find where the computation left the "
    "range of numbers."
)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"xlabel": ""},
            "forecasts: xlabel is empty, but a reader must know what the axis measures. "
            'Give its name and unit, such as "year".',
        ),
        (
            {"predicted": {}},
            "forecasts: predicted is empty, so there is nothing to draw. Give a dict, "
            'such as {"naive": values}.',
        ),
        ({"series": SERIES * np.nan}, "forecasts: series" + FINITE),
        ({"predicted": {"a": [np.inf]}}, "forecasts: 'a'" + FINITE),
        ({"times": TIMES * np.nan}, "forecasts: times" + FINITE),
        (
            {"series": SERIES[:, None]},
            "forecasts: series must be (T,) with T at least 1, but its shape is (30, 1). "
            "Give one series of numbers.",
        ),
        (
            {"times": TIMES[:29]},
            "forecasts: times must be (M,), one for each of the 30 values of series and "
            "for what is forecast behind it, but its shape is (29,). Give as many, or "
            "more.",
        ),
        (
            {"times": TIMES[::-1]},
            "forecasts: times must rise from each to the next, but 1929 is followed by "
            "1928. Sort the series by time.",
        ),
        (
            {"start": 0},
            "forecasts: start is 0, but must be a whole number from 1 to 30, the length "
            "of series. Give the index of the first value that is forecast.",
        ),
        (
            {"start": 1919.5},
            "forecasts: start is 1919.5, but must be a whole number from 1 to 30, the "
            "length of series. Give the index of the first value that is forecast.",
        ),
        (
            {"history": 0},
            "forecasts: history is 0, but must be a whole number, 1 or more. Give how "
            "many values before the start to draw.",
        ),
        (
            {"start": None},
            "forecasts: 'naive' has the shape (5,), but must be (h,), and no time follows "
            "the start. Give the times of the future too.",
        ),
        (
            {"start": 27},
            "forecasts: 'naive' has the shape (5,), but must be (h,), and 3 times follow "
            "the start. Cut it, or give the times of the future too.",
        ),
        (
            {"predicted": {"a": []}},
            "forecasts: 'a' has the shape (0,), but must be (h,), and 10 times follow the "
            "start. Give one number for each step that is forecast.",
        ),
        (
            {"bands": {"GRU": ([1], [2])}},
            "forecasts: there is a band for 'GRU', but no forecast of this name. The "
            "names are 'naive', 'LSTM'.",
        ),
        (
            {"bands": {"naive": ([1, 2, 3, 4, 5],)}},
            "forecasts: the band of 'naive' must be (lower, upper), two arrays of the "
            "shape (5,) of its forecast, but the shapes [(5,)] came.",
        ),
        (
            {"bands": {"naive": ([1, 2], [2, 3, 4])}},
            "forecasts: the band of 'naive' must be (lower, upper), two arrays of the "
            "shape (5,) of its forecast, but the shapes [(2,), (3,)] came.",
        ),
        (
            {"bands": {"naive": ([1, 2, 9, 4, 5], [2, 3, 4, 5, 6])}},
            "forecasts: the band of 'naive' has its lower end 9 above the upper end 4. "
            "Give (lower, upper), in this order.",
        ),
    ],
)
def test_errors(ax, arguments, sentence):
    given = {"times": TIMES, "series": SERIES, "predicted": PREDICTED, "start": 20}
    with says(sentence):
        forecasts(**given | LABELS | arguments, ax=ax)
    assert not ax.lines


@pytest.mark.parametrize(
    ("bands", "sentence"),
    [
        (
            [(1, 2)],
            "bands must be a dict of names, but its type is list. Give a dict, such as "
            '{"naive": (lower, upper)}.',
        ),
        (
            {"naive": 3},
            "the band of 'naive' must be (lower, upper), but its type is int. Give two "
            "arrays.",
        ),
    ],
)
def test_what_are_no_bands(ax, bands, sentence):
    with says(f"forecasts: {sentence}", TypeError):
        forecasts(TIMES, SERIES, PREDICTED, start=20, bands=bands, **LABELS, ax=ax)
    assert not ax.lines


def test_times_are_numbers_or_dates(ax):
    with says(
        "forecasts: times must be numbers or dates, but its dtype is <U7. Convert dates "
        "with np.array(times, 'datetime64[D]').",
        TypeError,
    ):
        forecasts(["1990-01", "1990-02"], [1.0], {"a": [2.0]}, **LABELS, ax=ax)
    given = np.array(["1990-01-01", "NaT", "1990-01-03"], "datetime64[D]")
    with says(
        "forecasts: times must rise from each to the next, but 1990-01-01T00:00:00 is "
        "followed by NaT. Sort the series by time."
    ):
        forecasts(given, [1.0], {"a": [2.0]}, **LABELS, ax=ax)
