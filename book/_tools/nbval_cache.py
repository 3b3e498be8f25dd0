"""A pytest plugin: keep what nbval ran, so that the book shows it and nothing runs twice.

nbval runs a notebook's code cells one by one, each as a test, and keeps what each printed in
`item.test_outputs`. When all cells of a notebook have passed, this plugin rebuilds the executed
notebook and hands it to the cache (execution.py). When a cell fails, it writes down which and
why in one sentence, for `make book` to print.

With pytest-xdist the workers run the cells, but only the main process writes: each worker's
results travel inside its test reports.
"""

import json
import re
import time
from pathlib import Path

import execution
import nbformat
import pytest
import rules
from nbval.plugin import NbCellError


def pytest_configure(config):
    """Note the project and forget an earlier failure."""
    config.lessons_project = execution.Project(config.rootpath)
    failures_file(config.lessons_project).unlink(missing_ok=True)


def failures_file(project: execution.Project) -> Path:
    """Name the file that says which notebooks failed, and why."""
    return project.root / "_build" / "notebook-failures.json"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    """Time each notebook, and mark its last cell."""
    if is_cell(item):
        if not hasattr(item.parent, "lessons_started"):
            item.parent.lessons_started = time.perf_counter()
            # Now, not afterwards: what is edited during the run did not make it.
            project = item.config.lessons_project
            item.parent.lessons_key = execution.key(item.path, project)
        item.lessons_is_last = nextitem is None or nextitem.parent is not item.parent
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After a cell ran, hold the rules about what it printed."""
    result = yield
    if is_cell(item):
        outputs = [nbformat.from_dict(out) for out in item.test_outputs or []]
        problems = rules.picture_problems(item.cell, outputs)
        problems += rules.complaint_problems(outputs)
        if problems:
            raise NbCellError(item.cell_num, "; ".join(problems), item.cell.source)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Attach the executed notebook, or the failure, to the report that is sent on."""
    report = yield
    if not is_cell(item):
        return report
    if report.failed:  # in any phase: a kernel that does not start fails in "setup"
        item.parent.lessons_failed = True
        report.lessons_failure = failure(item, call.excinfo.value)
    whole = item.lessons_is_last and not getattr(item.parent, "lessons_failed", False)
    if whole and call.when == "call":
        report.lessons_executed = executed(item)
    return report


def executed(item) -> dict:
    """Rebuild the notebook as it ran: the stored cells with the outputs nbval saw."""
    cells = [c for c in item.session.items if c.parent is item.parent]
    if len(cells) != sum(c.cell_type == "code" for c in item.parent.nb.cells):
        return {}  # only some cells were selected (-k, ::Cell 3): not a whole run
    notebook = nbformat.from_dict(item.parent.nb)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    for count, (cell, ran) in enumerate(zip(code, cells, strict=True), start=1):
        cell.execution_count = count
        cell.outputs = [nbformat.from_dict(out) for out in ran.test_outputs or []]
        for out in cell.outputs:
            if out.output_type == "execute_result":
                out.execution_count = count
    took = time.perf_counter() - item.parent.lessons_started
    return {
        "path": str(item.path),
        "notebook": nbformat.writes(notebook),
        "run": execution.new_run(item.parent.lessons_key, took),
    }


def failure(item, error) -> dict:
    """Say in one sentence which cell of which notebook failed, and how."""
    text = getattr(error, "inner_traceback", "") or str(error)
    lines = [line for line in plain(text).splitlines() if line.strip()]
    reason = str(error).strip().splitlines()[0] if str(error).strip() else ""
    if "exception" in reason.lower() and lines:
        named = [x for x in lines if re.match(r"[A-Za-z_][\w.]*: ", x)]
        reason = (named or lines)[-1].strip()
    if "Failed to interrupt" in reason:
        reason = "the kernel died or no longer answers (was memory short?)"
    name = item.path.relative_to(item.config.rootpath).as_posix()
    first = next((x for x in item.cell.source.splitlines() if x.strip()), "")
    return {
        "sentence": f"{name}, code cell {item.cell_num + 1} (`{first}`): {reason}",
        "details": plain(text),
    }


def plain(text: str) -> str:
    """Take the colours of the terminal out of a traceback."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def is_cell(item) -> bool:
    """Say whether a test is a notebook's cell."""
    return type(item).__name__ == "IPyNbCell"


class Writer:
    """Runs in the main process only: stores what the reports bring."""

    def __init__(self, project):
        self.project, self.failures = project, []

    def pytest_runtest_logreport(self, report):
        """Store a finished notebook, or remember a failed cell."""
        if found := getattr(report, "lessons_failure", None):
            self.failures.append(found)
        if found := getattr(report, "lessons_executed", None):
            notebook = nbformat.reads(found["notebook"], as_version=4)
            execution.store(Path(found["path"]), notebook, found["run"], self.project)

    def pytest_sessionfinish(self):
        """Write the failures down for `make book`."""
        if self.failures:
            path = failures_file(self.project)
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(self.failures), "utf-8")


def pytest_sessionstart(session):
    """Start the writer, unless this process is one of xdist's workers."""
    if not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(Writer(session.config.lessons_project))
