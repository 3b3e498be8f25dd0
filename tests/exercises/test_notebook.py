"""In a notebook a verdict is shown once, readable by eye and by a screen reader."""

import html.parser
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from lessons_pkg.exercises.checker.show import LOOKS, Verdict
from tests.exercises.samples import RELU

LOAD = "import numpy as np\nfrom tests.exercises.samples import RELU\n"
CELLS = {
    "last": LOAD + "RELU.check(lambda z: '<b>`' + str(z))",
    "middle": "RELU.check(np.abs)\nx = 1",
    "kept": "verdict = RELU.check(RELU.answer)",
    "later": "verdict",
    "display": "display(RELU.check(RELU.answer))",
    "starter": "def relu(z):\n    # soon\n    ...\n\nRELU.check(relu)",
    "none": "def relu(z):\n    return None\n\nRELU.check(relu)",
    "prints": "def loud(z):\n    print('LOUD')\n    return z\n\nRELU.check(loud)",
    "input": "RELU.check(lambda z: input())",
    "exit": "def leave(z):\n    exit()\n\nRELU.check(leave)",
    "hang": "def hang(z):\n    while True:\n        pass\n\nRELU.check(hang)",
    "hint": "RELU.hint()",
    "solution": "RELU.solution()\nNone",
    "line": "def far(z):\n    return z[7]\n\nRELU.check(far)",
}


@pytest.fixture(scope="module")
def outputs():
    """What each cell shows, run in a real kernel."""
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    root = str(Path(__file__).parents[2])
    NotebookClient(book, timeout=60, resources={"metadata": {"path": root}}).execute()
    return dict(zip(CELLS, (cell.outputs for cell in book.cells), strict=True))


@pytest.mark.parametrize("cell", CELLS)
def test_each_cell_shows_one_thing(outputs, cell):
    assert len(outputs[cell]) == 1, outputs[cell]
    assert outputs[cell][0].output_type == "display_data"


@pytest.mark.parametrize("cell", sorted(set(CELLS) - {"hint", "solution"}))
def test_a_verdict_is_html_and_plain_text(outputs, cell):
    data = outputs[cell][0].data
    assert set(data) == {"text/html", "text/plain"}
    assert data["text/html"].startswith('<div role="status" style="')
    assert "\x1b" not in "".join(data.values())
    assert "LOUD" not in "".join(data.values())


def test_what_the_cells_say(outputs):
    said = {cell: out[0].data["text/plain"] for cell, out in outputs.items()}
    assert said["starter"].startswith("○ Not attempted yet.")
    assert "forget `return`" in said["none"]
    assert said["kept"] == said["later"] == "✓ Correct. All 3 cases agree."
    assert "calls `input()`" in said["input"]
    assert "`SystemExit`" in said["exit"]
    assert "no result within 1 second" in said["hang"]
    assert "in the line `return z[7]`" in said["line"]
    assert "**Hint 1 of 2.**" in outputs["hint"][0].data["text/markdown"]
    assert "```python\ndef relu" in outputs["solution"][0].data["text/markdown"]


class Card(html.parser.HTMLParser):
    """Collects the tags and the text of a card."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_a_card_has_symbol_word_and_escaped_text():
    verdict = RELU.check(lambda z: "<b>" + str(z))
    card = Card(verdict.mime()["text/html"])
    assert [tag for tag, _ in card.tags[:3]] == ["div", "span", "strong"]
    assert "b" not in [tag for tag, _ in card.tags]
    assert card.tags[1][1] == {"aria-hidden": "true"}
    assert card.text.startswith("✗ Incorrect. For relu(z=np.array([-1.0, 2.0, 0.5])): ")
    assert "the text '<b>[-1.   2.   0.5]' came" in card.text


def test_lines_and_spaces_of_a_value_are_kept():
    message = "expected `[[1, 2],\n [3, 4]]`"
    card = Card(Verdict("a.b", "incorrect", message).mime()["text/html"])
    assert "[[1, 2],\n [3, 4]]" in card.text
    styles = [attrs["style"] for tag, attrs in card.tags if tag in ("div", "code")]
    assert len(styles) == 2
    assert all("white-space:pre-wrap" in style for style in styles)


def luminance(colour):
    """Relative luminance of #rrggbb, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("status", LOOKS)
def test_text_has_contrast_on_its_own_ground(status):
    """Each element with text sets both its colour and its ground, whatever the page."""
    card = Card(Verdict("a.b", status, "see `code`").mime()["text/html"])
    div = dict(card.tags)["div"]["style"]
    code = dict(card.tags)["code"]["style"]
    for style in (div, code):
        colour = re.search(r"(?<![-\w])color:(#\w{6})", style)[1]
        ground = re.search(r"background:(#\w{6})", style)[1]
        assert contrast(colour, ground) >= 4.5
    assert contrast(LOOKS[status].edge, LOOKS[status].ground) >= 3
    assert contrast("#777777", "#ffffff") < 4.5  # the measure can fail
