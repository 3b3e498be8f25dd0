"""Small plots side by side."""

import numpy as np
import pytest

from lessons_pkg.plots import panels

X = np.array([0.0, 1.0, 2.0])


def two(**changed):
    line = {"output": X, "slope": X + 1}
    return {"one": line, "other": {"output": -X, "slope": 0 * X}, **changed}


def test_each_panel_shows_its_own_lines_under_its_own_title():
    figure = panels(X, two(), xlabel="sum", limits=(-3, 4))
    one, other, key, _ = figure.axes
    assert [one.get_title(), other.get_title()] == ["one", "other"]
    for ax, title in ((one, "one"), (other, "other")):
        for line, (name, values) in zip(ax.lines, two()[title].items(), strict=True):
            assert line.get_label() == name
            np.testing.assert_array_equal(line.get_ydata(), values)
        assert ax.get_ylim() == (-3, 4)
        assert ax.get_xlabel() == "sum"
    assert [t.get_text() for t in key.get_legend().get_texts()] == ["output", "slope"]


def test_lines_differ_in_more_than_colour():
    output, slope = panels(X, two(), xlabel="sum").axes[0].lines
    assert output.get_linestyle() != slope.get_linestyle()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ({}, "panels: lines is empty, so there is nothing to draw"),
        (
            two(third={"output": X}),
            "'third' has the lines \\['output'\\], but the first",
        ),
        (two(third={"output": X, "slope": X[:2]}), "'slope' of 'third' has 2 values"),
    ],
)
def test_bad_input_gets_a_sentence(lines, sentence):
    with pytest.raises(ValueError, match=sentence):
        panels(X, lines, xlabel="sum")
