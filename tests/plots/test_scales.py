"""Logarithmic axes of curves."""

import numpy as np
import pytest

from lessons_pkg.plots import curves
from lessons_pkg.plots.scales import tick

from .looking import legible, says

LABELS = {"xlabel": "layer", "ylabel": "signal"}


def ticks(axis):
    axis.figure.draw_without_rendering()
    low, high = sorted(axis.get_view_interval())
    pairs = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
    return {t.get_text(): at for at, t in pairs if low <= at <= high and t.get_text()}


def test_both_scales_can_be_logarithmic(ax):
    line = [1.0, 0.1, 0.01]
    curves({"a": line}, [1, 10, 100], **LABELS, xscale="log", yscale="log", ax=ax)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), line)
    assert ticks(ax.xaxis) == pytest.approx({"1": 1, "10": 10, "100": 100})
    assert ticks(ax.yaxis) == pytest.approx({"0.01": 0.01, "0.1": 0.1, "1": 1})
    legible(ax.figure)


def test_the_scale_is_linear_unless_asked_or_there_already(ax):
    curves({"a": [1, 2]}, **LABELS, ax=ax)
    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "linear")
    ax.set_yscale("log")
    curves({"b": [1, 2]}, **LABELS, ax=ax)
    assert ax.get_yscale() == "log"


@pytest.mark.parametrize("top", [1.5, 3.0, 9.0, 50.0, 1e3, 1e9, 1e30])
def test_every_range_has_three_to_eight_ticks_that_tell_the_truth(ax, top):
    curves({"a": [1, top]}, **LABELS, yscale="log", ax=ax)
    found = ticks(ax.yaxis)
    assert 3 <= len(found) <= 8
    for text, place in found.items():
        assert float(text.replace("−", "-")) == pytest.approx(place)
    legible(ax.figure)


def test_names_stand_at_the_ends_of_their_lines(ax):
    curves({"a": [1, 1e-3], "b": [1, 1e-5]}, **LABELS, yscale="log", ax=ax)
    assert [text.xyann[1] for text in ax.texts] == pytest.approx([0, 0])
    assert [text.xy for text in ax.texts] == [(1, 1e-3), (1, 1e-5)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-4, "1e−4"),
        (2.5e-7, "2.5e−7"),
        (1e12, "1e12"),
        (0.25, "0.25"),
        (5e4, "50000"),
    ],
)
def test_ticks(value, text):
    assert tick(value) == text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"yscale": "log", "lines": {"a": [1, 0]}},
            "curves: 'a' holds 0, but a logarithmic scale shows only numbers above 0. "
            'Leave such values out, or use yscale="linear".',
        ),
        (
            {"xscale": "log"},
            "curves: x holds 0, but a logarithmic scale shows only numbers above 0. "
            'Leave such values out, or use xscale="linear".',
        ),
        (
            {"xscale": "logit"},
            "curves: xscale is 'logit', but must be one of 'linear' and 'log'. Choose "
            "one of them.",
        ),
    ],
)
def test_errors(ax, arguments, sentence):
    with says(sentence):
        curves(**{"lines": {"a": [1, 2]}, "ax": ax} | LABELS | arguments)
    assert not ax.lines
