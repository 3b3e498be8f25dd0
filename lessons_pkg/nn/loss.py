"""Losses as layers, made from their functions as the activations are."""

from functools import partial

from . import functional as F
from .activation import layer_of

_loss_of = partial(layer_of, n_inputs=2, module=__name__)

MSELoss = _loss_of("MSELoss", F.mse_loss, without=("weight",))
L1Loss = _loss_of("L1Loss", F.l1_loss, without=("weight",))
SmoothL1Loss = _loss_of("SmoothL1Loss", F.smooth_l1_loss)
HuberLoss = _loss_of("HuberLoss", F.huber_loss, without=("weight",))
NLLLoss = _loss_of("NLLLoss", F.nll_loss)
CrossEntropyLoss = _loss_of("CrossEntropyLoss", F.cross_entropy)
BCELoss = _loss_of("BCELoss", F.binary_cross_entropy)
BCEWithLogitsLoss = _loss_of("BCEWithLogitsLoss", F.binary_cross_entropy_with_logits)
KLDivLoss = _loss_of("KLDivLoss", F.kl_div)
