"""The directive ``{chapters}``: a table of the chapters, from each notebook's metadata.lesson.

One source serves the landing page, the instructor's plan and the card in the chapter itself.
"""

import json
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective
from sphinx_external_toc.parsing import parse_toc_yaml


class Chapters(SphinxDirective):
    """List the chapters with their minutes, in the order of the table of contents."""

    option_spec: ClassVar = {"objectives": directives.flag}

    def run(self):
        """Write a Markdown table and let the page's own parser read it."""
        root = Path(self.env.srcdir)
        rows = ["| Chapter | Read and run | Exercises | Teach |", "|:--|--:|--:|--:|"]
        details = []
        for docname in toc_order(root):
            path = root / f"{docname}.ipynb"
            self.env.note_dependency(str(path))
            title, lesson = read_lesson(path)
            if lesson is None:
                continue
            link, minutes = f"[{title}](/{docname}.ipynb)", lesson["minutes"]
            parts = (f"{minutes[k]} min" for k in ("read", "exercises", "teach"))
            rows.append(f"| {link} | {' | '.join(parts)} |")
            details += ["", f"**{title}.** After it you can:", ""]
            details += [f"- {objective}" for objective in lesson["objectives"]]
        lines = rows + (details if "objectives" in self.options else [])
        container = nodes.container(classes=["chapters"])
        content = StringList(lines, source=self.env.doc2path(self.env.docname))
        self.state.nested_parse(content, self.content_offset, container)
        return container.children


def read_lesson(path: Path):
    """Read a notebook's title and its metadata.lesson (None for other pages)."""
    if not path.is_file():
        return None, None
    notebook = json.loads(path.read_text("utf-8"))
    title = "".join(notebook["cells"][0]["source"]).splitlines()[0].lstrip("# ")
    return title, notebook["metadata"].get("lesson")


def toc_order(root: Path) -> list[str]:
    """List the pages in the order of _toc.yml."""
    return list(parse_toc_yaml(root / "_toc.yml"))


def setup(app):
    """Register the directive."""
    app.add_directive("chapters", Chapters)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
