"""What nbval ran is what the book shows: the store of executed notebooks.

nbval runs a chapter's cells as tests (nbval_cache.py collects what they printed); the executed
notebook goes into the cache that Jupyter Book reads (jupyter-cache), together with a key. The
key covers everything the result depends on: the notebook's code, the files of the package that
it could use, the pinned versions and Python's own. Where the key differs, the run is stale.
"""

import hashlib
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
from dependencies import files_used
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, RetrievalError
from jupyter_cache.cache.db import NbCacheRecord
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
        """List the book's notebooks, in the order of their names."""
        found = self.book.rglob("*.ipynb")
        return sorted(p for p in found if ".ipynb_checkpoints" not in p.parts)


def key(notebook: Path, project: Project) -> str:
    """Hash everything that the outputs of this notebook depend on."""
    digest = hashlib.sha256(sys.version.encode())
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            digest.update(json.dumps([cell.source, cell.metadata]).encode())
    files = [project.root / "constraints.txt", *files_used(notebook, project.package)]
    for path in filter(Path.is_file, files):
        digest.update(path.relative_to(project.root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_stale(notebook: Path, project: Project) -> bool:
    """Say whether the notebook must run before the book can show it."""
    record = _record(notebook, project)
    return record is None or record.data.get("key") != key(notebook, project)


def seconds(notebook: Path, project: Project) -> float | None:
    """Tell how long the stored run took; None if there is none."""
    record = _record(notebook, project)
    return record and record.data.get("execution_seconds")


def store(notebook: Path, executed: nbformat.NotebookNode, run: dict, project: Project):
    """Put an executed notebook into the cache.

    run : {"key": ..., "execution_seconds": ...}; myst-nb reads the seconds for its table
    """
    bundle = CacheBundleIn(executed, str(notebook), data=run)
    cache = get_cache(project.cache)
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def _record(notebook: Path, project: Project) -> NbCacheRecord | None:
    """Find the stored run of a notebook with the same code cells."""
    if not project.cache.is_dir():
        return None
    cache = get_cache(project.cache)
    try:
        record = cache.match_cache_notebook(nbformat.read(notebook, as_version=4))
        cache.get_cache_bundle(record.pk)  # the executed notebook itself can be read
        return record
    except KeyError:
        return None
    except (SQLAlchemyError, RetrievalError, OSError, ValueError):
        shutil.rmtree(project.cache)  # cut short or half deleted: begin anew
        return None
