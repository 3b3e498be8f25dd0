"""The rules that every page keeps. Each returns the sentences that say what is wrong.

tests/test_book.py applies them to the book, and each of them to a page that breaks it. The rule
about pictures needs what a cell printed, so nbval applies it while it runs the cells.
"""

import re
from decimal import Decimal
from pathlib import Path

import nbformat
from execution import pages
from sphinx_external_toc.parsing import parse_toc_yaml

CHECKED = "nbval-check-output"
MOST_LINES = 15
SECTIONS = (
    "part-card",
    "part-question",
    "part-by-hand",
    "part-build",
    "part-break",
    "part-swap",
    "part-real-data",
    "part-exercises",
    "part-recap",
)
PREDICTIONS = 3
PAGES = {
    "engine",
    "capstone",
}  # notebooks that are no chapters: no card, no template, no exercises


def chapters(book: Path) -> dict[str, nbformat.NotebookNode]:
    """Read every notebook of the book, by its path."""
    found = (p for p in pages(book) if p.suffix == ".ipynb")
    return {p.as_posix(): nbformat.read(p, as_version=4) for p in found}


# The table of contents.


def missing_from_toc(book: Path, toc: Path) -> list[str]:
    """Find pages that Jupyter Book would leave out without a word."""
    listed = set(parse_toc_yaml(toc))
    names = {
        p: p.relative_to(toc.parent).with_suffix("").as_posix() for p in pages(book)
    }
    return [
        f"{p}: not in {toc.name}" for p, name in names.items() if name not in listed
    ]


# The cells of a chapter.


def wrong_outputs(notebook) -> list[str]:
    """Find outputs where none belong, and checked cells that could not fail.

    Without a stored output and a count nbval's comparison passes whatever the cell prints.
    """
    problems = []
    for where, cell in code_cells(notebook):
        if CHECKED in tags(cell):
            if not (cell.outputs and cell.execution_count):
                problems.append(f"{where}: checked, but no stored output and count")
        elif cell.outputs or cell.execution_count:
            problems.append(
                f"{where}: has a stored output, but is not tagged {CHECKED}"
            )
    return problems


def long_cells(notebook) -> list[str]:
    """Find code cells of more lines than a reader takes in at once."""
    lengths = ((where, len(c.source.splitlines())) for where, c in code_cells(notebook))
    return [
        f"{w}: {n} lines, at most {MOST_LINES}" for w, n in lengths if n > MOST_LINES
    ]


def picture_problems(cell, outputs) -> list[str]:
    """Find pictures without alt text or without a caption, in what one cell printed."""
    problems = []
    about = cell.metadata.get("mystnb", {})
    for out in outputs:
        data = out.get("data", {})
        shown_as_image = "text/html" not in data  # HTML goes before a picture
        if shown_as_image and any(kind.startswith("image/") for kind in data):
            if not about.get("image", {}).get("alt", "").strip():
                problems.append(
                    "a picture without alt text (metadata mystnb.image.alt)"
                )
            if not about.get("figure", {}).get("caption", "").strip():
                problems.append("a picture without a caption (mystnb.figure.caption)")
        html = "".join(data.get("text/html", ""))
        if "<figure" in html and not re.search(r"<figcaption[^>]*>\s*(?!</)\S", html):
            problems.append(
                "an animation without a caption (plots.animate(caption=...))"
            )
        images = re.findall(r"<img\b[^>]*>", html)
        if any(not re.search(r'\balt="[^"]+', image) for image in images):
            problems.append("an HTML image without alt text")
    return problems


def complaint_problems(outputs) -> list[str]:
    """Find what a cell wrote to its error stream: a warning is an error in the book."""
    texts = [out.text for out in outputs if out.get("name") == "stderr"]
    return [f"wrote to the error stream: {text.strip()[-200:]}" for text in texts]


def lesson_problems(notebook) -> list[str]:
    """Find what is missing from a chapter's metadata.lesson."""
    lesson = notebook.metadata.get("lesson")
    if lesson is None:
        return ["metadata.lesson is missing"]
    problems = []
    for name in ("objectives", "prerequisites", "key_points"):
        entries = lesson.get(name)
        if not entries or not all(isinstance(e, str) and e.strip() for e in entries):
            problems.append(f"metadata.lesson.{name} is not a list of sentences")
    minutes = lesson.get("minutes", {})
    for name in ("read", "teach", "exercises"):
        if not isinstance(minutes.get(name), int) or minutes[name] <= 0:
            problems.append(
                f"metadata.lesson.minutes.{name} is not a number of minutes"
            )
    return problems


def section_problems(notebook) -> list[str]:
    """Find sections of the template that are missing or out of order."""
    present = [t for c in notebook.cells for t in tags(c) if t in SECTIONS]
    missing = [f"the section {s} is missing" for s in SECTIONS if s not in present]
    first = list(dict.fromkeys(present))
    expected = [s for s in SECTIONS if s in present]
    wrong = [] if first == expected else [f"the sections stand in the order {first}"]
    asked = [c for c in notebook.cells if "part-predict" in tags(c)]
    folded = [c for c in asked if "<details>" in c.source]
    if len(folded) < PREDICTIONS:
        wrong.append(
            f"{len(folded)} predictions with a folded answer, {PREDICTIONS} needed"
        )
    return missing + wrong


# Numbers in prose.

# 1797 · 1,797 · 0.97 · .97 · 0,97 · 1.5e-3
NUMBER = re.compile(
    r"(?<![\w.,])(?P<whole>\d{1,3}(?:[, ]\d{3})+(?!\d)|\d+)?(?P<part>[.,]\d+)?(?P<power>e-?\d+)?"
)
UNIT = re.compile(
    r"[\s-]*(?P<share>\\?%|per ?cent\b|pct\b|pp\b|percentage points?\b)"
    r"|[\s-]*(?:[x×](?![\w])|(?:times|out of|thousand|million|k)\b|[kKMG]i?B\b"
    r"|(?:[mµμun]?s|min|h|seconds?|minutes?|hours?)\b)|/\d"
)
YEAR = re.compile(
    r"(?:1[89]|20)\d\d(?!\s+(?:images|pictures|digits|examples|rows|steps))"
)
NAMED = re.compile(
    r"(?:Python|PyTorch|JupyterLab|CC BY|[Vv]ersion|[Ss]ection|[Ff]igure)\s+$"
)


def typed_figures(notebook) -> list[str]:
    r"""Find measured figures typed into prose, captions and alt texts.

    The rule. A *figure* is a number with a decimal point, a percentage, a time, or a whole
    number of four digits or more that is not a year. In prose it must also stand

    - in the source of a code cell of the chapter: then it was chosen, not measured; or
    - in a checked output: then nbval confirms it on every run; or
    - on a line with a link to its source: then it is cited; or
    - in a cell tagged `by-hand`: arithmetic to follow with pencil and paper. The next code
      cell must be a checked one, which confirms it.

    Code spans, fenced code and the exercises (their checkers hold their numbers) are left
    out. What the rule cannot find: figures in words (twice, three quarters), and a measured
    whole number of up to three digits without a unit.
    """
    known = known_numbers(notebook)
    problems = []
    for index, cell in enumerate(notebook.cells):
        where = f"cell {index} ({cell.get('id', '')})"
        if cell.cell_type == "code":
            about = cell.metadata.get("mystnb", {})
            caption = about.get("figure", {}).get("caption", "")
            text = f"{caption}\n\n{about.get('image', {}).get('alt', '')}"
        elif "by-hand" in tags(cell):
            if not _next_code_is_checked(notebook, index):
                problems.append(
                    f"{where}: by-hand, but the next code cell is not checked"
                )
            continue
        elif set(cell.metadata.get("lesson", {})) & {"exercise"} or is_card(cell):
            continue
        else:
            text = cell.source
        problems += [f"{where}: {f!r} is typed by hand" for f in figures(text, known)]
    return problems


def figures(text: str, known: set[Decimal]) -> list[str]:
    """List the figures of a text that are neither known nor cited."""
    # Fenced code, but not the text of a directive, ```{note}.
    text = re.sub(r"```(?!\{).*?```", " ", text, flags=re.DOTALL)
    text = re.sub(r"`[^`\n]*`|\{glue:[^}]*\}", " ", text)
    found = []
    for line in text.splitlines():
        if re.search(r"\]\(https?://|<https?://", line):
            continue
        for space in ("&nbsp;", "{\\,}", "\\,", "~"):
            line = line.replace(space, " ")
        line = re.sub(r"\]\([^)]*\)", "]", line).replace("{,}", ",")
        for match in filter(lambda m: m[0], NUMBER.finditer(line)):
            unit = UNIT.match(line, match.end())
            excused = NAMED.search(line[: match.start()]) or _is_known(
                match, unit, known
            )
            if _is_figure(match, unit, line) and not excused:
                found.append(match[0] + (unit[0] if unit else ""))
    return found


def _is_figure(match, unit, line) -> bool:
    whole = re.sub(r"\D", "", match["whole"] or "")
    if YEAR.match(line, match.start()) and not match["part"]:
        return bool(unit) and unit[0] != "s"  # in 1958, in the 1990s
    return bool(match["part"] or match["power"] or unit or len(whole) >= 4)


def _is_known(match, unit, known) -> bool:
    whole = re.sub(r"\D", "", match["whole"] or "0")
    value = Decimal(
        whole + (match["part"] or "").replace(",", ".") + (match["power"] or "")
    )
    return value in known or bool(unit and unit["share"] and value / 100 in known)


def known_numbers(notebook) -> set[Decimal]:
    """Collect the numbers of the code cells and of the checked outputs."""
    texts = []
    for _, cell in code_cells(notebook):
        texts.append(cell.source)
        if CHECKED in tags(cell):
            texts += [str(o.get("text", o.get("data", ""))) for o in cell.outputs]
    found = re.findall(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?:e-?\d+)?", "\n".join(texts))
    return {Decimal(number.replace("_", "")) for number in found}


def _next_code_is_checked(notebook, index: int) -> bool:
    following = (c for c in notebook.cells[index:] if c.cell_type == "code")
    return CHECKED in tags(next(following, {}))


# Links and exercises.


def dead_links(book: Path) -> list[str]:
    """Find links to files that are not there, and to headings that do not exist."""
    return [
        f"{page}: {address}"
        for page in pages(book)
        for address in re.findall(r"\]\(([^)\s]+)\)", prose(page))
        if not re.match(r"[a-z]+:", address) and not _resolves(page, address, book)
    ]


def _resolves(page: Path, address: str, book: Path) -> bool:
    name, _, anchor = address.partition("#")
    if re.fullmatch(r"[\w-]+", name):  # a label: `(name)=` above a heading of any page
        return any(name in labels(prose(p)) for p in pages(book))
    if name.startswith("/"):
        target = book.parent / name.lstrip("/")
    else:
        target = page.parent / name if name else page
    return target.is_file() and (not anchor or anchor in anchors(target))


def anchors(page: Path) -> set[str]:
    """List the addresses of a page's headings, as Jupyter Book makes them, and its labels."""
    text = re.sub(r"```.*?```", "", prose(page), flags=re.DOTALL)
    headings = re.findall(r"^#{1,6}\s+(.+?)\s*$", text, flags=re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
    return slugs | labels(text)


def labels(text: str) -> set[str]:
    """List the labels that a page gives its headings: `(name)=`."""
    return set(re.findall(r"^\(([^)]+)\)=$", text, flags=re.MULTILINE))


def prose(page: Path) -> str:
    """Read a page's Markdown."""
    if page.suffix != ".ipynb":
        return page.read_text("utf-8")
    cells = nbformat.read(page, as_version=4).cells
    return "\n\n".join(c.source for c in cells if c.cell_type == "markdown")


def exercise_problems(shown: dict[str, list[str]], defined: list[str]) -> list[str]:
    """Compare the exercises that chapters show with those that have a checker.

    shown : chapter -> names of its exercises, in order
    defined : names that lessons_pkg.exercises knows
    """
    everywhere = [name for names in shown.values() for name in names]
    problems = [f"{n}: no checker" for n in everywhere if n not in defined]
    problems += [f"{n}: in no chapter" for n in defined if n not in everywhere]
    for chapter, names in shown.items():
        problems += [
            f"{name}: stands in the chapter {chapter}"
            for name in names
            if name.split(".")[0] != chapter
        ]
    return problems


def exercises_of(notebook) -> list[str]:
    """Name the exercises that a chapter asks, in its cells and in its code."""
    cells = [c.metadata.get("lesson", {}).get("exercise") for c in notebook.cells]
    called = [
        name
        for _, cell in code_cells(notebook)
        for name in re.findall(r"""\bexercise\(\s*["']([^"']+)""", cell.source)
    ]
    return list(dict.fromkeys([c for c in cells if c] + called))


def incomplete_exercises(notebook) -> list[str]:
    """Find exercises that lack their statement, their starter cell or their help."""
    parts = {}
    for cell in notebook.cells:
        entry = cell.metadata.get("lesson", {})
        if "exercise" in entry:
            parts.setdefault(entry["exercise"], []).append(entry["part"])
    wanted = ["statement", "starter", "help"]
    return [f"{name}: has the parts {p}" for name, p in parts.items() if p != wanted]


def code_cells(notebook):
    """Yield each code cell with the words that name it in a message."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            yield f"cell {index} ({cell.get('id', '')})", cell


def tags(cell) -> list[str]:
    """List a cell's tags."""
    return cell.get("metadata", {}).get("tags", [])


def is_card(cell) -> bool:
    """Say whether a cell is the generated card, whose minutes stand in the metadata."""
    return cell.metadata.get("lesson", {}).get("generated") == "card"
