"""What a check says, and how it is written on a terminal."""

import os
from typing import NamedTuple

OK, WARNING, FAILED = "ok", "warning", "failed"

SYMBOLS = {OK: "✓", WARNING: "!", FAILED: "✗"}
ASCII_SYMBOLS = {OK: "+", WARNING: "!", FAILED: "x"}
COLOURS = {OK: "\033[32m", WARNING: "\033[33m", FAILED: "\033[31m"}
PLAIN = "\033[0m"
NAME_WIDTH = 12
STATUS_WIDTH = 7
INDENT = " " * (2 + STATUS_WIDTH + 2 + NAME_WIDTH + 1)


class Result(NamedTuple):
    """One check's verdict; `mend` is the command that puts a failure right."""

    name: str
    status: str
    detail: str
    mend: str = ""


class Report:
    """Write results to a stream, one line a check, with what the stream can show.

    The symbols fall back to ASCII where the stream's encoding lacks them; colour needs
    a terminal, and NO_COLOR (no-color.org) turns it off.
    """

    def __init__(self, stream):
        self.stream = stream
        self.encoding = getattr(stream, "encoding", None) or "ascii"
        self.symbols = SYMBOLS if self._can_show("✓✗") else ASCII_SYMBOLS
        self.coloured = _wants_colour(stream)

    def line(self, text=""):
        """Write one line at once, so that a slow check does not hide the others."""
        shown = text.encode(self.encoding, "replace").decode(self.encoding)
        print(shown, file=self.stream, flush=True)

    def result(self, result):
        """Write the check's line and, beneath a failure, the command that mends it."""
        mark = f"{self.symbols[result.status]} {result.status:<{STATUS_WIDTH}}"
        if self.coloured:
            mark = f"{COLOURS[result.status]}{mark}{PLAIN}"
        self.line(f"{mark}  {result.name:<{NAME_WIDTH}} {result.detail}")
        for number, command in enumerate(result.mend.splitlines()):
            label = "mend it: " if number == 0 else "         "
            self.line(f"{INDENT}{label}{command}")

    def _can_show(self, text):
        try:
            text.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True


def summary(results):
    """Sum up: 'Ready: ...' or 'Not ready: 2 of 8 checks failed. ...'."""
    failed = sum(r.status == FAILED for r in results)
    warned = sum(r.status == WARNING for r in results)
    if failed:
        return (
            f"Not ready: {failed} of {len(results)} checks failed. Run the commands "
            "above from the top, then `lessons doctor` again."
        )
    if warned:
        return (
            f"Ready: no check failed, {warned} of {len(results)} gave a warning. "
            "The course runs here."
        )
    return f"Ready: all {len(results)} checks passed."


def _wants_colour(stream):
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    # The old Windows console prints colour codes as rubbish; its Terminal does not.
    if os.name == "nt" and "WT_SESSION" not in os.environ:
        return False
    return stream.isatty()
