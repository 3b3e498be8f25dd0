"""What was drawn on axes, as texts and numbers."""

import re

import numpy as np
import pytest
from matplotlib.text import Annotation


def texts(ax):
    """Return all texts of the axes that are not empty, as they are written."""
    return [text.get_text() for text in ax.texts if text.get_text()]


def arrows(ax):
    """Return (tail, head, colour, line style) of each arrow, in data coordinates."""
    found = [
        text
        for text in ax.texts
        if isinstance(text, Annotation) and text.arrow_patch and not text.get_text()
    ]
    return [
        (
            np.array(text.xyann, float),
            np.array(text.xy, float),
            text.arrow_patch.get_edgecolor(),
            text.arrow_patch.get_linestyle(),
        )
        for text in found
    ]


def area(polygon):
    """Return the area of a polygon from its corners (shoelace formula)."""
    x, y = np.asarray(polygon).T
    return abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2


def clipped(figure):
    """Return the texts of a figure that reach over its edge, after layout."""
    figure.draw_without_rendering()
    width, height = figure.bbox.size
    boxes = {
        text.get_text(): text.get_window_extent()
        for ax in figure.axes
        for text in [*ax.texts, ax.title, ax.xaxis.label, ax.yaxis.label]
        if text.get_text()
    }
    return [
        name
        for name, box in boxes.items()
        if min(box.x0, box.y0, width - box.x1, height - box.y1) < -1  # px
    ]


def says(sentence, kind=ValueError):
    """Expect an error of this kind that says this sentence and nothing else."""
    return pytest.raises(kind, match=rf"\A{re.escape(sentence)}\Z")


def key(ax):
    """Return {name in the key: its handle}."""
    _, names = ax.get_legend_handles_labels()
    shown = [text.get_text().replace("\n", " ") for text in ax.get_legend().get_texts()]
    handles = ax.get_legend().legend_handles
    assert len(shown) == len(names)
    return dict(zip(shown, handles, strict=True))


def legible(figure):
    """Check every text that shows: 12 points or more, and nothing over the edge.

    12 points of a figure 640 px wide are 8.9 px where a phone shows it 340 px wide.
    """
    assert clipped(figure) == []
    width, height = figure.bbox.size
    for ax in figure.axes:
        words = [*ax.texts, ax.xaxis.label, ax.yaxis.label, *_ticks(ax)]
        words += ax.get_legend().get_texts() if ax.get_legend() else []
        for word in (word for word in words if word.get_text() and word.get_visible()):
            assert word.get_fontsize() >= 12, word
            assert not re.search(r"\^", word.get_text()), f"small raised: {word}"
        if ax.get_legend():
            box = ax.get_legend().get_window_extent()
            assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -1


def _ticks(ax):
    return [*ax.get_xticklabels(), *ax.get_yticklabels()]
