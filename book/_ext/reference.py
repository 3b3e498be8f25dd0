"""The directive ``{reference}``: the entries of one module, from its docstrings.

    ```{reference} nn.functional
    ```

The argument is a module of lessons_pkg, or Tensor; without one it is the package itself.
Names are grouped by the file that does the work; api.py reads them from the package.
"""

import html
import re
import sys
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # the package beside this book, before any other

import api  # noqa: E402


class Reference(SphinxDirective):
    """Write a definition list a group, under a heading of its own if there are several."""

    optional_arguments = 1

    def run(self):
        """Collect the entries, and group them by file."""
        home = self.arguments[0] if self.arguments else ""
        for path in (ROOT / api.PACKAGE).rglob("*.py"):
            self.env.note_dependency(str(path))
        if home == "Tensor":
            return tensor_parts()
        groups = {}
        for entry in api.entries(home):
            groups.setdefault(entry.group, []).append(entry)
        if len(groups) == 1:
            return [listed(found) for found in groups.values()]
        return [section(home, group, found) for group, found in groups.items()]


def tensor_parts():
    """Write Tensor's own members in full, and name those that are functions."""
    own, same, in_place = api.tensor_members()
    links = [alias(entry) for entry in same]
    changed = [alias(entry, entry.name[7:-1]) for entry in in_place]
    return [
        listed(own),
        paragraph(
            "The same as the function of that name, on the tensor: ", *joined(links)
        ),
        paragraph(
            "The same, and the result takes the place of the values (not for a leaf that "
            "requires a gradient, unless inside no_grad): ",
            *joined(changed),
        ),
    ]


def alias(entry, function=None):
    """Link a method to the function that it is."""
    name = entry.name.removeprefix("Tensor.")
    node = nodes.reference("", "", refid=f"api-{function or name}", internal=True)
    node += nodes.literal(text=name)
    return nodes.inline("", "", node, ids=[entry.anchor])


def joined(inlines):
    """Put commas between, and a full stop behind."""
    for i, inline in enumerate(inlines):
        yield inline
        yield nodes.Text(", " if i < len(inlines) - 1 else ".")


def section(home, group, entries):
    """Write the entries of one file, under its name and its own first sentence."""
    file = Path(group)
    topic = file.parent.name if file.stem == "__init__" else file.stem
    anchor = f"api-{home or api.PACKAGE}-{topic or api.PACKAGE}"
    about = paragraph(
        *marked(api.group_title(group)),
        " ",
        nodes.literal(text=f"{api.PACKAGE}/{group}"),
        classes=["api-file"],
    )
    title = nodes.title("", topic or api.PACKAGE)
    return nodes.section(
        "", title, about, listed(entries), ids=[anchor], names=[anchor]
    )


def listed(entries):
    """Write entries as a definition list; constants without a word share one."""
    found = nodes.definition_list(classes=["api"])
    constants = [entry for entry in entries if not entry.doc]
    for entry in entries:
        if entry.doc:
            found += item(entry)
    if constants:
        found += row(constants)
    return found


def row(entries):
    """Write several names in one entry."""
    term, names = nodes.term(), nodes.definition()
    for entry in entries:
        name = nodes.literal("", "", nodes.strong("", entry.signature))
        term += [nodes.inline("", "", name, ids=[entry.anchor]), nodes.Text(" ")]
    torch = [nodes.literal(text=entry.torch) for entry in entries if entry.torch]
    names += paragraph(*joined(torch), classes=["api-torch"])
    return nodes.definition_list_item("", term, names)


def item(entry):
    """Write one entry: signature, first sentence, torch's counterpart, and the rest."""
    name, bracket, inside = entry.signature.partition("(")
    call = nodes.literal("", "", nodes.strong("", name), nodes.Text(bracket + inside))
    term = nodes.term("", "", call, link(entry), ids=[entry.anchor])
    said = nodes.inline("", "", *texts(beside(entry)), classes=["api-torch"])
    body = nodes.definition("", paragraph(*marked(entry.summary), " ", said))
    if entry.backward:
        backward = nodes.literal(text=f"{entry.name.removeprefix('ops.')}_backward")
        body += paragraph(backward, ": ", *marked(entry.backward))
    if entry.rest:
        body += folded(entry)
    if entry.methods:
        body += listed(entry.methods)
    return nodes.definition_list_item("", term, body)


def link(entry):
    """Give the entry an address to copy, as headings have one."""
    title = "Link to this entry"
    text = f'<a class="headerlink" href="#{entry.anchor}" title="{title}">#</a>'
    return nodes.raw("", text, format="html")


def beside(entry):
    """Say which function of torch this is, and in what it differs."""
    parts = []
    if entry.torch:
        parts += [nodes.literal(text=entry.torch)]
    elif entry.used_by:
        parts += ["behind ", nodes.literal(text=entry.used_by)]
    if entry.refused:
        names = [nodes.literal(text=name) for name in entry.refused]
        parts += [" without " if entry.torch else "Without ", *joined(names)]
    elif parts:
        parts += ["."]
    if entry.difference:
        parts += [" ", *marked(entry.difference)]
    return parts


def folded(entry):
    """Fold away what the docstring says after its first paragraph."""
    name = html.escape(entry.name)
    hidden = f'<span class="visually-hidden"> about {name}</span>'
    text = html.escape(entry.rest)
    return nodes.raw(
        "",
        f'<details class="api-more"><summary>More{hidden}</summary>'
        f"<pre>{text}</pre></details>",
        format="html",
    )


def paragraph(*parts, classes=()):
    """Make a paragraph of nodes and strings."""
    return nodes.paragraph("", "", *texts(parts), classes=list(classes))


def texts(parts):
    """Make nodes of the strings among nodes."""
    return [nodes.Text(p) if isinstance(p, str) else p for p in parts]


def marked(text):
    """Make nodes of a sentence in which `code` stands between backticks."""
    parts = re.split(r"`([^`]+)`", text)
    return [
        nodes.literal(text=part) if i % 2 else nodes.Text(part)
        for i, part in enumerate(parts)
        if part
    ]


def setup(app):
    """Register the directive, and the few rules of its look."""
    app.add_directive("reference", Reference)
    app.add_css_file("reference.css")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
