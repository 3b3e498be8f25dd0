"""Keep which exercises were solved, and when, in a small file that may be deleted.

~/.lessons_pkg/progress.json, or the file that LESSONS_PROGRESS names:
{"solved": {"neurons.relu": "2025-01-31"}}
"""

import contextlib
import datetime
import json
import os
import tempfile
from pathlib import Path


def path():
    """Return the path of the file."""
    named = os.environ.get("LESSONS_PROGRESS")
    return Path(named) if named else Path.home() / ".lessons_pkg" / "progress.json"


def solved():
    """Return {exercise name: date of the first solution}; {} where there is no file.

    A file that is not readable as progress is kept beside as `.bad`.
    """
    try:
        file = path()
        return _parsed(file.read_text(encoding="utf-8"))
    except ValueError:  # bad JSON and bad UTF-8 among them
        _set_aside(file)
    except (OSError, RuntimeError):  # no file, no right to read it, no home
        pass
    return {}


def record(name):
    """Keep that an exercise was solved today. Return whether it could be kept."""
    done = solved()
    if name in done:
        return True
    try:
        _write({**done, name: datetime.date.today().isoformat()})
    except (OSError, RuntimeError):
        return False
    return True


def reset():
    """Forget what was solved."""
    path().unlink(missing_ok=True)


def _parsed(text):
    done = json.loads(text)
    done = done.get("solved") if isinstance(done, dict) else None
    if not isinstance(done, dict):
        raise ValueError("no table of what was solved")
    return {str(name): str(date) for name, date in done.items()}


def _set_aside(file):
    with contextlib.suppress(OSError):
        file.replace(file.with_name(file.name + ".bad"))


def _write(done):
    """Write a new file and move it into place, so that no half-written one is left."""
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, new = tempfile.mkstemp(dir=file.parent, prefix=".progress", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump({"solved": done}, stream, indent=1)
        os.replace(new, file)
    except BaseException:
        Path(new).unlink(missing_ok=True)
        raise
