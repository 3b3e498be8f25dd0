"""Which files of the package a notebook could use, found by reading, not by running.

The answer is the closure of its imports: every module that its code cells import, every module
that those import, and so on, with imports inside functions counted too. A chapter is run again
when one of these files changes; a change elsewhere in the package leaves it alone.
"""

import ast
import re
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

# exercise("neurons.relu") loads lessons_pkg/exercises/neurons.py by its name.
EXERCISE_NAME = re.compile(r"^([a-z]\w*)\.[a-z]\w*$")


def files_used(notebook: Path, package: Path) -> list[Path]:
    """List the package's files that the notebook could use, sorted.

    notebook : path of an .ipynb file
    package : the folder lessons_pkg
    """
    cells = _cells_of(notebook)
    waiting = set().union(*(_modules_named(cell, "", package) for cell in cells))
    used = set()
    while waiting:
        module = waiting.pop()
        path = _file_of(module, package)
        if path is None or path in used:
            continue
        used.add(path)
        waiting |= _modules_named(path.read_text("utf-8"), module, package)
    return sorted(used | {f for path in used for f in _files_beside(path)})


def _files_beside(path: Path) -> list[Path]:
    """List the files that a module may read: those of its folder that are not Python."""
    files = (f for f in path.parent.iterdir() if f.is_file())
    return [f for f in files if f.suffix not in (".py", ".pyc")]


def _cells_of(notebook: Path) -> list[str]:
    """Read the code cells, with what only IPython understands turned into Python."""
    cells = nbformat.read(notebook, as_version=4).cells
    sources = (c.source for c in cells if c.cell_type == "code")
    # What stands behind a magic may be Python: `%time import x`, `%%time` above a cell.
    bare = (re.sub(r"^\s*%%?\w+[ \t]*", "", s, flags=re.MULTILINE) for s in sources)
    return [TransformerManager().transform_cell(source) for source in bare]


def _modules_named(source: str, module: str, package: Path) -> set[str]:
    """Name every module of the package that this source could import."""
    found = set()
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return found  # running it will say what is wrong, and where
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module, package)
            # `from a import b`: b may be a module of its own.
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            chapters = EXERCISE_NAME.findall(node.value)
            found |= {f"{package.name}.exercises.{chapter}" for chapter in chapters}
    own = {name for name in found if name.split(".")[0] == package.name}
    # Importing a.b.c runs a/__init__.py and a/b/__init__.py first.
    return {
        ".".join(n.split(".")[: i + 1]) for n in own for i in range(n.count(".") + 1)
    }


def _absolute(node: ast.ImportFrom, module: str, package: Path) -> str:
    """Resolve `from .x import y` inside `module` to an absolute name."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    is_package = (_file_of(module, package) or Path()).name == "__init__.py"
    parts = parts[: len(parts) - node.level + is_package]
    return ".".join([*parts, *filter(None, [node.module])])


def _file_of(module: str, package: Path) -> Path | None:
    """Find a module's file; None if there is none (a function, or another package)."""
    path = package.parent.joinpath(*module.split("."))
    for candidate in (path / "__init__.py", path.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None
