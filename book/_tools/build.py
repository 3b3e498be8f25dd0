"""Build the site: `make book`.

1. Run, through nbval, the notebooks whose stored run is stale (execution.py says which).
2. Build all pages into a folder of their own; a warning is an error.
3. Only then put the new site in the place of the last one, and say where it is.

Whatever fails, the last good site stays where it was.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import execution
from execution import Project
from nbval_cache import failures_file, plain

FINGERPRINT = ".fingerprint"


class BuildError(Exception):
    """A build that stopped, with the sentence that the reader needs."""


def main():
    """Build the site of the project that this file stands in."""
    project = Project(Path(__file__).resolve().parents[2])
    try:
        run_notebooks(project)
        built = build_site(project)
    except BuildError as error:
        kept = "The last good site is untouched." if project.site.is_dir() else ""
        print(f"\nThe book was not built. {error} {kept}".rstrip(), file=sys.stderr)
        sys.exit(1)
    report(project, built)


def run_notebooks(project: Project):
    """Run the stale notebooks; their results go into the cache."""
    stale = [p for p in project.notebooks() if execution.is_stale(p, project)]
    if not stale:
        return
    names = [p.relative_to(project.root).as_posix() for p in stale]
    print(f"Running {', '.join(names)}", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", *names]
    if len(stale) > 1:
        command += ["-n", os.environ.get("WORKERS", "2"), "--dist", "loadfile"]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True)
    if done.returncode == 0:
        return
    if failures_file(project).is_file():
        failures = json.loads(failures_file(project).read_text("utf-8"))
        print(failures[0]["details"], file=sys.stderr)
        more = f" ({len(failures) - 1} more cells failed.)" if failures[1:] else ""
        raise BuildError(failures[0]["sentence"] + more)
    raise BuildError(f"pytest could not run the notebooks:\n{done.stdout}{done.stderr}")


def build_site(project: Project) -> bool:
    """Build the pages beside the last site, then swap; False if nothing changed."""
    mark = fingerprint(project)
    if stored_text(project.site / FINGERPRINT) == mark:
        return False
    fresh = project.root / "_build" / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    program = shutil.which("jupyter-book", path=sysconfig.get_path("scripts"))
    if program is None:
        raise BuildError("Jupyter Book is not installed: pip install -e '.[book]'.")
    command = [program, "build", ".", "--all", "-W", "-n", "--keep-going"]
    command += ["--path-output", str(fresh)]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True)
    pages = fresh / "_build" / "html"
    if done.returncode or not (pages / "index.html").is_file():
        raise BuildError(f"Sphinx reported:\n{complaints(done.stdout + done.stderr)}\n")
    (pages / FINGERPRINT).write_text(mark, "utf-8")
    swap(pages, project.site)
    shutil.rmtree(fresh, ignore_errors=True)
    return True


def swap(new: Path, site: Path):
    """Put the new site in place; the old one is removed only afterwards."""
    old = site.with_name("html.old")
    shutil.rmtree(old, ignore_errors=True)
    site.parent.mkdir(parents=True, exist_ok=True)
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def fingerprint(project: Project) -> str:
    """Hash all that the pages are made of: a site with the same hash is up to date."""
    digest = hashlib.sha256()
    for name in ("_config.yml", "_toc.yml", "constraints.txt"):
        digest.update((project.root / name).read_bytes())
    for path in sorted(project.book.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(project.root).as_posix().encode())
            digest.update(path.read_bytes())
    for notebook in project.notebooks():
        digest.update(execution.key(notebook, project).encode())
    return digest.hexdigest()


def stored_text(path: Path) -> str | None:
    """Read a file that may be missing."""
    return path.read_text("utf-8") if path.is_file() else None


def complaints(log: str) -> str:
    """Keep the lines of Sphinx's log that say what is wrong."""
    lines = [line.strip() for line in plain(log).splitlines() if line.strip()]
    marks = ("WARNING", "ERROR", "Error", "error:")
    said = dict.fromkeys(line for line in lines if any(m in line for m in marks))
    return "\n".join(list(said) or lines[-20:])


def report(project: Project, built: bool):
    """Say where the site is, and how long each chapter runs."""
    for notebook in project.notebooks():
        took = execution.seconds(notebook, project)
        print(f"  {notebook.relative_to(project.root).as_posix():<40} {took:6.1f} s")
    state = "built" if built else "unchanged"
    print(f"The book is {state}: {(project.site / 'index.html').as_uri()}")


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"Done in {time.perf_counter() - started:.0f} s.")
