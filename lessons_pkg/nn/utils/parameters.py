"""Helpers over many parameters at once: their gradients clipped, or all in one vector."""

import numpy as np

from ...tensor import Tensor, no_grad
from ...tensor import functions as f


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """Scale all gradients by one factor, so that their joint norm is at most max_norm.

    The norm is that of all entries of all gradients as one vector: for norm_type p,
    (sum |g|^p)^(1/p), and the largest |g| for p = inf. Returns it as it was before.
    Raises RuntimeError where it is nan or inf and error_if_nonfinite.
    Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural
    networks", ICML 2013, algorithm 1.
    """
    gradients = [p.grad for p in _listed(parameters) if p.grad is not None]
    norm_type = float(norm_type)  # "inf" too
    norms = [np.linalg.norm(g.array.ravel(), norm_type) for g in gradients]
    total = np.linalg.norm(norms, norm_type) if norms else np.float32(0)
    if error_if_nonfinite and not np.isfinite(total):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is "
            f"non-finite, so it cannot be clipped."
        )
    factor = np.minimum(1.0, max_norm / (total + 1e-6))  # where total is nan, all are
    for g in gradients:
        g.array *= g.dtype.type(factor)
    return Tensor(np.asarray(total, gradients[0].dtype if gradients else np.float32))


def clip_grad_value_(parameters, clip_value):
    """Clamp each entry of each gradient to -clip_value ... clip_value."""
    for p in _listed(parameters):
        if p.grad is not None:
            np.clip(p.grad.array, -clip_value, clip_value, out=p.grad.array)


def parameters_to_vector(parameters):
    """Join all parameters, flattened, into one vector; gradients flow back through it."""
    return f.cat([f.flatten(p) for p in parameters])


def vector_to_parameters(vec, parameters):
    """Copy the entries of a vector into the parameters, in their order."""
    start = 0
    with no_grad():
        for p in parameters:
            p.copy_(vec[start : start + p.numel()].reshape(p.shape))
            start += p.numel()


def _listed(parameters):
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)
