"""Show text once: as a card in a notebook, as plain text in a terminal."""

import html
import re
import sys
from dataclasses import dataclass

from .describe import clean

BOX = (
    "margin:0.5em 0;padding:0.6em 0.9em;border-radius:4px;line-height:1.5;"
    "font-family:system-ui,sans-serif;font-size:15px;"
    "white-space:pre-wrap;overflow-wrap:anywhere;"
)
CODE = (
    "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:0.92em;"
    "padding:0 0.25em;border:0;border-radius:3px;"
    "white-space:pre-wrap;overflow-wrap:anywhere;"
)


@dataclass(frozen=True)
class Look:
    """How a status looks. It brings its own colours, so a dark page does not matter."""

    symbol: str
    word: str
    text: str
    ground: str
    edge: str


LOOKS = {
    "correct": Look("✓", "Correct", "#10331a", "#e4f4e8", "#1e7b34"),
    "incorrect": Look("✗", "Incorrect", "#4a1210", "#fcebea", "#b3261e"),
    "not attempted": Look("○", "Not attempted yet", "#1f2933", "#edf1f5", "#52606d"),
}


class Shown:
    """Something that shows itself once in a cell, though it is also returned there."""

    def mime(self):
        """Return {mime type: text}; always with "text/plain"."""
        raise NotImplementedError

    def show(self):
        """Display in a notebook, print in a terminal."""
        shell = running_shell()
        if shell is None:
            _print(self.mime()["text/plain"])
        else:
            self._shown_in = shell.execution_count
            sys.modules["IPython"].display.display(self.mime(), raw=True)
        return self

    def _ipython_display_(self):
        shell = running_shell()
        if shell is None or self._shown_in != shell.execution_count:
            self.show()

    _shown_in = None


@dataclass
class Verdict(Shown):
    """What check found. `misconception` is the name of the one diagnosed, or None."""

    name: str
    status: str
    message: str
    misconception: str | None = None

    def __repr__(self):
        return f"<{self.name}: {self.status}>"

    def mime(self):
        """Return the card and the plain sentence."""
        look = LOOKS[self.status]
        message = clean(self.message)
        return {
            "text/html": _card(look, message),
            "text/plain": f"{look.symbol} {look.word}. {message}",
        }


@dataclass
class Note(Shown):
    """A piece of Markdown: a statement, a hint, a solution, a table."""

    markdown: str
    title: str = "note"

    def __repr__(self):
        return f"<{self.title}>"

    def mime(self):
        """Return the Markdown, which reads well as plain text too."""
        return {"text/markdown": self.markdown, "text/plain": self.markdown}


def _card(look, message):
    colours = f"color:{look.text};background:{look.ground};"
    border = f"border:1px solid {look.edge};border-left:6px solid {look.edge};"
    return (
        f'<div role="status" style="{BOX}{colours}{border}">'
        f'<span aria-hidden="true">{look.symbol}</span> '
        f'<strong style="color:{look.text}">{look.word}.</strong> '
        f"{_marked_up(message, look)}</div>"
    )


def _marked_up(message, look):
    """Escape the message; what stands in backticks becomes code."""
    style = f"{CODE}color:{look.text};background:#ffffff;"
    text = html.escape(message)
    return re.sub(r"`([^`]+)`", rf'<code style="{style}">\1</code>', text)


def running_shell():
    """The running IPython shell, or None; nothing here imports IPython."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython() if get_ipython else None


def _print(text):
    try:
        print(text)
    except UnicodeEncodeError:  # a terminal without these symbols
        print(text.encode("ascii", "replace").decode())
