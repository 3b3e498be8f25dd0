"""`lessons doctor`: say whether this machine can run the course, and what to mend."""

import sys
from functools import partial

from lessons_pkg.doctor import mend, pins
from lessons_pkg.doctor.environment import check_kernel, check_packages, check_python
from lessons_pkg.doctor.machine import (
    check_cores,
    check_disk,
    check_memory,
    check_write,
)
from lessons_pkg.doctor.notebook import check_notebook
from lessons_pkg.doctor.result import FAILED, Report, Result, summary

__all__ = ["Result", "checks", "diagnose", "run_check"]


def checks(progress_file=None):
    """List the checks in their order, as (name, function) pairs.

    progress_file : path of the file that keeps what was solved, or None
    """
    return [
        ("Python", check_python),
        ("packages", check_packages),
        ("kernel", check_kernel),
        ("write access", partial(check_write, progress_file)),
        ("memory", check_memory),
        ("cores", check_cores),
        ("disk", check_disk),
        ("notebook", check_notebook),
    ]


def diagnose(progress_file=None, stream=None, to_check=None):
    """Run every check, write one line for each, and sum up.

    Returns the exit status: 1 if any check failed, otherwise 0.
    """
    report = Report(stream or sys.stdout)
    results = []
    for name, check in to_check or checks(progress_file):
        results.append(run_check(name, check))
        report.result(results[-1])
    report.line(summary(results))
    return int(any(result.status == FAILED for result in results))


def run_check(name, check):
    """Run one check; what it raises becomes a failure, and the next one still runs."""
    try:
        return check()
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if not package or package == pins.PACKAGE.name:
            return _crashed(name, error)
        detail = f"cannot be checked: {package} is missing"
        return Result(name, FAILED, detail, mend.pip_install(pins.pinned(package)))
    except Exception as error:
        return _crashed(name, error)


def _crashed(name, error):
    reason = f"{type(error).__name__}: {error}".strip().splitlines()[0]
    detail = f"the check itself stopped with {reason}"
    return Result(name, FAILED, detail, mend.install_course())
