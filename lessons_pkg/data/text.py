"""A text to learn from: the help that Python brings along about itself."""

from dataclasses import dataclass


@dataclass(frozen=True, eq=False, repr=False)
class Text:
    """A text with its origin."""

    name: str
    text: str
    source: str
    licence: str

    def __repr__(self):
        """Say how long it is, and under which licence."""
        return (
            f"Text {self.name}: {len(self.text):,} characters, "
            f"{len(set(self.text))} different\n"
            f"  source: {self.source}\n"
            f"  licence: {self.licence}"
        )


def python_help():
    """Return what help() says of Python's language: topics in order of their names.

    About half a million characters of English and of grammar rules, more in later
    versions of Python: figures measured on it hold for one version. Between two topics
    stands an empty line.
    Raises ImportError where Python comes without the module.
    """
    topics = _topics()
    return Text(
        name="python_help",
        text="\n\n".join(topics[name].strip("\n") for name in sorted(topics)),
        source=(
            f"The Python Language Reference and Library Reference, {len(topics)} topics "
            "in the module pydoc_data.topics of this version of Python"
        ),
        licence="PSF License Agreement; copyright Python Software Foundation",
    )


def _topics():
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise ImportError(
            "data.python_help: this Python comes without the module pydoc_data.topics. "
            "On Debian and Ubuntu it is in the package libpython3.X-stdlib, X for the "
            "version; else install Python from python.org."
        ) from None
    return topics
