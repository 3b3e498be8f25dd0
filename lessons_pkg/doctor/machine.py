"""Checks of the machine: write access, memory, cores, disk."""

import errno
import math
import os
import shutil
import tempfile
from pathlib import Path

from lessons_pkg.doctor import mend
from lessons_pkg.doctor.result import FAILED, OK, WARNING, Result

GIB = 2**30
LEAST_MEMORY = 2 * GIB
LEAST_DISK = 1 * GIB
# A container's own limits (cgroup version 2, then 1), unknown to the machine's figures.
CGROUP = Path("/sys/fs/cgroup")
MEMORY_FILES = (
    ("memory.max", "memory.current", "memory.stat"),
    (
        "memory/memory.limit_in_bytes",
        "memory/memory.usage_in_bytes",
        "memory/memory.stat",
    ),
)


def check_write(progress_file=None):
    """Files can be written where the course writes them.

    progress_file : path of the file that keeps what was solved, or None to leave it out
    """
    problems, commands = [], []
    for name, folder in _folders(progress_file):
        error = _write_error(folder)
        if error is not None:
            problems.append(f"{_place(name, folder)}: {_why(error)}")
            commands.append(_mend_write(name, folder, error))
    if problems:
        return Result("write access", FAILED, "; ".join(problems), "\n".join(commands))
    names = [name for name, _ in _folders(progress_file)]
    return Result("write access", OK, f"{', '.join(names[:-1])} and {names[-1]}")


def check_memory():
    """At least 2 GiB of memory are free, a container's limit counted."""
    import psutil

    memory = psutil.virtual_memory()
    free, total = min((memory.available, memory.total), _container_memory(memory.total))
    detail = f"{_gib(free)} free of {_gib(total)}"
    if free >= LEAST_MEMORY:
        return Result("memory", OK, detail)
    detail += (
        f", less than {_gib(LEAST_MEMORY)}: close programs; this lists the largest"
    )
    return Result("memory", FAILED, detail, mend.list_memory_users())


def check_cores():
    """At least two cores may be used; with one the course runs, but slowly."""
    cores = min(_usable_cores(), _container_cores())
    if cores >= 2:
        return Result("cores", OK, f"{cores} may be used")
    return Result("cores", WARNING, "1 may be used: the chapters run, but more slowly")


def check_disk():
    """At least 1 GiB is free where the site is built and where temporary files go."""
    folders = [folder for _, folder in _folders(None) if folder is not None]
    free, folder = min((shutil.disk_usage(folder).free, folder) for folder in folders)
    if free >= LEAST_DISK:
        return Result("disk", OK, f"{_gib(free)} free")
    detail = f"{_gib(free)} free on the disk of {folder}, less than {_gib(LEAST_DISK)}"
    return Result("disk", FAILED, detail, mend.pip("cache", "purge"))


def _gib(size):
    return f"{size / GIB:.1f} GiB"


def _folders(progress_file):
    """Name the folders the course writes to; None stands for one that is not there."""
    yield "working folder", _existing(Path.cwd)
    if progress_file is not None:
        yield "progress folder", _nearest(Path(progress_file).parent)
    yield "temporary folder", _existing(tempfile.gettempdir)


def _existing(find):
    try:
        return Path(find())
    except FileNotFoundError:
        return None


def _nearest(folder):
    """Find the folder itself, or the nearest one above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _write_error(folder):
    if folder is None:
        return FileNotFoundError(errno.ENOENT, "it does not exist")
    # Not tempfile: on Windows it tries again and again where access is denied.
    path = folder / f".lessons-doctor-{os.getpid()}"
    try:
        path.write_bytes(b"can write")
        path.unlink()
    except OSError as error:
        return error
    return None


def _place(name, folder):
    """Begin the complaint: what cannot be written to."""
    return f"no file can be written in the {name}" + (f" {folder}" if folder else "")


def _why(error):
    return (error.strerror or str(error)).lower()


def _mend_write(name, folder, error):
    if error.errno == errno.ENOSPC:
        return mend.pip("cache", "purge")
    if name == "temporary folder":
        return mend.other_temp_folder()
    if name == "working folder" and error.errno in (errno.EROFS, errno.ENOENT):
        return 'cd "$HOME"'
    if error.errno == errno.EROFS:
        return mend.other_progress_file()
    return mend.allow_writing(folder)


def _number(path):
    """Read a file's first number; None where there is no file or no limit ("max")."""
    try:
        return int((CGROUP / path).read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _container_memory(unlimited):
    """Give this container's (free, limit) in bytes; without one, `unlimited` twice."""
    for limit_file, used_file, stat_file in MEMORY_FILES:
        limit, used = _number(limit_file), _number(used_file)
        if limit is not None and used is not None and limit < unlimited:
            return max(0, limit - used + _given_back_when_needed(stat_file)), limit
    return unlimited, unlimited


def _given_back_when_needed(stat_file):
    """Count the bytes of the file cache, which a container counts as used."""
    try:
        lines = (CGROUP / stat_file).read_text().splitlines()
    except OSError:
        return 0
    counts = dict(line.split(" ", 1) for line in lines if " " in line)
    return int(counts.get("total_inactive_file", counts.get("inactive_file", 0)))


def _usable_cores():
    """Count the cores this process may run on, which may be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _container_cores():
    """Count the cores that a container's quota allows; infinity without a quota."""
    try:
        quota, period = (CGROUP / "cpu.max").read_text().split()
        return max(1, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):
        return math.inf
