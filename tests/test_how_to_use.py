"""The session shown in "How to use this book" is what the checker prints today."""

import doctest
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / "book" / "how-to-use.md"


def sessions():
    text = PAGE.read_text("utf-8")
    return "\n".join(re.findall(r"^```pycon\n(.*?)^```$", text, flags=re.S | re.M))


def failures(session):
    """Run one session and count the lines that print something else."""
    test = doctest.DocTestParser().get_doctest(session, {}, PAGE.name, None, 0)
    assert test.examples
    report = []
    # The page breaks long lines.
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    return runner.run(test, out=report.append).failed, "".join(report)


@pytest.fixture(autouse=True)
def fresh_exercises(tmp_path, monkeypatch):
    """No progress is kept, and the hints begin at the first."""
    from lessons_pkg.exercises import exercise

    monkeypatch.setenv("LESSONS_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(exercise("neurons.layer"), "_hints_shown", 0)


def test_the_example_prints_what_the_page_shows():
    failed, report = failures(sessions())
    assert not failed, report


def test_the_test_notices_another_message():
    failed, _ = failures(sessions().replace("the bias never comes in", "it is wrong"))
    assert failed == 1
