"""Optimisers: how the parameters change once their gradients are known."""

from . import lr_scheduler
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .newton import Newton
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Newton",
    "Optimizer",
    "RMSprop",
    "lr_scheduler",
]
