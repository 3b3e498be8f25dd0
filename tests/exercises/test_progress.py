"""Progress is kept in a small file, and never in the way."""

import datetime
import json
import os
import sys

import pytest

from lessons_pkg import exercises
from lessons_pkg.exercises.checker import progress
from tests.exercises.samples import RELU, VALUE


@pytest.fixture
def file(tmp_path, monkeypatch):
    file = tmp_path / "deep" / "progress.json"
    monkeypatch.setenv("LESSONS_PROGRESS", str(file))
    return file


def test_only_what_is_correct_is_kept(file):
    VALUE.check(3)
    VALUE.check(...)
    assert not file.exists()
    VALUE.check(2.718)
    today = datetime.date.today().isoformat()
    assert json.loads(file.read_text()) == {"solved": {"samples.total": today}}
    assert [f.name for f in file.parent.iterdir()] == ["progress.json"]


def test_the_first_date_stays(file):
    progress.record("samples.relu")
    old = {"solved": {"samples.total": "2020-02-02"}}
    file.write_text(json.dumps(old))
    VALUE.check(2.718)
    assert json.loads(file.read_text()) == old


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"solved": 3}', "\x00", "[" * 9])
def test_a_spoilt_file_is_put_aside_and_made_anew(file, text):
    file.parent.mkdir()
    file.write_text(text)
    assert RELU.check(RELU.answer).status == "correct"
    assert list(progress.solved()) == ["samples.relu"]
    assert file.with_name("progress.json.bad").read_text() == text


def test_bytes_that_are_no_text(file):
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfe\x00")
    assert progress.solved() == {}


def test_a_place_that_cannot_be_written_is_no_failure(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LESSONS_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert RELU.check(RELU.answer).status == "correct"
    assert progress.solved() == {}


def test_no_home_is_no_failure(monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("LESSONS_PROGRESS")
    monkeypatch.setattr(progress.Path, "home", homeless)
    assert RELU.check(RELU.answer).status == "correct"


def test_a_disk_that_fails_leaves_no_half_written_file(file, monkeypatch):
    def fails(*args):
        raise OSError("disk full")

    progress.record("samples.relu")
    before = file.read_text()
    monkeypatch.setattr(os, "replace", fails)
    assert not progress.record("samples.total")
    assert file.read_text() == before
    assert [f.name for f in file.parent.iterdir()] == ["progress.json"]


def test_the_usual_place_is_in_the_home(monkeypatch, tmp_path):
    monkeypatch.delenv("LESSONS_PROGRESS")
    monkeypatch.setattr(progress.Path, "home", lambda: tmp_path)
    assert progress.path() == tmp_path / ".lessons_pkg" / "progress.json"


def test_the_table_and_the_reset(file, monkeypatch, capsys):
    table = {ex.name: ex for ex in (RELU, VALUE)}
    monkeypatch.setattr(exercises, "_chapters", lambda: ["samples"])
    monkeypatch.setattr(exercises, "_chapter", lambda chapter: table)
    VALUE.check(2.718)
    text = exercises.progress().markdown
    assert "1 of 2 exercises solved." in text
    assert "| samples.relu | Rectify | 5 | not yet |" in text
    assert f"| samples.total | A weighted sum | 3 | ✓ {datetime.date.today()} |" in text
    assert str(file) in text
    assert "0 of 2" in exercises.progress(reset=True).markdown
    assert "0 of 2" in exercises.progress(reset=True).markdown
    assert not file.exists()


def test_a_terminal_without_symbols(monkeypatch):
    import io

    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert VALUE.check(3).status == "incorrect"
    narrow.flush()
    assert narrow.buffer.getvalue().startswith(b"? Incorrect. In `total`")
