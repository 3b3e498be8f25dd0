"""Keep every page free of requests to other hosts.

MathJax is replaced by sphinx-mathjax-offline (see _config.yml). Left over is thebe, which runs
code on a remote server and which Jupyter Book's own extensions add to each page.
"""

import re

THEBE_SCRIPT = re.compile(r"<script[^>]*>(?:(?!</script>).)*</script>", re.DOTALL)


def drop_remote_scripts(app, pagename, templatename, context, doctree):
    """Leave out scripts and style sheets that come from, or lead to, another host."""
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, ()) if not leaves(file)]
    if "body" in context:
        context["body"] = THEBE_SCRIPT.sub(without_thebe, context["body"])


def leaves(file) -> bool:
    """Say whether a script or style sheet leaves this site."""
    attributes = getattr(file, "attributes", {})
    text = f"{getattr(file, 'filename', file)} {attributes.get('body', '')}"
    return "://" in text or "thebe" in text.lower()


def without_thebe(match) -> str:
    """Drop a script of the page's body if it only serves thebe."""
    script = match[0]
    is_thebe = "x-thebe-config" in script or "kernelName =" in script
    return "" if is_thebe else script


def setup(app):
    """Register after the theme, so that its files are already listed."""
    app.connect("html-page-context", drop_remote_scripts, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
