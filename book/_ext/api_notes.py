"""What the API reference cannot read from the code. tests/test_reference.py holds it true."""

# Names whose code is one expression, without room for a docstring.
SENTENCES = {
    "default_generator": "The Generator that everything uses that is given none.",
    "Tensor.array": "The NumPy array itself, shared, not copied.",
    "Tensor.grad": "The gradient that `backward` left, a Tensor; None before.",
    "Tensor.shape": "The sizes of the axes, a tuple.",
    "Tensor.ndim": "The number of axes.",
    "Tensor.dtype": "What numbers the array holds, a dtype of NumPy's.",
    "Tensor.T": "The tensor with its axes in reverse order.",
    "Tensor.mT": "The tensor with its last two axes swapped.",
    "Tensor.float": "The same numbers as float32.",
    "Tensor.double": "The same numbers as float64.",
    "Tensor.long": "The same numbers as int64, without what stands after the point.",
    "Tensor.bool": "False where the number is 0, else True.",
    "data.PAD": "The token that fills a row behind its end.",
    "data.START": "The token before the first one of a sequence.",
    "data.END": "The token behind the last one of a sequence.",
    "data.UNKNOWN": "The token in the place of all that are not in the vocabulary.",
    "ValuesAndIndices": "What `max` and `min` return along a dim: the numbers, and where.",
}

# Names, or modules, that torch does not have under this name.
NO_COUNTERPART = {
    *("ops", "train", "scalar"),
    "ValuesAndIndices",
    *("Tensor.array", "Tensor.accumulate", "Tensor.bump", "Tensor.in_place"),
    "Tensor.graph",
    "autograd.GradcheckError",
    "optim.Newton",
    *("data.TextBatches", "data.Vocabulary", "data.Origins"),
}

# The files of data whose names are those of torch.utils.data; the others' are not.
DATA_AS_IN_TORCH = {"data/dataset.py", "data/loader.py", "data/sampler.py"}

# What is called otherwise than in torch, or takes less.
DIFFERENCES = {
    "enable_grad": "Always called with brackets, also as a decorator.",
    "no_grad": "Always called with brackets, also as a decorator.",
    "manual_seed": "The numbers drawn from a seed are not torch's.",
    "Tensor.dtype": "Torch has dtypes of its own.",
    "Tensor.to": 'Takes a dtype; the only device is "cpu".',
    "nn.Module.to": 'Takes a dtype; the only device is "cpu".',
    "nn.Module.named_modules": "Without `remove_duplicate`; each module comes once.",
    "nn.Module.modules": "Without `remove_duplicate`; each module comes once.",
    "nn.Module.named_parameters": "Without `remove_duplicate`; each one comes once.",
    "nn.Module.named_buffers": "Without `remove_duplicate`; each one comes once.",
    "nn.Module.load_state_dict": "Without `assign`; also takes torch's tensors.",
    "nn.Parameter": "The data must be given.",
    "nn.utils.clip_grad_norm_": "Without `foreach`.",
    "nn.utils.clip_grad_value_": "Without `foreach`.",
    "autograd.enable_grad": "Always called with brackets, also as a decorator.",
    "autograd.gradcheck": "Without the arguments that follow there.",
}
