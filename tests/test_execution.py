"""What nbval ran is what the book shows: run once, run again exactly when something changed."""

import os
import shutil
import signal
import subprocess
import sys
import time

import build
import execution
import pytest
from dependencies import files_used

from tests.small_project import TRIANGLE, SmallProject


@pytest.fixture
def project(tmp_path):
    return SmallProject(tmp_path)


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    project = SmallProject(tmp_path_factory.mktemp("built"))
    built = project.make_book()
    assert built.returncode == 0, built.stdout + built.stderr
    return project


@pytest.fixture
def built_project(project, built_once):
    """A project of one's own whose book has been built."""
    shutil.copytree(built_once.root / "_build", project.root / "_build")
    return project


def is_stale(project, name="sums"):
    home = execution.Project(project.root)
    return execution.is_stale(project.root / "book" / f"{name}.ipynb", home)


# Reading which files a notebook could use.


def used(project, *sources):
    project.chapter(*sources)
    notebook = project.root / "book" / "sums.ipynb"
    found = files_used(notebook, project.root / "lessons_pkg")
    return [p.relative_to(project.root / "lessons_pkg").as_posix() for p in found]


@pytest.mark.parametrize(
    "source",
    [
        "import lessons_pkg.numbers",
        "import lessons_pkg.numbers as n",
        "from lessons_pkg import numbers",
        "from lessons_pkg.numbers import triangle",
        "def f():\n    from lessons_pkg.numbers import triangle",
        "%matplotlib inline\nfrom lessons_pkg import numbers",
    ],
)
def test_every_form_of_import_is_seen(project, source):
    assert used(project, source) == ["__init__.py", "numbers.py"]


def test_imports_of_imports_are_followed(project):
    project.write("lessons_pkg/a.py", "from . import b\n")
    project.write("lessons_pkg/b.py", "def f():\n    from .numbers import triangle\n")
    expected = ["__init__.py", "a.py", "b.py", "numbers.py"]
    assert used(project, "import lessons_pkg.a") == expected


def test_a_package_is_followed_through_its_own_init(project):
    (project.root / "lessons_pkg" / "sub").mkdir()
    project.write("lessons_pkg/sub/__init__.py", "from .inner import f\n")
    project.write("lessons_pkg/sub/inner.py", "from ..numbers import triangle as f\n")
    expected = ["__init__.py", "numbers.py", "sub/__init__.py", "sub/inner.py"]
    assert used(project, "from lessons_pkg import sub") == expected


def test_an_exercise_is_found_by_its_name(project):
    project.write("lessons_pkg/exercises/sums.py", "from ..shapes import square\n")
    source = "from lessons_pkg.exercises import exercise\nexercise('sums.triangle')"
    assert "exercises/sums.py" in used(project, source)
    assert "shapes.py" in used(project, source)


def test_files_that_a_module_may_read_are_counted(project):
    project.write("lessons_pkg/style.css", "p {color: red}")
    assert "style.css" in used(project, "from lessons_pkg import numbers")


@pytest.mark.parametrize(
    "cell",
    [
        "files = !ls\nimport lessons_pkg.numbers",
        "%time import lessons_pkg.numbers",
        "%%time\nimport lessons_pkg.numbers",
        "import lessons_pkg.numbers as sums\nsums?",
    ],
)
def test_what_only_ipython_understands_is_no_obstacle(project, cell):
    assert used(project, "%%bash\nls | wc -l", cell) == ["__init__.py", "numbers.py"]


# Running once.


def test_the_book_shows_what_nbval_ran_and_runs_nothing(project):
    project.chapter("import os\nprint('process', os.getpid(), 'ran this')")
    assert is_stale(project)
    assert project.make_test().returncode == 0
    assert not is_stale(project)
    [stored] = (project.root / "_build/.jupyter_cache/executed").rglob("*.ipynb")
    before = stored.read_bytes()

    built = project.make_book()
    assert built.returncode == 0, built.stdout + built.stderr
    assert "Running" not in built.stdout
    assert stored.read_bytes() == before
    process = before.decode().split("process ")[1].split(" ran")[0]
    assert f"process {process} ran this" in project.page()
    assert "book/sums.ipynb" in built.stdout
    assert (project.root / "_build/html/index.html").as_uri() in built.stdout

    again = project.make_book()
    assert "unchanged" in again.stdout


def test_with_two_workers_the_main_process_stores_the_runs(project):
    project.chapter("print('two')", name="more")
    done = project.run("-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "book")
    assert done.returncode == 0, done.stdout
    assert not is_stale(project)
    assert not is_stale(project, "more")


def test_a_changed_function_runs_the_chapters_that_could_use_it(project):
    project.chapter(
        "from lessons_pkg.shapes import square", "print(square(7))", name="more"
    )
    assert project.make_test().returncode == 0
    project.write("lessons_pkg/numbers.py", TRIANGLE.replace("n + 1", "n + 2"))
    assert is_stale(project)
    assert not is_stale(project, "more")

    built = project.make_book()
    assert "Running book/sums.ipynb\n" in built.stdout
    assert "<span></span>12\n" in project.page()


def test_a_changed_pin_or_cell_makes_a_run_stale(built_project):
    project = built_project
    pins = project.root / "constraints.txt"
    pins.write_text(pins.read_text() + "# changed\n")
    assert is_stale(project)
    assert project.make_test().returncode == 0
    assert not is_stale(project)
    project.chapter("from lessons_pkg.numbers import triangle", "print(triangle(5))")
    assert is_stale(project)


def test_a_run_of_some_cells_only_is_not_stored(project):
    done = project.run("-m", "pytest", "-q", "book/sums.ipynb::Cell 0")
    assert done.returncode == 0, done.stdout
    assert is_stale(project)


def test_a_broken_cache_is_made_anew(built_project):
    project = built_project
    for path in (project.root / "_build/.jupyter_cache").rglob("*"):
        if path.is_file():
            os.truncate(path, 10)
    built = project.make_book()
    assert built.returncode == 0, built.stdout + built.stderr


CHANGES = {
    "the settings": ("_config.yml", "title: Deep", "title: Shallow"),
    "the order": ("_toc.yml", "chapters:", "chapters:\n# more to come"),
    "a pin": ("constraints.txt", "numpy==", "# \nnumpy=="),
    "a page": ("book/index.md", "One chapter", "Just one chapter"),
    "a heading of a notebook": ("book/sums.ipynb", "# Sums", "# Sums of numbers"),
    "the style": ("book/_static/course.css", "border", "outline"),
    "an extension": ("book/_ext/lesson.py", "Teach", "Lead"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_a_page_is_made_of_makes_the_site_out_of_date(built_project, name):
    home = execution.Project(built_project.root)
    path, old, new = CHANGES[name]
    before = (built_project.root / path).read_text("utf-8")
    made_of = build.fingerprint(home)
    assert old in before
    built_project.write(path, before.replace(old, new))
    assert build.fingerprint(home) != made_of


def test_a_changed_heading_changes_the_page_and_runs_nothing(built_project):
    assert "unchanged" in built_project.make_book().stdout
    path = "book/sums.ipynb"
    source = (built_project.root / path).read_text("utf-8")
    built_project.write(path, source.replace("# Sums", "# Sums of numbers"))
    built = built_project.make_book()
    assert "Running" not in built.stdout
    assert "Sums of numbers" in built_project.page()


def test_a_repeated_run_is_shown(built_project):
    home = execution.Project(built_project.root)
    made_of = build.fingerprint(home)
    assert built_project.make_test().returncode == 0
    assert build.fingerprint(home) != made_of


def test_a_site_that_lost_a_page_is_not_whole(built_project):
    home = execution.Project(built_project.root)
    made_of = build.fingerprint(home)
    assert build.is_whole(home.site, made_of)
    assert not build.is_whole(home.site, "something else")
    (home.site / "book" / "sums.html").unlink()
    assert not build.is_whole(home.site, made_of)


def test_when_the_new_site_cannot_be_put_in_place_the_old_one_stays(tmp_path):
    site = tmp_path / "html"
    site.mkdir()
    (site / "index.html").write_text("good")
    with pytest.raises(OSError, match="missing"):
        build.swap(tmp_path / "missing", site)
    assert (site / "index.html").read_text() == "good"


def test_what_is_edited_during_a_run_did_not_make_it(project):
    edit = "open('../lessons_pkg/numbers.py', 'a').write('# edited\\n');"
    project.chapter("from lessons_pkg.numbers import triangle", edit)
    built = project.make_book()
    assert built.returncode == 1
    assert "what it uses changed meanwhile: try again" in built.stderr
    assert is_stale(project)


def test_sphinx_never_runs_what_nbval_did_not(project, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    built = project.make_book()
    assert built.returncode == 1
    assert "book/sums.ipynb did not run" in built.stderr


def test_a_notebook_without_code_needs_no_run(project):
    project.chapter()
    built = project.make_book()
    assert built.returncode == 0, built.stdout + built.stderr
    assert "Running" not in built.stdout


# Failing well.

FAILURES = {
    "an error": (
        ["x = 1", "1 / 0"],
        "code cell 2 (`1 / 0`): ZeroDivisionError: division by zero",
    ),
    "a warning": (
        ["import warnings; warnings.warn('old')"],
        "wrote to the error stream",
    ),
    "a picture without words": (
        ["import matplotlib.pyplot as plt\nplt.plot([1, 2]);"],
        "a picture without alt text (metadata mystnb.image.alt); a picture without a caption",
    ),
    "an error of two lines": (
        ["raise ValueError('first\\nsecond')"],
        "ValueError: first",
    ),
    "a kernel that dies": (
        ["import os; os._exit(1)"],
        "code cell 1 (`import os; os._exit(1)`): the kernel died",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failing_notebook_stops_the_build_and_keeps_the_last_site(
    built_project, name
):
    project = built_project
    page = project.page()
    sources, sentence = FAILURES[name]
    project.chapter(*sources)

    built = project.make_book()
    assert built.returncode == 1
    *_, said, kept = built.stderr.strip().splitlines()
    assert said.startswith("The book was not built. book/sums.ipynb, code cell ")
    assert sentence in said
    assert kept == "The last good site is untouched."
    assert project.page() == page
    assert is_stale(project)


def test_a_checked_output_that_changed_stops_the_build(project):
    import nbformat

    path = project.root / "book" / "sums.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell = notebook.cells[-1]
    cell.metadata["tags"] = ["nbval-check-output"]
    cell.outputs = [nbformat.v4.new_output("stream", text="11\n")]
    cell.execution_count = 1
    nbformat.write(notebook, path)
    built = project.make_book()
    assert built.returncode == 1
    assert "code cell 2 (`print(triangle(4))`): Cell outputs differ" in built.stderr


def test_a_page_with_a_warning_stops_the_build_and_keeps_the_last_site(built_project):
    project = built_project
    project.write("book/index.md", "# A small book\n\n[nowhere](missing.md)\n")
    built = project.make_book()
    assert built.returncode == 1
    assert "missing.md" in built.stderr
    assert "One chapter." in project.page("index")


def test_a_warning_in_a_notebook_names_its_cell_and_line(built_project):
    path = built_project.root / "book" / "sums.ipynb"
    source = path.read_text("utf-8")
    path.write_text(
        source.replace("# Sums", "# Sums\\n\\n[nowhere](missing.md)"), "utf-8"
    )
    built = built_project.make_book()
    assert built.returncode == 1
    assert "book/sums.ipynb, cell 1, line 3: WARNING" in built.stderr
    assert "\x1b" not in built.stderr


@pytest.mark.parametrize("text", ["<<<<<<< HEAD\n{}", '{"cells": 3}'])
def test_a_file_that_is_no_notebook_gets_a_sentence(built_project, text):
    built_project.chapter("print('more')", name="more")
    assert built_project.make_test().returncode == 0
    built_project.write("book/sums.ipynb", text)
    built = built_project.make_book()
    assert built.returncode == 1
    assert "book/sums.ipynb is not a notebook that can be read" in built.stderr
    assert "Traceback" not in built.stderr
    assert not is_stale(built_project, "more")  # the other chapter keeps its run


@pytest.mark.skipif(sys.platform == "win32", reason="there is no Ctrl-C to send")
def test_ctrl_c_stops_quietly(project):
    project.chapter("import time", "time.sleep(60)")
    started = subprocess.Popen(
        [sys.executable, "book/_tools/build.py"],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(project.root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert "Running" in started.stdout.readline()
    time.sleep(3)
    os.killpg(started.pid, signal.SIGINT)
    _, said = started.communicate(timeout=60)
    assert started.returncode == 130
    assert said.strip() == "Stopped."


def test_another_python_or_another_tag_makes_a_run_stale(project, monkeypatch):
    notebook = project.root / "book" / "sums.ipynb"
    home = execution.Project(project.root)
    before = execution.key(notebook, home)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "3.99")
        assert execution.key(notebook, home) != before
    source = notebook.read_text("utf-8")
    notebook.write_text(source.replace('"metadata": {}', '"metadata": {"tags": ["x"]}'))
    assert execution.key(notebook, home) != before
