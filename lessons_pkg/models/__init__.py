"""The course's networks, each a function of the engine: lenet(nn) with either `nn`.

Written once, a network has the same shapes, numbers and state-dict keys on both engines:
the weights of one load into the other. Images (N, C, H, W) go in, or the numbers of tokens
(N, T); what comes out are logits, before any softmax or sigmoid, as the losses take them;
the locator's box, and the numbers of sequence_regressor, are no logits.
"""

from .blocks import conv_block, separable
from .classic import article_cnn, lenet
from .encoder_decoder import encoder_decoder
from .language_model import language_model
from .locator import locator
from .resnet import resnet
from .sequence_classifier import sequence_classifier
from .sequence_regressor import sequence_regressor
from .small_cnn import small_cnn
from .unet import unet

__all__ = [
    "article_cnn",
    "conv_block",
    "encoder_decoder",
    "language_model",
    "lenet",
    "locator",
    "resnet",
    "separable",
    "sequence_classifier",
    "sequence_regressor",
    "small_cnn",
    "unet",
]
