"""Every layer against torch's: state dicts both ways, outputs, gradients, buffers."""

import numpy as np
import pytest
import torch

import lessons_pkg as lp

from . import compare, draw
from .test_functions import _shown  # which has imported the cases


def built(name, args, kwargs, dtype):
    """The layer of both engines, ours with torch's numbers."""
    theirs = getattr(torch.nn, name)(
        *compare.to_torch(tuple(args)),
        **{k: compare.to_torch(v) for k, v in kwargs.items()},
    )
    ours = getattr(lp.nn, name)(
        *compare.to_ours(tuple(args)),
        **{k: compare.to_ours(v) for k, v in kwargs.items()},
    )
    assert list(ours.state_dict()) == list(theirs.state_dict())
    theirs.to(getattr(torch, dtype))
    ours.to(np.dtype(dtype))
    for (
        p
    ) in theirs.parameters():  # so that a bias of zeros, say, does not hide an error
        torch.nn.init.normal_(p, 0.1, 0.5)
    ours.load_state_dict(theirs.state_dict())
    theirs.load_state_dict(
        {k: torch.from_numpy(v.numpy().copy()) for k, v in ours.state_dict().items()}
    )
    return ours, theirs


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", sorted(draw.LAYERS))
def test_layer(name, dtype):
    for generate, options in draw.LAYERS[name]:
        for seed in range(options["count"]):
            case = generate(draw.Draw(seed, dtype))
            torch.manual_seed(seed)
            try:
                compare_layer(name, case, dtype, options["tolerance"], seed)
            except Exception as error:
                error.add_note(f"case: {name} seed {seed}: {_shown(case)}")
                raise


def compare_layer(name, case, dtype, tolerance, seed):
    """Compare a layer in training mode and in evaluation mode."""
    (args, kwargs), *inputs = case
    options = inputs[1] if len(inputs) > 1 else {}
    ours, theirs = built(name, args, kwargs, dtype)
    for mode in (True, False):
        ours.train(mode), theirs.train(mode)
        ours.zero_grad(), theirs.zero_grad()
        compare.compare_call(
            ours, theirs, inputs[0], options, tolerance, seed, "with torch, of layers"
        )
        names = dict(theirs.named_parameters())
        assert list(dict(ours.named_parameters())) == list(names)
        for key, p in ours.named_parameters():
            expected = compare.array(names[key].grad)
            compare.assert_close(compare.array(p.grad), expected, tolerance, f"d{key}")
        for (key, b), (_, expected) in zip(
            ours.named_buffers(), theirs.named_buffers(), strict=True
        ):
            compare.assert_close(b.array, compare.array(expected), tolerance, key)
        compare.COUNT["with torch, of layers"] += len(names)
