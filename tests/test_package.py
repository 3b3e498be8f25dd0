"""`pip install lessons_pkg` gives a real package: build the wheel, install it elsewhere, use it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*arguments, **options):
    done = subprocess.run(arguments, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
        *("--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)),
        cwd=folder,
    )
    [path] = folder.glob("lessons_pkg-*.whl")
    return path


@pytest.fixture(scope="module")
def elsewhere(wheel, tmp_path_factory):
    """A folder that holds the installed wheel, and no trace of the repository."""
    folder = tmp_path_factory.mktemp("elsewhere")
    target = folder / "site"
    run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"),
        *("--target", str(target), str(wheel)),
    )
    return folder


def test_the_wheel_holds_every_file_of_the_package_and_the_pins(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    files = (ROOT / "lessons_pkg").rglob("*.py")
    missing = {p.relative_to(ROOT).as_posix() for p in files} - inside
    assert missing == set()
    assert "lessons_pkg/constraints.txt" in inside
    assert not any(name.startswith(("tests", "book")) for name in inside)


def test_the_installed_wheel_works_far_from_the_repository(elsewhere):
    code = (
        "import sys; sys.path.insert(0, 'site')\n"
        "import lessons_pkg, numpy as np\n"
        "from lessons_pkg.ops.activations import relu\n"
        "from lessons_pkg.exercises import names\n"
        "print(lessons_pkg.__file__, relu(np.array([-1.0, 2.0]))[0], len(names()) > 5)"
    )
    said = run(sys.executable, "-c", code, cwd=elsewhere)
    assert str(elsewhere / "site" / "lessons_pkg") in said
    assert "[0. 2.] True" in said


def test_the_installed_wheel_brings_the_command_and_its_pins(elsewhere):
    code = (
        "import sys; sys.path.insert(0, 'site')\n"
        "from lessons_pkg.cli import main\n"
        "main(['--help'])"
    )
    assert "doctor" in run(sys.executable, "-c", code, cwd=elsewhere)
    assert (elsewhere / "site" / "lessons_pkg" / "constraints.txt").is_file()


def test_every_direct_requirement_has_a_pin_inside_its_range():
    import tomllib

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and line[0] != "#")
    pins = {canonicalize_name(name): version for name, version in pins.items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        asked += extra
    for requirement in map(Requirement, asked):
        version = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement}: {version}"
