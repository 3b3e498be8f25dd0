import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import ops

from .check import check_gradients, random
from .generated import quick

SIZES = [3, 2, 1]  # of sequences of 3, 2 and 1 steps: at each step, how many there are
PADDED = np.array([list("axz"), list("by."), list("c..")])


def test_packing_by_hand():
    places = ops.packed_places(SIZES)
    packed, _ = ops.pack(PADDED, places)
    assert "".join(packed) == "axzbyc"
    again, _ = ops.unpack(packed, places, (3, 3), ".")
    np.testing.assert_array_equal(again, PADDED)


def test_packing_in_another_order():
    # The longest sequence, abc, stands in column 1, the second, xy, in column 2.
    packed, _ = ops.pack(PADDED[:, [2, 0, 1]], ops.packed_places(SIZES, [1, 2, 0]))
    assert "".join(packed) == "axzbyc"


def test_gradients():
    places = ops.packed_places([2, 2, 1], [1, 0])
    check_gradients(lambda x: ops.pack(x, places), ops.pack_backward, random(4, 2, 3))
    check_gradients(
        lambda y: ops.unpack(y, places, (4, 2), 7.0), ops.unpack_backward, random(5, 3)
    )


@quick
@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.data())
def test_each_way_undoes_the_other(lengths, data):
    order = np.argsort(np.negative(lengths), kind="stable")
    sizes = [sum(n > t for n in lengths) for t in range(max(lengths))]
    places = ops.packed_places(sizes, order)
    shape = max(lengths), len(lengths)
    np.testing.assert_array_equal(np.bincount(places[1]), lengths)
    y = random(sum(lengths), 2)
    x, _ = ops.unpack(y, places, shape, np.nan)
    np.testing.assert_array_equal(ops.pack(x, places)[0], y)
    assert np.isnan(x).all(axis=2).sum() == np.prod(shape) - sum(lengths)


def test_data_of_other_batch_sizes():
    with pytest.raises(ValueError, match="unpack") as error:
        ops.unpack(np.zeros((5, 2)), ops.packed_places(SIZES), (3, 3))
    assert str(error.value) == (
        "unpack: there are 6 places, but 5 entries came. Do the batch sizes belong to "
        "this data?"
    )
