"""torch.nn.utils: helpers over many parameters at once; and rnn, for packed sequences."""

from . import rnn
from .parameters import (
    clip_grad_norm_,
    clip_grad_value_,
    parameters_to_vector,
    vector_to_parameters,
)
