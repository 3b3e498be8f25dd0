"""Read the exact versions that the course was tested with, from constraints.txt."""

import re
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
PIN = re.compile(r"([A-Za-z0-9][\w.-]*)\s*==\s*([^\s;#]+)\s*(;.*)?$")


class BrokenPins(ValueError):
    """The constraints file is missing or cannot be read."""


def find():
    """Find constraints.txt: in the installed package, else at the repository's root.

    Returns the path, or None.
    """
    root = PACKAGE.parent
    if (PACKAGE / "constraints.txt").is_file():
        return PACKAGE / "constraints.txt"
    if (root / "pyproject.toml").is_file() and (root / "constraints.txt").is_file():
        return root / "constraints.txt"
    return None


def normal(name):
    """Write a name as the registries compare it: Scikit_Learn is scikit-learn."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read():
    """Map each pinned package's normal name to its version.

    Raises BrokenPins when the file is missing or a line is not name==version.
    """
    path = find()
    if path is None:
        raise BrokenPins("constraints.txt, which holds the pinned versions, is missing")
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenPins(f"{path} cannot be read: {error}") from error
    found = {}
    for number, line in enumerate(lines, start=1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        match = PIN.match(text)
        if match is None:
            raise BrokenPins(f"{path}, line {number}: {text!r} is not name==version")
        found[normal(match[1])] = match[2]
    return found


def read_for(names):
    """Map each of these packages to its pinned version.

    Raises BrokenPins as `read` does, and when one of them has no pin.
    """
    versions = read()
    missing = [name for name in names if normal(name) not in versions]
    if missing:
        raise BrokenPins(f"{find()} has no pin for {', '.join(missing)}")
    return {name: versions[normal(name)] for name in names}


def pinned(name):
    """Write name==version for pip, or the bare name where no pin can be read."""
    try:
        version = read().get(normal(name))
    except BrokenPins:
        version = None
    return f"{name}=={version}" if version else name


def agree(installed, pin):
    """Compare versions; a local part (2.13.0+cpu) is the same release as 2.13.0.

    installed : the version, or None where the package is missing
    """
    return installed is not None and pin in (installed, installed.partition("+")[0])
