"""Settings that the tests share."""

import pytest
from hypothesis import settings

# Generated cases are the same on every run, and a busy machine fails no test.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")


@pytest.fixture(autouse=True, scope="session")
def _own_progress_file(tmp_path_factory):
    """No test touches the progress file of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        file = tmp_path_factory.mktemp("progress") / "progress.json"
        patch.setenv("LESSONS_PROGRESS", str(file))
        yield


def pytest_terminal_summary(terminalreporter):
    """Say how many comparisons the parity tests made."""
    count = {}
    for report in terminalreporter.stats.get("passed", []):
        for kind, n in report.user_properties:
            if kind.startswith("parity: "):
                count[kind[8:]] = count.get(kind[8:], 0) + n
    if count:
        shown = ", ".join(f"{n:,} {kind}" for kind, n in sorted(count.items()))
        terminalreporter.write_line(f"Values and gradients compared: {shown}.")
