"""`lessons doctor`: each check made to fail, its line, its command, its exit status."""

import errno
import io
import json
import os
import subprocess
import sys
import tomllib
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import KernelManager

from lessons_pkg import doctor
from lessons_pkg.doctor import environment, machine, mend, notebook, pins
from lessons_pkg.doctor.result import FAILED, OK, WARNING, Report, Result, summary

ROOT = Path(__file__).resolve().parents[1]
GIB = 2**30
PYTHON = "/venv/bin/python"
PINS = {
    "numpy": "2.4.6",
    "matplotlib": "3.11.2",
    "scikit-learn": "1.9.1",
    "tqdm": "4.70.1",
    "torch": "2.13.0",
    "tensorboard": "2.21.0",
    "mlxtend": "0.25.0",
    "pooch": "1.9.0",
    "statsmodels": "0.15.0",
    "babel": "2.18.0",
    "jupyterlab": "4.6.6",
    "ipykernel": "7.4.0",
    "nbclient": "0.11.0",
    "psutil": "7.2.2",
}


class Screen(io.TextIOWrapper):
    """A stream with an encoding, as a terminal has one."""

    def __init__(self, encoding="utf-8", terminal=False):
        super().__init__(io.BytesIO(), encoding=encoding)
        self.terminal = terminal

    def isatty(self):
        return self.terminal

    def lines(self):
        self.flush()
        return self.buffer.getvalue().decode(self.encoding).splitlines()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A small repository, a Linux machine, and an interpreter with a short path."""
    root = tmp_path / "course"
    (root / "lessons_pkg").mkdir(parents=True)
    (root / "pyproject.toml").touch()
    write_pins(root, PINS)
    monkeypatch.setattr(pins, "PACKAGE", root / "lessons_pkg")
    monkeypatch.setattr(mend.platform, "system", lambda: "Linux")
    monkeypatch.setattr(mend, "sys", SimpleNamespace(executable=PYTHON))
    monkeypatch.setattr(mend, "find_spec", lambda name: True)
    return root


def write_pins(root, versions):
    lines = [f"{name}=={version}" for name, version in versions.items()]
    (root / "constraints.txt").write_text("\n".join(["# pins", *lines, ""]))


def install(monkeypatch, versions):
    """Pretend that exactly these packages are installed."""

    def version(name):
        if name not in versions:
            raise environment.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(environment.metadata, "version", version)


def seen(check, name="this"):
    """Run one check as the command does; return the exit status and the lines."""
    screen = Screen()
    status = doctor.diagnose(stream=screen, to_check=[(name, check)])
    return status, screen.lines()


def assert_fails(check, line, *commands):
    """Hold the check to its whole line, its mending commands and exit status 1."""
    status, lines = seen(check)
    labels = ["mend it: ", *[" " * 9] * len(commands)]
    wanted = [
        f"✗ failed   {line}",
        *[" " * 24 + a + b for a, b in zip(labels, commands, strict=False)],
        "Not ready: 1 of 1 checks failed. Run the commands above from the top, then "
        "`lessons doctor` again.",
    ]
    assert lines == wanted
    assert status == 1


def assert_passes(check, line):
    status, lines = seen(check)
    assert lines == [f"✓ ok       {line}", "Ready: all 1 checks passed."]
    assert status == 0


# --- Python ---------------------------------------------------------------------------


def python_version(monkeypatch, *version):
    fake = SimpleNamespace(version_info=version, executable=PYTHON)
    monkeypatch.setattr(environment, "sys", fake)


def test_python_passes_from_3_11_on(repository, monkeypatch):
    python_version(monkeypatch, 3, 11, 0)
    assert_passes(environment.check_python, "Python       3.11.0 (/venv/bin/python)")


def test_python_too_old(repository, monkeypatch):
    python_version(monkeypatch, 3, 10, 14)
    assert_fails(
        environment.check_python,
        "Python       3.10.14 is too old: the course needs 3.11 or newer",
        "sudo apt-get install python3.11 python3.11-venv",
        "make clean-all book",
    )


@pytest.mark.parametrize(
    ("system", "commands"),
    [
        ("Darwin", "brew install python@3.12\nmake clean-all book"),
        (
            "Windows",
            "winget install Python.Python.3.12\npy -3.12 -m venv --clear .venv",
        ),
    ],
)
def test_python_too_old_elsewhere(repository, monkeypatch, system, commands):
    python_version(monkeypatch, 3, 9, 1)
    monkeypatch.setattr(mend.platform, "system", lambda: system)
    assert environment.check_python().mend == commands


# --- packages -------------------------------------------------------------------------


def test_packages_at_their_pins(repository, monkeypatch):
    install(monkeypatch, PINS | {"torch": "2.13.0+cpu"})
    assert_passes(
        environment.check_packages,
        "packages     13 at their pinned versions "
        "(numpy 2.4.6, torch 2.13.0+cpu, jupyterlab 4.6.6, ...)",
    )


def test_packages_missing(repository, monkeypatch):
    install(monkeypatch, {k: v for k, v in PINS.items() if k != "torch"})
    assert_fails(
        environment.check_packages,
        "packages     missing: torch",
        f"/venv/bin/python -m pip install -c {repository}/constraints.txt "
        "torch==2.13.0",
    )


def test_packages_at_other_versions(repository, monkeypatch):
    install(monkeypatch, PINS | {"numpy": "1.26.4", "torch": "2.13.01+cpu"})
    assert_fails(
        environment.check_packages,
        "packages     numpy is 1.26.4 instead of 2.4.6; "
        "torch is 2.13.01+cpu instead of 2.13.0",
        f"/venv/bin/python -m pip install -c {repository}/constraints.txt "
        "numpy==2.4.6 torch==2.13.0",
    )


def test_packages_missing_and_at_other_versions(repository, monkeypatch):
    install(monkeypatch, {"numpy": "2.4.6", "torch": "2.6.0"})
    assert_fails(
        environment.check_packages,
        "packages     missing: matplotlib, scikit-learn, tqdm, tensorboard, mlxtend, "
        "pooch, statsmodels, babel, jupyterlab, ipykernel, nbclient; "
        "torch is 2.6.0 instead of 2.13.0",
        f"/venv/bin/python -m pip install -c {repository}/constraints.txt "
        "matplotlib==3.11.2 scikit-learn==1.9.1 tqdm==4.70.1 torch==2.13.0 "
        "tensorboard==2.21.0 mlxtend==0.25.0 pooch==1.9.0 statsmodels==0.15.0 "
        "babel==2.18.0 jupyterlab==4.6.6 ipykernel==7.4.0 nbclient==0.11.0",
    )


def test_packages_without_pip(repository, monkeypatch):
    install(monkeypatch, PINS | {"numpy": "1.26.4"})
    monkeypatch.setattr(mend, "find_spec", lambda name: None)
    assert_fails(
        environment.check_packages,
        "packages     numpy is 1.26.4 instead of 2.4.6",
        "/venv/bin/python -m ensurepip",
        f"/venv/bin/python -m pip install -c {repository}/constraints.txt numpy==2.4.6",
    )


def test_a_line_that_is_no_pin(repository):
    path = repository / "constraints.txt"
    path.write_text("# pins\nnumpy=2.4.6\n")
    assert_fails(
        environment.check_packages,
        f"packages     {path}, line 2: 'numpy=2.4.6' is not name==version",
        f"git -C {repository} checkout -- constraints.txt",
    )


def test_a_package_without_a_pin(repository):
    write_pins(repository, {k: v for k, v in PINS.items() if k != "torch"})
    assert_fails(
        environment.check_packages,
        f"packages     {repository}/constraints.txt has no pin for torch",
        f"git -C {repository} checkout -- constraints.txt",
    )


def test_a_constraints_file_that_is_no_text(repository):
    path = repository / "constraints.txt"
    path.write_bytes(b"numpy==\xff\xfe")
    status, (line, command, _) = seen(environment.check_packages)
    assert line.startswith(f"✗ failed   packages     {path} cannot be read: 'utf-8'")
    assert command.endswith(f"git -C {repository} checkout -- constraints.txt")
    assert status == 1


def test_no_constraints_file_in_a_repository(repository):
    (repository / "constraints.txt").unlink()
    assert_fails(
        environment.check_packages,
        "packages     constraints.txt, which holds the pinned versions, is missing",
        f"git -C {repository} checkout -- constraints.txt",
    )


def test_no_constraints_file_in_an_installed_package(repository):
    (repository / "constraints.txt").unlink()
    (repository / "pyproject.toml").unlink()
    assert_fails(
        environment.check_packages,
        "packages     constraints.txt, which holds the pinned versions, is missing",
        "/venv/bin/python -m pip install --force-reinstall --no-deps lessons_pkg",
    )


def test_an_installed_package_brings_its_own_pins(repository):
    own = repository / "lessons_pkg" / "constraints.txt"
    own.write_text("numpy==2.0.0")
    assert pins.find() == own
    assert pins.read() == {"numpy": "2.0.0"}


def test_a_constraints_file_of_another_project_is_not_read(repository):
    # site-packages/lessons_pkg has no pyproject.toml beside it.
    (repository / "pyproject.toml").unlink()
    assert pins.find() is None


def test_pins_are_read_with_comments_markers_and_any_spelling(repository):
    path = repository / "constraints.txt"
    path.write_text('Scikit_Learn==1.9.1  # why\n\npexpect==4.9.0 ; os_name == "posix"')
    assert pins.read() == {"scikit-learn": "1.9.1", "pexpect": "4.9.0"}


def test_the_packages_are_those_of_the_project():
    with open(ROOT / "pyproject.toml", "rb") as stream:
        project = tomllib.load(stream)["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["course"]
    names = {requirement.partition(">")[0] for requirement in wanted}
    assert set(environment.PACKAGES) == names
    oldest = ".".join(str(part) for part in environment.OLDEST_PYTHON)
    assert project["requires-python"] == f">={oldest}"


def test_the_project_pins_each_of_them():
    assert set(pins.read_for(environment.PACKAGES)) == set(environment.PACKAGES)


# --- kernel ---------------------------------------------------------------------------


def register_kernel(tmp_path, monkeypatch, *words):
    """Register a python3 kernel where Jupyter looks first."""
    folder = tmp_path / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    rest = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": [*words, *rest], "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))


@pytest.fixture
def own_environment(monkeypatch):
    monkeypatch.setattr("jupyter_core.paths.prefer_environment_over_user", lambda: True)


def answer(monkeypatch, returncode=0, stderr=""):
    """Let the kernel's interpreter answer without starting one."""
    calls = []

    def run(call, **options):
        calls.append(call)
        return subprocess.CompletedProcess(call, returncode, "", stderr)

    monkeypatch.setattr(environment.subprocess, "run", run)
    return calls


def test_kernel_of_this_environment_is_asked_for_the_course(
    tmp_path, repository, monkeypatch
):
    register_kernel(tmp_path, monkeypatch, "/usr/bin/uv", "run", "python")
    calls = answer(monkeypatch)
    assert_passes(
        environment.check_kernel, "kernel       python3, run by /usr/bin/uv run python"
    )
    words = ["/usr/bin/uv", "run", "python", "-c", "import ipykernel, lessons_pkg"]
    assert calls == [words]


def test_a_kernel_named_python_is_run_by_this_interpreter(
    tmp_path, repository, monkeypatch
):
    register_kernel(tmp_path, monkeypatch, "python")
    calls = answer(monkeypatch)
    environment.check_kernel()
    assert calls[0][0] == sys.executable


def test_no_kernel(repository, monkeypatch, own_environment):
    def missing(manager):
        raise NoSuchKernel("python3")

    monkeypatch.setattr(KernelManager, "format_kernel_cmd", missing)
    assert_fails(
        environment.check_kernel,
        "kernel       Jupyter has no kernel named python3",
        "/venv/bin/python -m ipykernel install --sys-prefix",
    )


def test_a_kernel_whose_interpreter_is_gone(
    tmp_path, repository, monkeypatch, own_environment
):
    register_kernel(tmp_path, monkeypatch, "/gone/bin/python")
    assert_fails(
        environment.check_kernel,
        "kernel       python3 is run by /gone/bin/python, which does not start",
        "/venv/bin/python -m ipykernel install --sys-prefix",
    )


def test_a_kernel_of_another_python(tmp_path, repository, monkeypatch):
    monkeypatch.setattr(
        "jupyter_core.paths.prefer_environment_over_user", lambda: False
    )
    register_kernel(tmp_path, monkeypatch, "/usr/bin/python3")
    answer(monkeypatch, 1, "Traceback\nNo module named 'lessons_pkg'\n")
    assert_fails(
        environment.check_kernel,
        "kernel       python3 is run by /usr/bin/python3, "
        "which cannot import the course: No module named 'lessons_pkg'",
        "/venv/bin/python -m ipykernel install --user",
    )


def test_the_right_kernel_without_the_course(tmp_path, repository, monkeypatch):
    register_kernel(tmp_path, monkeypatch, sys.executable)
    answer(monkeypatch, 1, "No module named 'lessons_pkg'")
    assert_fails(
        environment.check_kernel,
        f"kernel       python3 is run by {sys.executable}, "
        "which cannot import the course: No module named 'lessons_pkg'",
        f"/venv/bin/python -m pip install -c {repository}/constraints.txt "
        f"-e '{repository}[course]'",
    )


def test_a_kernel_that_does_not_answer(
    tmp_path, repository, monkeypatch, own_environment
):
    register_kernel(tmp_path, monkeypatch, "/usr/bin/slow")

    def run(call, timeout, **options):
        raise subprocess.TimeoutExpired(call, timeout)

    monkeypatch.setattr(environment.subprocess, "run", run)
    assert_fails(
        environment.check_kernel,
        "kernel       python3 is run by /usr/bin/slow, which did not answer in 60 s",
        "/venv/bin/python -m ipykernel install --sys-prefix",
    )


# --- write access ---------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path, monkeypatch, repository):
    """A working folder, a progress folder and a temporary folder of one's own."""
    found = SimpleNamespace(
        work=tmp_path / "work", home=tmp_path / "home", temp=tmp_path / "temp"
    )
    for folder in vars(found).values():
        folder.mkdir()
    monkeypatch.chdir(found.work)
    monkeypatch.setattr(machine.tempfile, "gettempdir", lambda: str(found.temp))
    return found


def refuse(monkeypatch, folder, code):
    """Let no file be written in one folder (as root, chmod would not do)."""
    write = Path.write_bytes

    def write_bytes(path, data):
        if path.parent == folder:
            raise OSError(code, os.strerror(code))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)


def test_write_access(folders):
    progress = folders.home / "not yet" / "made" / "progress.json"
    assert_passes(
        lambda: machine.check_write(progress),
        "write access working folder, progress folder and temporary folder",
    )
    assert not any(list(folder.iterdir()) for folder in vars(folders).values())


def test_write_access_without_a_progress_file(folders):
    assert_passes(
        machine.check_write, "write access working folder and temporary folder"
    )


def test_a_working_folder_of_ones_own_that_cannot_be_written(folders, monkeypatch):
    refuse(monkeypatch, folders.work, errno.EACCES)
    assert_fails(
        machine.check_write,
        "write access no file can be written in the working folder "
        f"{folders.work}: permission denied",
        f"chmod u+rwx {folders.work}",
    )


def test_a_working_folder_of_somebody_else(folders, monkeypatch):
    refuse(monkeypatch, folders.work, errno.EACCES)
    monkeypatch.setattr(mend.os, "getuid", lambda: 4321)
    assert machine.check_write().mend == f'sudo chown "$(id -un)" {folders.work}'


def test_a_read_only_working_folder(folders, monkeypatch):
    refuse(monkeypatch, folders.work, errno.EROFS)
    assert_fails(
        machine.check_write,
        "write access no file can be written in the working folder "
        f"{folders.work}: read-only file system",
        'cd "$HOME"',
    )


def test_a_working_folder_that_is_gone(folders):
    folders.work.rmdir()
    assert_fails(
        machine.check_write,
        "write access no file can be written in the working folder: it does not exist",
        'cd "$HOME"',
    )


def test_a_full_disk(folders, monkeypatch):
    refuse(monkeypatch, folders.work, errno.ENOSPC)
    assert_fails(
        machine.check_write,
        "write access no file can be written in the working folder "
        f"{folders.work}: no space left on device",
        "/venv/bin/python -m pip cache purge",
    )


def test_a_progress_folder_that_cannot_be_written(folders, monkeypatch):
    refuse(monkeypatch, folders.home, errno.EACCES)
    assert_fails(
        lambda: machine.check_write(folders.home / "new" / "progress.json"),
        "write access no file can be written in the progress folder "
        f"{folders.home}: permission denied",
        f"chmod u+rwx {folders.home}",
    )


@pytest.mark.parametrize(
    ("system", "command"),
    [
        ("Linux", 'export LESSONS_PROGRESS="$PWD/progress.json"'),
        ("Windows", r'$env:LESSONS_PROGRESS = "$PWD\progress.json"'),
    ],
)
def test_a_progress_folder_on_a_read_only_disk(folders, monkeypatch, system, command):
    monkeypatch.setattr(mend.platform, "system", lambda: system)
    refuse(monkeypatch, folders.home, errno.EROFS)
    assert_fails(
        lambda: machine.check_write(folders.home / "progress.json"),
        "write access no file can be written in the progress folder "
        f"{folders.home}: read-only file system",
        command,
    )


def test_a_folder_that_cannot_be_written_on_windows(folders, monkeypatch):
    monkeypatch.setattr(mend.platform, "system", lambda: "Windows")
    monkeypatch.setattr(mend.getpass, "getuser", lambda: "ana")
    refuse(monkeypatch, folders.work, errno.EACCES)
    command = f'icacls "{folders.work}" /grant "ana:(OI)(CI)M"'
    assert machine.check_write().mend == command


@pytest.mark.parametrize(
    ("system", "command"),
    [
        ("Linux", 'mkdir -p "$HOME/tmp" && export TMPDIR="$HOME/tmp"'),
        ("Darwin", 'mkdir -p "$HOME/tmp" && export TMPDIR="$HOME/tmp"'),
        ("Windows", r'mkdir "$HOME\tmp"; $env:TEMP = "$HOME\tmp"'),
    ],
)
def test_no_temporary_folder(folders, monkeypatch, system, command):
    def none():
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(machine.tempfile, "gettempdir", none)
    monkeypatch.setattr(mend.platform, "system", lambda: system)
    assert_fails(
        machine.check_write,
        "write access no file can be written in the temporary folder: "
        "it does not exist",
        command,
    )


def test_two_folders_that_cannot_be_written_are_both_named(folders, monkeypatch):
    refuse(monkeypatch, folders.temp, errno.EACCES)
    folders.work.rmdir()
    result = machine.check_write()
    assert result.detail == (
        "no file can be written in the working folder: it does not exist; no file can "
        f"be written in the temporary folder {folders.temp}: permission denied"
    )
    assert len(result.mend.splitlines()) == 2


# --- memory, cores, disk --------------------------------------------------------------


def set_memory(monkeypatch, available, total):
    fake = SimpleNamespace(available=int(available * GIB), total=int(total * GIB))
    monkeypatch.setattr(psutil, "virtual_memory", lambda: fake)


@pytest.fixture
def cgroup(tmp_path, monkeypatch):
    """No container, until a test writes its limits into this folder."""
    folder = tmp_path / "cgroup"
    (folder / "memory").mkdir(parents=True)
    monkeypatch.setattr(machine, "CGROUP", folder)
    return folder


def test_memory_passes_at_its_least(repository, cgroup, monkeypatch):
    set_memory(monkeypatch, 2, 8)
    assert_passes(machine.check_memory, "memory       2.0 GiB free of 8.0 GiB")


@pytest.mark.parametrize(
    ("system", "command"),
    [
        ("Linux", "ps -eo rss,comm --sort=-rss | head"),
        ("Darwin", "ps -Amo rss,comm | head"),
        (
            "Windows",
            "Get-Process | Sort-Object WS -Descending | Select-Object -First 9",
        ),
    ],
)
def test_too_little_memory(repository, cgroup, monkeypatch, system, command):
    set_memory(monkeypatch, 1.5, 4)
    monkeypatch.setattr(mend.platform, "system", lambda: system)
    assert_fails(
        machine.check_memory,
        "memory       1.5 GiB free of 4.0 GiB, less than 2.0 GiB: close programs; "
        "this lists the largest",
        command,
    )


@pytest.mark.parametrize(
    ("limit", "used", "stat", "cache"),
    [
        ("memory.max", "memory.current", "memory.stat", "inactive_file"),
        (
            "memory/memory.limit_in_bytes",
            "memory/memory.usage_in_bytes",
            "memory/memory.stat",
            "total_inactive_file",
        ),
    ],
)
def test_too_little_memory_in_a_container(
    repository, cgroup, monkeypatch, limit, used, stat, cache
):
    # 3 GiB allowed, 2 used, of which 0.5 are files that can be dropped: 1.5 are free.
    set_memory(monkeypatch, 30, 32)
    (cgroup / limit).write_text(f"{3 * GIB}\n")
    (cgroup / used).write_text(f"{2 * GIB}\n")
    (cgroup / stat).write_text(f"anon 5\n{cache} {GIB // 2}\n")
    result = machine.check_memory()
    assert result.status == FAILED
    assert result.detail.startswith("1.5 GiB free of 3.0 GiB, less than 2.0 GiB")


def test_a_container_without_a_limit(repository, cgroup, monkeypatch):
    set_memory(monkeypatch, 5, 8)
    (cgroup / "memory.max").write_text("max\n")
    (cgroup / "memory.current").write_text(f"{GIB}\n")
    assert machine.check_memory().detail == "5.0 GiB free of 8.0 GiB"


def test_memory_without_psutil(repository, monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert_fails(
        machine.check_memory,
        "this         cannot be checked: psutil is missing",
        f"/venv/bin/python -m pip install -c {repository}/constraints.txt "
        "psutil==7.2.2",
    )


def set_cores(monkeypatch, n):
    monkeypatch.setattr(
        machine.os, "sched_getaffinity", lambda pid: set(range(n)), raising=False
    )


def test_two_cores_pass(cgroup, monkeypatch):
    set_cores(monkeypatch, 2)
    assert_passes(machine.check_cores, "cores        2 may be used")


def test_one_core_is_a_warning_and_no_failure(cgroup, monkeypatch):
    set_cores(monkeypatch, 1)
    status, lines = seen(machine.check_cores)
    assert lines == [
        "! warning  cores        1 may be used: the chapters run, but more slowly",
        "Ready: no check failed, 1 of 1 gave a warning. The course runs here.",
    ]
    assert status == 0


@pytest.mark.parametrize(("quota", "status"), [("150000", OK), ("100000", WARNING)])
def test_a_container_may_allow_fewer_cores(cgroup, monkeypatch, quota, status):
    set_cores(monkeypatch, 8)
    (cgroup / "cpu.max").write_text(f"{quota} 100000\n")
    assert machine.check_cores().status == status


def test_a_container_without_a_quota(cgroup, monkeypatch):
    set_cores(monkeypatch, 8)
    (cgroup / "cpu.max").write_text("max 100000\n")
    assert machine.check_cores().detail == "8 may be used"


def test_cores_where_the_system_has_no_affinity(cgroup, monkeypatch):
    monkeypatch.delattr(machine.os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(machine.os, "cpu_count", lambda: 4)
    assert machine.check_cores().detail == "4 may be used"


def set_disk(monkeypatch, **free):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(
        machine.shutil,
        "disk_usage",
        lambda folder: usage(int(free[folder.name] * GIB)),
    )


def test_disk_passes_at_its_least(folders, monkeypatch):
    set_disk(monkeypatch, work=3, temp=1)
    assert_passes(machine.check_disk, "disk         1.0 GiB free")


def test_a_disk_nearly_full(folders, monkeypatch):
    set_disk(monkeypatch, work=3, temp=0.25)
    assert_fails(
        machine.check_disk,
        f"disk         0.2 GiB free on the disk of {folders.temp}, less than 1.0 GiB",
        "/venv/bin/python -m pip cache purge",
    )


# --- a notebook that executes ---------------------------------------------------------


def test_a_notebook_executes():
    result = notebook.check_notebook()
    assert result.status == OK, result
    assert result.detail.startswith("ran and computed one neuron in ")


def test_a_torch_that_is_there_but_broken(repository, tmp_path, monkeypatch):
    # Its files are found, and its version is right; only the import fails.
    (tmp_path / "torch").mkdir()
    broken = "raise OSError('libtorch_cpu.so: cannot open shared object file')"
    (tmp_path / "torch" / "__init__.py").write_text(broken)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT)]))
    cells = [c for c in notebook.CELLS if c[0] in ("numpy", "torch")]
    monkeypatch.setattr(notebook, "CELLS", cells)
    assert_fails(
        notebook.check_notebook,
        "notebook     the cell that needs torch failed: OSError: "
        "libtorch_cpu.so: cannot open shared object file",
        f"/venv/bin/python -m pip install -c {repository}/constraints.txt "
        "--force-reinstall torch==2.13.0",
    )


def test_a_course_that_is_not_installed(repository, monkeypatch):
    cells = [("lessons_pkg", "import lessons_pkg_that_is_not_there")]
    monkeypatch.setattr(notebook, "CELLS", cells)
    assert_fails(
        notebook.check_notebook,
        "notebook     the cell that needs lessons_pkg failed: ModuleNotFoundError: "
        "No module named 'lessons_pkg_that_is_not_there'",
        f"/venv/bin/python -m pip install -c {repository}/constraints.txt "
        f"-e '{repository}[course]'",
    )


def test_a_notebook_that_computes_something_else(repository, monkeypatch):
    monkeypatch.setattr(notebook, "CELLS", [("lessons_pkg", "print(-1.0)")])
    assert_fails(
        notebook.check_notebook,
        "notebook     one neuron gave -1.0, not 3.0",
        f"/venv/bin/python -m pip install -c {repository}/constraints.txt "
        f"-e '{repository}[course]'",
    )


def test_a_kernel_that_dies(repository, monkeypatch):
    source = "import os\nos.write(2, b'Illegal instruction')\nos._exit(1)"
    monkeypatch.setattr(notebook, "CELLS", [("torch", source)])
    assert_fails(
        notebook.check_notebook,
        "notebook     the kernel died: Illegal instruction",
        f"/venv/bin/python -m pip install -c {repository}/constraints.txt "
        "--force-reinstall ipykernel==7.4.0",
    )


def test_a_kernel_that_dies_while_it_starts(tmp_path):
    (tmp_path / "zmq").mkdir()
    (tmp_path / "zmq" / "__init__.py").write_text("raise ImportError('no libzmq')")
    code = (
        "import os, zmq\n"  # the doctor's own zmq is sound, the kernel's is not
        "from lessons_pkg.doctor.notebook import check_notebook\n"
        f"os.environ['PYTHONPATH'] = {str(tmp_path)!r}\n"
        "print(check_notebook().detail)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "the kernel died: ImportError: no libzmq\n"
    assert run.stderr == ""


def test_a_kernel_that_does_not_answer_in_time(repository, monkeypatch):
    def refuse(*_):
        raise RuntimeError("Kernel didn't respond in 60 seconds")

    monkeypatch.setattr(notebook, "_execute", refuse)
    detail = "did not finish in 60 s: close programs; this lists the largest"
    assert notebook.check_notebook().detail == detail


def test_a_notebook_that_never_ends(repository, monkeypatch):
    monkeypatch.setattr(notebook, "CELLS", [("numpy", "while True: pass")])
    monkeypatch.setattr(notebook, "SECONDS", 4)
    assert_fails(
        notebook.check_notebook,
        "notebook     did not finish in 4 s: close programs; this lists the largest",
        "ps -eo rss,comm --sort=-rss | head",
    )
    # No kernel is left behind.
    children = psutil.Process().children(recursive=True)
    assert not [c for c in children if "ipykernel_launcher" in " ".join(c.cmdline())]


# --- all together ---------------------------------------------------------------------


def test_a_check_that_crashes_is_a_failure_and_stops_no_other(repository):
    def crash():
        raise ValueError("a bug\nof ours")

    fine = Result("second", OK, "fine")
    screen = Screen()
    to_check = [("first", crash), ("second", lambda: fine), ("third", crash)]
    status = doctor.diagnose(stream=screen, to_check=to_check)
    command = (
        f"                        mend it: /venv/bin/python -m pip install "
        f"-c {repository}/constraints.txt -e '{repository}[course]'"
    )
    assert screen.lines() == [
        "✗ failed   first        the check itself stopped with ValueError: a bug",
        command,
        "✓ ok       second       fine",
        "✗ failed   third        the check itself stopped with ValueError: a bug",
        command,
        "Not ready: 2 of 3 checks failed. Run the commands above from the top, then "
        "`lessons doctor` again.",
    ]
    assert status == 1


def test_every_check_has_its_name_and_a_failure_its_command():
    names = [name for name, _ in doctor.checks()]
    assert names == [
        *("Python", "packages", "kernel", "write access"),
        *("memory", "cores", "disk", "notebook"),
    ]


def test_a_warning_beside_successes_is_ready():
    results = [Result("a", OK, ""), Result("b", WARNING, ""), Result("c", OK, "")]
    assert summary(results) == (
        "Ready: no check failed, 1 of 3 gave a warning. The course runs here."
    )


def test_the_doctor_itself_loads_no_heavy_package():
    code = (
        "import sys, lessons_pkg.cli, lessons_pkg.doctor as d\n"
        "[d.run_check(*c) for c in d.checks()[:-1]]\n"
        "print([m for m in ('torch', 'matplotlib') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr


def test_the_doctor_runs_without_numpy(tmp_path):
    (tmp_path / "numpy.py").write_text("raise ImportError('numpy is broken')")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import lessons_pkg as lp, lessons_pkg.doctor as d\n"
        "[d.run_check(*c) for c in d.checks()[:-1]]\n"
        "print(hasattr(lp, '__wrapped__'))\n"
        "lp.tensor"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
    )
    assert run.stdout.strip() == "False"
    assert run.stderr.strip().endswith(
        "ImportError: lessons_pkg.tensor: the engine could not be loaded (numpy is "
        "broken). Run `lessons doctor`: it says what to install."
    )


# --- on the screen --------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_plain_symbols_where_the_encoding_has_no_others(encoding):
    screen = Screen(encoding)
    report = Report(screen)
    for status in (OK, WARNING, FAILED):
        report.result(Result("disk", status, "a folder named Ω"))
    assert screen.lines() == [
        "+ ok       disk         a folder named ?",
        "! warning  disk         a folder named ?",
        "x failed   disk         a folder named ?",
    ]


def test_a_stream_without_an_encoding_gets_plain_text():
    stream = io.StringIO()
    Report(stream).result(Result("disk", OK, "fine"))
    assert stream.getvalue() == "+ ok       disk         fine\n"


@pytest.fixture
def colours(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_colour_on_a_terminal_beside_symbol_and_word(colours):
    screen = Screen(terminal=True)
    Report(screen).result(Result("disk", FAILED, "full"))
    assert screen.lines() == ["\033[31m✗ failed \033[0m  disk         full"]


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colour_where_it_is_not_wanted(colours, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    screen = Screen(terminal=True)
    Report(screen).result(Result("disk", OK, "fine"))
    assert screen.lines() == ["✓ ok       disk         fine"]


def test_no_colour_in_a_pipe(colours):
    assert "\033" not in "".join(seen(lambda: Result("a", OK, "b"))[1])


def test_the_old_windows_console_gets_no_colour(colours, monkeypatch):
    monkeypatch.delenv("WT_SESSION", raising=False)
    stream = Screen(terminal=True)
    fake = SimpleNamespace(name="nt", environ=os.environ)
    monkeypatch.setattr("lessons_pkg.doctor.result.os", fake)
    assert not Report(stream).coloured
    monkeypatch.setenv("WT_SESSION", "1")
    assert Report(stream).coloured


# --- the commands themselves ----------------------------------------------------------


def test_a_path_with_spaces_on_posix(repository, monkeypatch):
    python = "/my course/.venv/bin/python"
    monkeypatch.setattr(mend, "sys", SimpleNamespace(executable=python))
    assert mend.python("-m", "pip") == "'/my course/.venv/bin/python' -m pip"


@pytest.mark.parametrize(
    ("python", "command"),
    [
        (r"C:\course\.venv\Scripts\python.exe", r"C:\course\.venv\Scripts\python.exe"),
        (r"C:\My course\python.exe", r'& "C:\My course\python.exe"'),
    ],
)
def test_commands_for_powershell(repository, monkeypatch, python, command):
    monkeypatch.setattr(mend.platform, "system", lambda: "Windows")
    monkeypatch.setattr(mend, "sys", SimpleNamespace(executable=python))
    monkeypatch.setattr(pins, "find", lambda: None)
    monkeypatch.setattr(pins, "pinned", lambda name: "torch==2.13.0")
    wanted = f"{command} -m pip install --force-reinstall torch==2.13.0"
    assert mend.reinstall("torch") == wanted
    path = r"C:\My course\constraints.txt"
    monkeypatch.setattr(pins, "find", lambda: path)
    assert mend.pip_install("numpy").endswith(f'install -c "{path}" numpy')


def test_the_course_as_an_installed_package(repository):
    (repository / "pyproject.toml").unlink()
    assert mend.install_course() == (
        "/venv/bin/python -m pip install --force-reinstall 'lessons_pkg[course]'"
    )
