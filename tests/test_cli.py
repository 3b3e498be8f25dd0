"""The `lessons` command, called as a reader calls it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import lessons_pkg
from lessons_pkg import cli, doctor
from lessons_pkg.doctor.result import FAILED, OK, WARNING, Result
from lessons_pkg.exercises import names
from lessons_pkg.exercises.checker import progress


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A progress file of one's own, in which one exercise is solved."""
    path = tmp_path / "progress.json"
    path.write_text(json.dumps({"solved": {"neurons.layer": "2025-01-31"}}))
    monkeypatch.setenv("LESSONS_PROGRESS", str(path))
    return path


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert "doctor    say whether this machine can run the course" in shown
    assert "progress  list the exercises that were solved" in shown


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "lessons: error: the following arguments are required: command"),
        (["dotcor"], "lessons: error: argument command: invalid choice: 'dotcor'"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_why(capsys, arguments, sentence):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert sentence in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"{lessons_pkg.__version__}\n"


@pytest.mark.parametrize(
    ("statuses", "exit_status", "last_line"),
    [
        ([OK, OK], 0, "Ready: all 2 checks passed."),
        (
            [OK, WARNING],
            0,
            "Ready: no check failed, 1 of 2 gave a warning. The course runs here.",
        ),
        (
            [FAILED, WARNING],
            1,
            "Not ready: 1 of 2 checks failed. Run the commands above from the top, "
            "then `lessons doctor` again.",
        ),
    ],
)
def test_doctor_exits_with_1_only_on_a_failure(
    monkeypatch, capsys, statuses, exit_status, last_line
):
    made = [("a", lambda s=s: Result("a", s, "")) for s in statuses]
    monkeypatch.setattr(doctor, "checks", lambda progress_file: made)
    assert cli.main(["doctor"]) == exit_status
    assert capsys.readouterr().out.splitlines()[-1] == last_line


def test_doctor_looks_at_the_folder_of_the_progress_file(kept, monkeypatch):
    given = []
    monkeypatch.setattr(cli, "diagnose", lambda path: given.append(path) or 0)
    cli.main(["doctor"])
    assert given == [kept]


def test_doctor_works_where_the_exercises_do_not(monkeypatch):
    given = []
    monkeypatch.setattr(cli, "diagnose", lambda path: given.append(path) or 1)
    monkeypatch.setitem(sys.modules, "lessons_pkg.exercises.checker.progress", None)
    assert cli.main(["doctor"]) == 1
    assert given == [None]


def test_doctor_as_a_process_on_this_machine(kept):
    run = subprocess.run(
        [sys.executable, "-m", "lessons_pkg.cli", "doctor"],
        cwd=Path(lessons_pkg.__file__).parents[1],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    lines = [line for line in run.stdout.splitlines() if line[:1] != " "]
    assert len(lines) == 9, run.stdout + run.stderr
    assert lines[-1].startswith("Ready: " if run.returncode == 0 else "Not ready: ")
    assert run.stderr == ""


def test_progress_lists_every_exercise(kept, capsys):
    assert cli.main(["progress"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines[-2:]] == [f"{kept};", "file."]
    listed = {line[12:].split()[0]: line[:10].strip() for line in lines[:-2]}
    assert list(listed) == names()
    assert listed.pop("neurons.layer") == "2025-01-31"
    assert set(listed.values()) == {"not yet"}
    assert lines[-2].startswith(f"1 of {len(names())} exercises solved. Kept in ")


def test_progress_without_a_file(kept, capsys):
    kept.unlink()
    assert cli.main(["progress"]) == 0
    assert f"\n0 of {len(names())} exercises solved." in capsys.readouterr().out


def test_progress_reset_deletes_the_file(kept, capsys):
    assert cli.main(["progress", "--reset"]) == 0
    assert capsys.readouterr().out == f"Deleted {kept}.\n"
    assert progress.solved() == {}
    assert cli.main(["progress", "--reset"]) == 0
    assert capsys.readouterr().out == "Nothing was kept.\n"
