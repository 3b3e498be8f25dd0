"""Count the comparisons of each test; the count is shown at the end of the run."""

import pytest

from . import compare


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Note in the test's report how many comparisons it made."""
    compare.COUNT.clear()
    result = yield
    item.user_properties += [
        (f"parity: {kind}", n) for kind, n in compare.COUNT.items()
    ]
    return result
