"""`make` installs once, again when a pin changes, and never leaves half an environment."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(
    shutil.which("make") is None, reason="these test the Makefile, and make is missing"
)

# Stands for Python: writes down what it was asked, and makes the "virtual environment".
STAND_IN = """#!/bin/sh
echo "$@ [${PIP_EXTRA_INDEX_URL}]" >> "$CALLS"
case "$*" in
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "$0" "$3/bin/lessons" ;;
  *pip*) exit "${PIP_FAILS:-0}" ;;
esac
"""


@pytest.fixture
def home(tmp_path):
    for name in ("Makefile", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
        os.utime(tmp_path / name, (time.time() - 100,) * 2)
    python = tmp_path / "python-stand-in"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    return tmp_path


def make(home, target="doctor", **environment):
    return subprocess.run(
        ["make", f"PYTHON={home / 'python-stand-in'}", target],
        cwd=home,
        env={**os.environ, "CALLS": str(home / "calls"), **environment},
        capture_output=True,
        text=True,
    )


def installs(home):
    calls = (home / "calls").read_text().splitlines()
    return [call for call in calls if "pip install" in call]


def test_a_second_run_does_not_install_again_and_a_changed_pin_does(home):
    assert make(home).returncode == 0
    assert make(home).returncode == 0
    [first] = installs(home)
    assert "-c constraints.txt -e .[course,book,test,dev]" in first
    with (home / "constraints.txt").open("a") as pins:
        pins.write("# numpy==0\n")
    assert make(home).returncode == 0
    assert len(installs(home)) == 2


def test_a_failed_installation_is_tried_again(home):
    assert make(home, PIP_FAILS="1").returncode != 0
    assert make(home).returncode == 0
    assert len(installs(home)) == 2


def test_the_environment_variables_of_pip_pass_through(home):
    make(home, PIP_EXTRA_INDEX_URL="https://example.org/cpu")
    assert "[https://example.org/cpu]" in installs(home)[0]


def test_without_a_new_enough_python_make_says_so(home):
    done = subprocess.run(
        ["make", "PYTHON=", "doctor"], cwd=home, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "No Python 3.11 or newer was found" in done.stdout


def test_when_no_environment_can_be_made_none_is_left(home):
    (home / "python-stand-in").write_text("#!/bin/sh\nmkdir -p $3/bin; exit 1\n")
    done = make(home)
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stdout
    assert not (home / ".venv").exists()


def test_help_lists_every_target():
    said = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    [line] = (x for x in (ROOT / "Makefile").read_text().splitlines() if ".PHONY" in x)
    targets = line.removeprefix(".PHONY: ").split()
    assert {"book", "test", "lab", "check", "help", "clean"} <= set(targets)
    for target in targets:
        assert f"make {target} " in said
