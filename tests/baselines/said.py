"""What the tests of the baselines share."""

import pytest
from hypothesis import settings

quick = settings(max_examples=40, deadline=None, derandomize=True, database=None)


def sentence_of(error_type, f, *args, **kwargs):
    with pytest.raises(error_type) as error:
        f(*args, **kwargs)
    return str(error.value)
