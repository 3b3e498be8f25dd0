"""Build the site: `make book`.

1. Run, through nbval, the notebooks whose stored run is stale (execution.py says which).
2. Build all pages into a folder of their own; a warning is an error.
3. Only then put the new site in the place of the last one, and say where it is.

Whatever fails, the last good site stays where it was.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import execution
import nbformat
from execution import Project
from nbval_cache import failures_file, plain

SEAL = ".seal"  # in the site: what it was made of, and its files
# myst-nb writes the cell and the line of a warning as one number: 10000 * cell + line + 1.
NOTEBOOK_LINE = re.compile(r"(\S+\.ipynb):(\d+)(\d{4}):")


class BuildError(Exception):
    """A build that stopped, with the sentence that the reader needs."""


def main():
    """Build the site of the project that this file stands in."""
    project = Project(Path(__file__).resolve().parents[2])
    try:
        (project.root / "_build").mkdir(exist_ok=True)
        run_notebooks(project)
        built = build_site(project)
    except (BuildError, OSError) as error:
        stop(project, f"The book was not built. {error}", status=1)
    except KeyboardInterrupt:
        stop(project, "Stopped.", status=130)
    report(project, built)


def stop(project: Project, sentence: str, status: int):
    """Say why the build ends here, and what became of the last site."""
    kept = "\nThe last good site is untouched." if project.site.is_dir() else ""
    print(f"\n{sentence.strip()}{kept}", file=sys.stderr)
    sys.exit(status)


def run_notebooks(project: Project):
    """Run the stale notebooks; their results go into the cache."""
    for notebook in project.notebooks():
        check_readable(notebook, project)
    stale = [p for p in project.notebooks() if execution.is_stale(p, project)]
    if not stale:
        return
    names = [p.relative_to(project.root).as_posix() for p in stale]
    print(f"Running {', '.join(names)}", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", *names]
    if len(stale) > 1:
        command += ["-n", os.environ.get("WORKERS", "2"), "--dist", "loadfile"]
    failures_file(project).unlink(missing_ok=True)
    done = listen(command, project)
    if failures_file(project).is_file():
        failures = json.loads(failures_file(project).read_text("utf-8"))
        print(failures[0]["details"], file=sys.stderr)
        more = f" ({len(failures) - 1} more cells failed.)" if failures[1:] else ""
        raise BuildError(failures[0]["sentence"] + more)
    if done.returncode:
        raise BuildError(f"pytest could not run the notebooks:\n{done.stdout}")
    for notebook, name in zip(stale, names, strict=True):
        if execution.is_stale(notebook, project):
            raise BuildError(
                f"{name} did not run, or what it uses changed meanwhile: try again."
            )


def check_readable(notebook: Path, project: Project):
    """Stop at a file that is no notebook, such as one with the marks of a merge."""
    name = notebook.relative_to(project.root).as_posix()
    try:
        metadata = nbformat.read(notebook, as_version=4).metadata
    except Exception as error:  # nbformat raises many kinds
        reason = str(error).strip().splitlines()[0][:100]
        raise BuildError(
            f"{name} is not a notebook that can be read: {reason}"
        ) from error
    if "kernelspec" not in metadata:
        raise BuildError(f"{name} names no kernel: run `make format`.")


def listen(command: list[str], project: Project) -> subprocess.CompletedProcess:
    """Run a program in the project's folder; all it says is in stdout."""
    return subprocess.run(
        command,
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )


def build_site(project: Project) -> bool:
    """Build the pages beside the last site, then swap; False if nothing changed."""
    made_of = fingerprint(project)
    if is_whole(project.site, made_of):
        return False
    program = shutil.which("jupyter-book", path=sysconfig.get_path("scripts"))
    if program is None:
        raise BuildError("Jupyter Book is not installed: pip install -e '.[book]'.")
    build = project.root / "_build"
    with tempfile.TemporaryDirectory(prefix="fresh-", dir=build) as fresh:
        command = [program, "build", ".", "--all", "-W", "-n", "--keep-going"]
        done = listen([*command, "--path-output", fresh], project)
        site = Path(fresh, "_build", "html")
        if done.returncode or not (site / "index.html").is_file():
            said = complaints(done.stdout, project.root)
            raise BuildError(f"Sphinx reported:\n{said}")
        seal(site, made_of)
        swap(site, project.site)
    return True


def seal(site: Path, made_of: str):
    """Note what a site was made of, and which files it has."""
    files = sorted(
        p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()
    )
    (site / SEAL).write_text("\n".join([made_of, *files]), "utf-8")


def is_whole(site: Path, made_of: str) -> bool:
    """Say whether the site is made of just this, and has all its files."""
    if not (site / SEAL).is_file():
        return False
    mark, *files = (site / SEAL).read_text("utf-8").splitlines()
    return mark == made_of and all((site / name).is_file() for name in files)


def swap(new: Path, site: Path):
    """Put the new site in place. If that fails, the old one is put back."""
    old = site.with_name("html.old")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    try:
        new.rename(site)
    except OSError:
        if old.exists():
            old.rename(site)
        raise
    shutil.rmtree(old, ignore_errors=True)


def fingerprint(project: Project) -> str:
    """Hash all that the pages are made of, the runs of the notebooks among it."""
    digest = hashlib.sha256()
    settings = [
        project.root / n for n in ("_config.yml", "_toc.yml", "constraints.txt")
    ]
    # The API reference is written from the docstrings of the package.
    read = [*project.book.rglob("*"), *project.package.rglob("*.py")]
    for path in [*settings, *sorted(read)]:
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(project.root).as_posix().encode())
            digest.update(path.read_bytes())
    for notebook in project.notebooks():
        run = execution.stored_run(notebook, project) or {}
        digest.update(run.get("id", "").encode())
    return digest.hexdigest()


def complaints(log: str, root: Path) -> str:
    """Keep the lines of Sphinx's log that say what is wrong, and where."""
    lines = [line.strip() for line in plain(log).splitlines() if line.strip()]
    marks = ("WARNING", "ERROR", "Error:", "error:", 'in "')
    said = dict.fromkeys(
        line
        for line in lines
        if any(m in line for m in marks) and not line.startswith("raise ")
    )
    text = "\n".join(list(said) or lines[-20:]).replace(f"{root}{os.sep}", "")
    return NOTEBOOK_LINE.sub(cell_and_line, text).replace("::", ":")


def cell_and_line(match) -> str:
    """Write "a.ipynb, cell 3, line 2" for the "a.ipynb:30003" of myst-nb."""
    return f"{match[1]}, cell {match[2]}, line {int(match[3]) - 1}:"


def report(project: Project, built: bool):
    """Say where the site is, and how long each chapter runs."""
    for notebook in project.notebooks():
        run = execution.stored_run(notebook, project) or {}
        name, took = notebook.relative_to(project.root), run.get("execution_seconds", 0)
        print(f"  {name.as_posix():<40} {took:6.1f} s")
    state = "built" if built else "unchanged"
    print(f"The book is {state}: {(project.site / 'index.html').as_uri()}")


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"Done in {time.perf_counter() - started:.0f} s.")
