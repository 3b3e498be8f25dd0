"""Checks of the software: Python, the packages, the Jupyter kernel."""

import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from lessons_pkg.doctor import mend, pins
from lessons_pkg.doctor.result import FAILED, OK, Result

OLDEST_PYTHON = (3, 11)
# What the notebooks need; tests/test_doctor.py holds this list to pyproject.toml.
PACKAGES = (
    "numpy",
    "matplotlib",
    "scikit-learn",
    "tqdm",
    "torch",
    "tensorboard",
    "mlxtend",
    "pooch",
    "statsmodels",
    "babel",
    "jupyterlab",
    "ipykernel",
    "nbclient",
)
SHOWN = ("numpy", "torch", "jupyterlab")
KERNEL = "python3"
KERNEL_SECONDS = 60
IMPORTS = "import ipykernel, lessons_pkg"


def check_python():
    """Python is 3.11 or newer."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if tuple(sys.version_info[:2]) >= OLDEST_PYTHON:
        return Result("Python", OK, f"{version} ({sys.executable})")
    needed = ".".join(str(part) for part in OLDEST_PYTHON)
    detail = f"{version} is too old: the course needs {needed} or newer"
    again = "make clean-all book"
    if mend.on_windows():
        again = "py -3.12 -m venv --clear .venv"
    return Result("Python", FAILED, detail, f"{mend.install_python()}\n{again}")


def check_packages():
    """Each package of the course is installed at its pinned version."""
    try:
        versions = pins.read_for(PACKAGES)
    except pins.BrokenPins as error:
        return Result("packages", FAILED, str(error), _mend_pins())
    found = {name: _installed(name) for name in PACKAGES}
    wrong = [name for name in PACKAGES if not pins.agree(found[name], versions[name])]
    if not wrong:
        shown = ", ".join(f"{name} {found[name]}" for name in SHOWN)
        detail = f"{len(PACKAGES)} at their pinned versions ({shown}, ...)"
        return Result("packages", OK, detail)
    command = mend.pip_install(*(f"{name}=={versions[name]}" for name in wrong))
    return Result("packages", FAILED, _complaint(wrong, found, versions), command)


def check_kernel():
    """The kernel that notebooks ask for starts a Python that has the course."""
    from jupyter_client.kernelspec import NoSuchKernel
    from jupyter_client.manager import KernelManager

    try:
        words = KernelManager(kernel_name=KERNEL).format_kernel_cmd()
    except NoSuchKernel:
        detail = f"Jupyter has no kernel named {KERNEL}"
        return Result("kernel", FAILED, detail, _mend_kernel())
    # What stands before -m is the interpreter: python, or for instance uv run python.
    call = words[: words.index("-m")] if "-m" in words else words[:1]
    problem = _cannot_import(call)
    if problem is None:
        return Result("kernel", OK, f"{KERNEL}, run by {' '.join(call)}")
    detail = f"{KERNEL} is run by {' '.join(call)}, {problem}"
    # In the right environment it is the course that is missing, not the kernel.
    here = Path(call[0]).parent == Path(sys.executable).parent
    command = mend.install_course() if here else _mend_kernel()
    return Result("kernel", FAILED, detail, command)


def _installed(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _complaint(wrong, found, versions):
    missing = [name for name in wrong if found[name] is None]
    parts = [f"missing: {', '.join(missing)}"] if missing else []
    for name in wrong:
        if found[name]:
            parts.append(f"{name} is {found[name]} instead of {versions[name]}")
    return "; ".join(parts)


def _mend_pins():
    root = pins.PACKAGE.parent
    if (root / "pyproject.toml").is_file():
        return mend.command("git", "-C", root, "checkout", "--", "constraints.txt")
    return mend.pip("install", "--force-reinstall", "--no-deps", "lessons_pkg")


def _cannot_import(call):
    """Say why this interpreter cannot run the course's notebooks, or None if it can."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [*call, "-c", IMPORTS],
                cwd=folder,  # else a copy in the working folder would be imported
                capture_output=True,
                text=True,
                errors="replace",
                timeout=KERNEL_SECONDS,
            )
        except OSError:
            return "which does not start"
        except subprocess.TimeoutExpired:
            return f"which did not answer in {KERNEL_SECONDS} s"
    if done.returncode == 0:
        return None
    reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return f"which cannot import the course: {reason}"


def _mend_kernel():
    """Register this interpreter where Jupyter looks first."""
    from jupyter_core.paths import prefer_environment_over_user

    where = "--sys-prefix" if prefer_environment_over_user() else "--user"
    return mend.python("-m", "ipykernel", "install", where)
