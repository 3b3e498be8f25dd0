"""A small project of one chapter, with the book's own tools, for tests that build and break it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
TRIANGLE = "def triangle(n):\n    return n * (n + 1) // 2\n"


class SmallProject:
    """The files of a project in `root`, and its two commands."""

    def __init__(self, root: Path):
        self.root = root
        (root / "lessons_pkg" / "exercises").mkdir(parents=True)
        self.write("lessons_pkg/__init__.py", "")
        self.write("lessons_pkg/exercises/__init__.py", "")
        self.write("lessons_pkg/numbers.py", TRIANGLE)
        self.write("lessons_pkg/shapes.py", "def square(n):\n    return n * n\n")
        for name in ("_config.yml", "constraints.txt", "conftest.py", "pyproject.toml"):
            shutil.copy(ROOT / name, root / name)
        settings = (root / "pyproject.toml").read_text("utf-8")
        self.write("pyproject.toml", settings.replace("timeout=120", "timeout=10"))
        for name in ("_tools", "_ext", "_static"):
            shutil.copytree(ROOT / "book" / name, root / "book" / name)
        self.write(
            "_toc.yml",
            "format: jb-book\nroot: book/index\nchapters:\n- file: book/sums\n",
        )
        self.write("book/index.md", "# A small book\n\nOne chapter.\n")
        self.chapter("from lessons_pkg.numbers import triangle", "print(triangle(4))")

    def write(self, name: str, text: str):
        """Write one file."""
        (self.root / name).write_text(text, "utf-8")

    def chapter(self, *sources: str, name="sums"):
        """Write a notebook of these code cells."""
        cells = [new_markdown_cell(f"# {name.title()}", id="title")]
        cells += [new_code_cell(s, id=f"cell-{i}") for i, s in enumerate(sources)]
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, self.root / "book" / f"{name}.ipynb")

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run Python in the project, with the project's own package."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.root),
            "OMP_NUM_THREADS": "1",
        }
        environment.pop("PYTEST_XDIST_WORKER", None)
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
        )

    def make_book(self) -> subprocess.CompletedProcess:
        """Do what `make book` does."""
        return self.run("book/_tools/build.py")

    def make_test(self) -> subprocess.CompletedProcess:
        """Do what `make test` does for the notebooks."""
        return self.run("-m", "pytest", "-q", "book")

    def page(self, name="sums") -> str:
        """Read a page of the finished site."""
        return (self.root / "_build/html/book" / f"{name}.html").read_text("utf-8")
