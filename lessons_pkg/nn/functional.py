"""torch.nn.functional: layers and losses as functions, their weights among the arguments.

Each line is a signature in torch's own notation; `define` makes the function of it.
"""

from .. import ops
from ..random import default_generator
from ..tensor import apply
from ..tensor.define import define, refuse
from ..tensor.dtypes import only_floats


def _define(signature, prepare=only_floats):
    return define(signature, prepare, "torch.nn.functional")


# fmt: off
relu = _define("relu(input, inplace=False)")
leaky_relu = _define("leaky_relu(input, negative_slope=0.01, inplace=False)")
elu = _define("elu(input, alpha=1.0, inplace=False)")
gelu = _define("gelu(input, approximate='none')")
silu = _define("silu(input, inplace=False)")
softplus = _define("softplus(input, beta=1, threshold=20)")
logsigmoid = _define("logsigmoid(input)")
sigmoid = _define("sigmoid(input)")
tanh = _define("tanh(input)")
softmax = _define("softmax(input, dim=None, _stacklevel=3, dtype=None)")
log_softmax = _define("log_softmax(input, dim=None, _stacklevel=3, dtype=None)")
linear = _define("linear(input, weight, bias=None)")
embedding = _define("embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False)", None)
pad = _define("pad(input, pad, mode='constant', value=None)", None)
conv1d = _define("conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)")
conv2d = _define("conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)")
conv_transpose2d = _define("conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1)")
max_pool1d = _define("max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False)")
max_pool2d = _define("max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False)")
avg_pool1d = _define("avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True)")
avg_pool2d = _define("avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None)")
adaptive_avg_pool1d = _define("adaptive_avg_pool1d(input, output_size)")
adaptive_avg_pool2d = _define("adaptive_avg_pool2d(input, output_size)")
batch_norm = _define("batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05)")
layer_norm = _define("layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05)")
group_norm = _define("group_norm(input, num_groups, weight=None, bias=None, eps=1e-05)")
rms_norm = _define("rms_norm(input, normalized_shape, weight=None, eps=None)")
scaled_dot_product_attention = _define("scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False)")
mse_loss = _define("mse_loss(input, target, size_average=None, reduce=None, reduction='mean', weight=None)")
l1_loss = _define("l1_loss(input, target, size_average=None, reduce=None, reduction='mean', weight=None)")
smooth_l1_loss = _define("smooth_l1_loss(input, target, size_average=None, reduce=None, reduction='mean', beta=1.0)")
huber_loss = _define("huber_loss(input, target, reduction='mean', delta=1.0, weight=None)")
nll_loss = _define("nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean')")
cross_entropy = _define("cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean', label_smoothing=0.0)")
binary_cross_entropy = _define("binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction='mean')")
binary_cross_entropy_with_logits = _define("binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction='mean', pos_weight=None)")
kl_div = _define("kl_div(input, target, size_average=None, reduce=None, reduction='mean', log_target=False)")
# fmt: on


def dropout(input, p=0.5, training=True, inplace=False):
    """Set a share p of the entries to 0 at random, and divide the others by 1 - p.

    The chance is that of lessons_pkg.manual_seed. torch.nn.functional.dropout.
    """
    if inplace:
        refuse("torch.nn.functional.dropout", "inplace", inplace)
    rng = default_generator.rng
    return apply(
        ops.dropout, ops.dropout_backward, input, p=p, training=training, rng=rng
    )
