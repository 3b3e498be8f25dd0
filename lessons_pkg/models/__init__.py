"""The course's networks, each a function of the engine: lenet(nn) with either `nn`.

Written once, a network has the same shapes, numbers and state-dict keys on both engines:
the weights of one load into the other. Images (N, C, H, W) go in; what comes out are
logits, before any softmax or sigmoid, as the losses take them; and the locator's box.
"""

from .blocks import conv_block, separable
from .classic import article_cnn, lenet
from .locator import locator
from .resnet import resnet
from .small_cnn import small_cnn
from .unet import unet

__all__ = [
    "article_cnn",
    "conv_block",
    "lenet",
    "locator",
    "resnet",
    "separable",
    "small_cnn",
    "unet",
]
