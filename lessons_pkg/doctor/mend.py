"""The commands that put a failure right, written for this machine's shell.

Linux and macOS: any POSIX shell. Windows: PowerShell, as in the README.
"""

import getpass
import os
import platform
import re
import shlex
import sys
from importlib.util import find_spec

from lessons_pkg.doctor import pins

NEEDS_QUOTES = re.compile(r"[^\w@%+=:,./\\-]")


def on_windows():
    """Say whether the commands are for PowerShell."""
    return platform.system() == "Windows"


def command(*words):
    """Join words into one line that the shell splits into the same words."""
    words = [str(word) for word in words]
    if not on_windows():
        return shlex.join(words)
    quoted = [f'"{word}"' if NEEDS_QUOTES.search(word) else word for word in words]
    # PowerShell takes a quoted first word for a text unless & stands before it.
    return ("& " if quoted[0].startswith('"') else "") + " ".join(quoted)


def python(*words):
    """Call the interpreter that runs this check, not the first one on the PATH."""
    return command(sys.executable, *words)


def pip(*words):
    """Call this interpreter's pip, put in first where it is missing."""
    call = python("-m", "pip", *words)
    if find_spec("pip") is None:
        return python("-m", "ensurepip") + "\n" + call
    return call


def pip_install(*words):
    """Install with pip; every dependency stays at its pin where the pins are found."""
    path = pins.find()
    kept = ("-c", path) if path else ()
    return pip("install", *kept, *words)


def reinstall(name):
    """Install one package anew, at its pin."""
    return pip_install("--force-reinstall", pins.pinned(name))


def install_course():
    """Install lessons_pkg and what it needs: from the repository, or as a package."""
    root = pins.PACKAGE.parent
    if (root / "pyproject.toml").is_file():
        return pip_install("-e", f"{root}[course]")
    return pip_install("--force-reinstall", "lessons_pkg[course]")


def install_python():
    """Install a newer Python, with the system's own installer."""
    commands = {
        "Windows": "winget install Python.Python.3.12",
        "Darwin": "brew install python@3.12",
    }
    default = "sudo apt-get install python3.11 python3.11-venv"
    return commands.get(platform.system(), default)


def allow_writing(folder):
    """Give this user write access to a folder."""
    if on_windows():
        return f'icacls "{folder}" /grant "{getpass.getuser()}:(OI)(CI)M"'
    if os.stat(folder).st_uid == os.getuid():
        return command("chmod", "u+rwx", folder)
    return f'sudo chown "$(id -un)" {shlex.quote(str(folder))}'


def other_temp_folder():
    """Choose a temporary folder in the user's home."""
    if on_windows():
        return r'mkdir "$HOME\tmp"; $env:TEMP = "$HOME\tmp"'
    return 'mkdir -p "$HOME/tmp" && export TMPDIR="$HOME/tmp"'


def other_progress_file():
    """Keep what was solved in the working folder."""
    if on_windows():
        return r'$env:LESSONS_PROGRESS = "$PWD\progress.json"'
    return 'export LESSONS_PROGRESS="$PWD/progress.json"'


def list_memory_users():
    """List what uses most memory, so that it can be closed."""
    commands = {
        "Windows": "Get-Process | Sort-Object WS -Descending | Select-Object -First 9",
        "Darwin": "ps -Amo rss,comm | head",
    }
    return commands.get(platform.system(), "ps -eo rss,comm --sort=-rss | head")
