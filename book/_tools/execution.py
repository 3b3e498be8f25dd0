"""What nbval ran is what the book shows: the store of executed notebooks.

nbval runs a chapter's cells as tests (nbval_cache.py collects what they printed); the executed
notebook goes into the cache that Jupyter Book reads (jupyter-cache), together with a key. The
key covers everything the result depends on: the notebook's code, the files of the package that
it could use, the pinned versions and Python's own. Where the key differs, the run is stale.
"""

import contextlib
import hashlib
import json
import re
import shutil
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

import nbformat
from dependencies import files_used
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, RetrievalError
from sqlalchemy.exc import SQLAlchemyError


@dataclass(frozen=True)
class Project:
    """Where things stand; tests make small projects of their own."""

    root: Path

    @property
    def book(self) -> Path:
        """The folder of the pages."""
        return self.root / "book"

    @property
    def package(self) -> Path:
        """The folder of the package that the chapters import."""
        return self.root / "lessons_pkg"

    @property
    def site(self) -> Path:
        """The folder of the finished site."""
        return self.root / "_build" / "html"

    @property
    def cache(self) -> Path:
        """The folder of the executed notebooks (jupyter-cache)."""
        return self.root / "_build" / ".jupyter_cache"

    def notebooks(self) -> list[Path]:
        """List the pages that are notebooks."""
        return [page for page in pages(self.book) if page.suffix == ".ipynb"]


def pages(book: Path) -> list[Path]:
    """List the pages: Markdown and notebooks, outside folders named like _x and .x."""
    found = [*book.rglob("*.md"), *book.rglob("*.ipynb")]
    return sorted(
        p for p in found if not re.search(r"/[._]", f"/{p.relative_to(book)}")
    )


def key(notebook: Path, project: Project) -> str:
    """Hash everything that the outputs of this notebook depend on."""
    digest = hashlib.sha256(sys.version.encode())
    for cell in code_cells(notebook):
        digest.update(json.dumps([cell.source, cell.metadata]).encode())
    files = [project.root / "constraints.txt", *files_used(notebook, project.package)]
    for path in filter(Path.is_file, files):
        digest.update(path.relative_to(project.root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_stale(notebook: Path, project: Project) -> bool:
    """Say whether the notebook must run before the book can show it."""
    run = stored_run(notebook, project)
    return bool(code_cells(notebook)) and (
        run is None or run.get("key") != key(notebook, project)
    )


def code_cells(notebook: Path) -> list:
    """Read the code cells of a notebook."""
    cells = nbformat.read(notebook, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def new_run(key: str, seconds: float) -> dict:
    """Describe a run. myst-nb reads its seconds; its id tells it from a repeated run."""
    return {"key": key, "execution_seconds": seconds, "id": uuid.uuid4().hex}


def store(notebook: Path, executed: nbformat.NotebookNode, run: dict, project: Project):
    """Put an executed notebook and its run into the cache."""
    bundle = CacheBundleIn(executed, str(notebook), data=run)
    with _open(project) as cache:
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def stored_run(notebook: Path, project: Project) -> dict | None:
    """Find the run of a notebook with the same code cells; None if there is none."""
    wanted = nbformat.read(notebook, as_version=4)
    if not project.cache.is_dir():
        return None
    try:
        with _open(project) as cache:
            record = cache.match_cache_notebook(wanted)
            cache.get_cache_bundle(record.pk)  # the executed notebook can be read
            return record.data
    except KeyError:
        return None
    except (SQLAlchemyError, RetrievalError, OSError, ValueError):
        shutil.rmtree(project.cache)  # cut short or half deleted: begin anew
        return None


@contextlib.contextmanager
def _open(project: Project):
    """Open the cache, and close its database again."""
    cache = get_cache(project.cache)
    try:
        yield cache
    finally:
        cache.db.dispose()
