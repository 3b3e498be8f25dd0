"""Settings that the tests share."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def _own_progress_file(tmp_path_factory):
    """No test touches the progress file of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        file = tmp_path_factory.mktemp("progress") / "progress.json"
        patch.setenv("LESSONS_PROGRESS", str(file))
        yield
