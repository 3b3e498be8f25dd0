"""Keep every notebook in its stored form: `make format`, `make check`, `make notebooks`.

The stored form of a chapter:

- no output and no count, except in cells tagged nbval-check-output, which have both: nbval
  compares them with what the cell prints on every run;
- no metadata that an editor leaves behind;
- the card, the key points and the exercises, written from their one source: the notebook's
  metadata.lesson and lessons_pkg/exercises/<chapter>.py.
"""

import argparse
import sys
from pathlib import Path

import nbformat
from execution import Project

CHECKED = "nbval-check-output"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
KEPT_NOTEBOOK_METADATA = ("kernelspec", "language_info", "lesson")
KEPT_CELL_METADATA = ("tags", "mystnb", "lesson", "jupyter")


def main(arguments=None):
    """Rewrite the notebooks named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1")
    parser.add_argument("--run", action="store_true", help="store checked outputs anew")
    options = parser.parse_args(arguments)
    project = Project(Path(__file__).resolve().parents[2])
    changed = []
    for path in options.notebooks or project.notebooks():
        before = path.read_text("utf-8")
        notebook = nbformat.reads(before, as_version=4)
        after = text_of(stored_form(run(notebook, path) if options.run else notebook))
        if after != before:
            changed.append(path)
            if not options.check:
                path.write_text(after, "utf-8")
    for path in changed:
        print(f"{path}: {'not in its stored form' if options.check else 'rewritten'}")
    if changed and options.check:
        print("Run `make format`.")
        sys.exit(1)


def text_of(notebook) -> str:
    """Write a notebook as nbformat does, with a line end at the end."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def run(notebook, path: Path):
    """Run all cells in the notebook's own folder."""
    from nbclient import NotebookClient

    resources = {"metadata": {"path": str(path.resolve().parent)}}
    client = NotebookClient(fill_generated(notebook), timeout=120, resources=resources)
    return client.execute()


def stored_form(notebook):
    """Return the notebook in its stored form (changed in place)."""
    fill_generated(notebook)
    keep_only(notebook.metadata, KEPT_NOTEBOOK_METADATA)
    notebook.metadata["kernelspec"] = dict(KERNEL)
    notebook.metadata["language_info"] = {"name": "python"}
    for before, cell in zip([{}, *notebook.cells], notebook.cells, strict=False):
        cell.source = "\n".join(x.rstrip() for x in cell.source.strip("\n").split("\n"))
        keep_only(cell.metadata, KEPT_CELL_METADATA)
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            store_outputs(cell)
            fold_away(cell, before)
    nbformat.validate(notebook)
    return notebook


def store_outputs(cell):
    """Keep a checked cell's outputs, with a count that never changes; drop others'."""
    if CHECKED not in cell.metadata.get("tags", ()):
        cell.outputs, cell.execution_count = [], None
        return
    cell.execution_count = 1 if cell.outputs else None
    for out in cell.outputs:
        out.pop("metadata", None) if out.output_type == "stream" else None
        if out.output_type == "execute_result":
            out.execution_count = 1


def fold_away(cell, before):
    """Fold, in JupyterLab, what the reader is not to see at once.

    The code of a cell tagged hide-input (the book folds it too), and the stored output of
    a cell that answers the prediction asked for in the cell before it.
    """
    hidden = {}
    if "hide-input" in cell.metadata.get("tags", ()):
        hidden["source_hidden"] = True
    if cell.outputs and "part-predict" in before.get("metadata", {}).get("tags", ()):
        hidden["outputs_hidden"] = True
    cell.metadata.pop("jupyter", None)
    if hidden:
        cell.metadata["jupyter"] = hidden


def keep_only(metadata, names):
    """Drop every other entry of a metadata dictionary."""
    for name in set(metadata) - set(names):
        del metadata[name]


# The generated cells. A cell says in metadata.lesson what it is to be filled with.


def fill_generated(notebook):
    """Write the card, the key points and the exercise cells from their source."""
    lesson = notebook.metadata.get("lesson")
    exercises = [c for c in notebook.cells if "exercise" in lesson_of(c)]
    if lesson is not None and exercises:
        names = dict.fromkeys(c.metadata.lesson.exercise for c in exercises)
        lesson["minutes"]["exercises"] = sum(_exercise(n).minutes for n in names)
    numbers = {}
    for cell in notebook.cells:
        entry = lesson_of(cell)
        if entry.get("generated") == "card":
            cell.source = card(lesson)
        elif entry.get("generated") == "key_points":
            cell.source = "\n".join(f"- {point}" for point in lesson["key_points"])
        elif name := entry.get("exercise"):
            number = numbers.setdefault(name, len(numbers) + 1)
            cell.source = EXERCISE_PARTS[entry["part"]](_exercise(name), number)
    return notebook


def lesson_of(cell) -> dict:
    """Get what a cell's metadata says about its part in the lesson."""
    return cell.metadata.get("lesson", {})


def card(lesson) -> str:
    """Write the card at the top of a chapter."""
    minutes = lesson["minutes"]
    return "\n".join(
        [
            '<div class="lesson-card">',
            "",
            "**After this chapter you can**",
            "",
            *(f"- {objective}" for objective in lesson["objectives"]),
            "",
            f"**You need** {'; '.join(lesson['prerequisites'])}.",
            "",
            f"**Time** {minutes['read']} minutes to read and run, "
            f"{minutes['exercises']} minutes of exercises, "
            f"{minutes['teach']} minutes to teach.",
            "",
            "</div>",
        ]
    )


def statement(exercise, number: int) -> str:
    """Write an exercise's heading and task."""
    return (
        f"### Exercise {number}: {exercise.title}\n\n"
        f"*{exercise.kind}, about {exercise.minutes} minutes*\n\n"
        f"{exercise.statement.strip()}"
    )


def starter(exercise, number: int) -> str:
    """Write the cell in which the learner works: the starter and its check."""
    check = f'exercise("{exercise.name}").check({exercise.entry})'
    return f"{exercise.starter.strip()}\n\n\n{check}"


def help_(exercise, number: int) -> str:
    """Write the folded hints and the folded solution."""
    blocks = [
        folded(f"Hint {i} for exercise {number}", hint)
        for i, hint in enumerate(exercise.hints, start=1)
    ]
    blocks.append(folded(f"Solution of exercise {number}", solution_text(exercise)))
    return "\n\n".join(blocks)


def folded(summary: str, body: str) -> str:
    """Fold a text away; JupyterLab and the book both understand it."""
    return f"<details>\n<summary>{summary}</summary>\n\n{body.strip()}\n\n</details>"


def solution_text(exercise) -> str:
    """Show the answer and its explanation, as `exercise.solution()` does."""
    return f"```python\n{exercise.solution_code}```\n\n{exercise.explanation}"


def _exercise(name: str):
    """Load an exercise; the package is imported only when a notebook has one."""
    from lessons_pkg.exercises import exercise

    return exercise(name)


EXERCISE_PARTS = {"statement": statement, "starter": starter, "help": help_}


if __name__ == "__main__":
    main()
