"""The training loop, for a model of either engine.

It asks the model, the loss and the optimiser only for what torch and lessons_pkg share,
and imports neither of them.
"""

import math
import sys
import time
from collections.abc import Mapping


class History(Mapping):
    """What was measured, a list for each name: history["train_loss"][3] is of epoch 4.

    Names: train_loss, validation_loss and the same for each metric; lr, of the first
    parameter group at the epoch's start; seconds.
    rows : the same as a list of dicts, one an epoch
    best_epoch : the epoch with the lowest validation_loss, counted from 1, or None
    stopped : "finished", "no improvement" or "interrupted"
    """

    def __init__(self):
        self.rows, self.best_epoch, self.stopped = [], None, "finished"

    def __getitem__(self, name):
        if name not in iter(self):
            raise KeyError(f"History: there is no {name!r}. Choose from: {list(self)}.")
        return [row[name] for row in self.rows]

    def __iter__(self):
        return iter(self.rows[0] if self.rows else ())

    def __len__(self):
        return len(self.rows[0]) if self.rows else 0

    def __repr__(self):
        """Say how it went, and the last epoch's numbers."""
        text = f"History: {self.stopped} after {len(self.rows)} epochs"
        if self.best_epoch:
            text += f", best epoch {self.best_epoch}"
        if self.rows:
            last = ", ".join(f"{k} {v:.4g}" for k, v in self.rows[-1].items())
            text += f". Last: {last}"
        return text


def fit(
    model, loss, optimizer, train, validation=None, *, epochs=10, metrics=None,
    scheduler=None, schedule="epoch", patience=None, keep_best=True, clip=None,
    progress=None, on_epoch=None,
):  # fmt: skip
    """Train a model: for each batch, loss(model(x), y), its gradients, a step.

    train, validation : batches (x, y), or (x1, x2, ..., y), that can be gone through again
                        and again: a DataLoader, a list
    metrics : dict, name -> function(model(x), y) that gives a mean over the batch
    scheduler : its step() is called after each epoch, or each batch: schedule="batch"
    patience : stop after so many epochs without a lower validation loss
    keep_best : whether, with validation, the model ends with the weights of its best epoch
    clip : the greatest norm of all gradients together
    progress : whether to show a bar; None shows it only where someone watches
    on_epoch : function(epoch, history), called after each epoch, in eval mode and without
               gradients
    Returns a History. The modes of the modules, train or eval, are afterwards what they
    were. Ctrl-C, or interrupting the kernel, ends the training as if it were the last epoch.
    Raises FloatingPointError if a loss is nan or infinite, ValueError for no batches, no
    parameters and arguments that do not fit together.
    """
    metrics = dict(metrics or {})
    if patience is not None and (validation is None or patience < 1):
        raise ValueError("fit: patience needs validation, and must be 1 or more.")
    if schedule not in ("epoch", "batch"):
        raise ValueError(
            f"fit: schedule must be 'epoch' or 'batch', but came as {schedule!r}."
        )
    if clip is not None and not clip > 0:
        raise ValueError(
            f"fit: clip must be a number above 0, such as 1.0, but came as {clip!r}."
        )
    if "loss" in metrics:
        raise ValueError(
            "fit: a metric may not be called 'loss', which is there already."
        )
    engine = _engine(model)
    modes = [(module, module.training) for module in model.modules()]
    history, lowest, best = History(), math.inf, None
    epoch, bar = 0, _bar(progress, train, epochs)

    def step(value):
        optimizer.zero_grad()
        value.backward()
        if clip is not None:
            engine.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        if scheduler and schedule == "batch":
            scheduler.step()

    try:
        for epoch in range(1, epochs + 1):
            start = time.perf_counter()
            lr = optimizer.param_groups[0]["lr"]
            model.train()
            batches = _with_bar(bar, train, history.rows)
            row = _run("train", epoch, model, loss, batches, metrics, step)
            with engine.no_grad():
                model.eval()
                if validation is not None:
                    row |= _run("validation", epoch, model, loss, validation, metrics)
                row |= {"lr": lr, "seconds": time.perf_counter() - start}
                history.rows.append(row)
                if row.get("validation_loss", math.inf) < lowest:
                    lowest, history.best_epoch = row["validation_loss"], epoch
                    best = _copied(model.state_dict()) if keep_best else None
                if on_epoch:
                    on_epoch(epoch, history)
            if scheduler and schedule == "epoch":
                scheduler.step()
            if patience is not None and epoch - history.best_epoch >= patience:
                history.stopped = "no improvement"
                break
    except KeyboardInterrupt:
        history.stopped = "interrupted"
        weights = "as they are now"
        if best:
            weights = f"those of epoch {history.best_epoch}, the best so far"
        print(f"fit: interrupted in epoch {epoch}. The model's weights are {weights}.")
    finally:
        if bar is not None:
            bar.close()
        if best:
            model.load_state_dict(best)
        for module, mode in modes:
            module.training = mode
    return history


def _engine(model):
    """The package that the parameters come from, torch or lessons_pkg, loaded already."""
    for parameter in model.parameters():
        for cls in type(parameter).__mro__:
            package = sys.modules.get(cls.__module__.partition(".")[0])
            if hasattr(package, "no_grad"):
                return package
    raise ValueError("fit: the model has no parameters, so there is nothing to learn.")


def _run(part, epoch, model, loss, batches, metrics, step=None):
    """Go through the batches once; return the mean loss and metrics over all examples."""
    totals, n = dict.fromkeys(["loss", *metrics], 0.0), 0
    for k, (*x, y) in enumerate(batches, 1):
        scores = model(*x)
        value = loss(scores, y)
        number = value.item()
        if not math.isfinite(number):
            raise FloatingPointError(
                f"fit: the loss is {number} in epoch {epoch}, {part} batch {k}. Try a lower "
                f"learning rate or clip=1.0, and look for nan and infinity in the data."
            )
        if step:
            step(value)
        size = len(y)
        n += size
        totals["loss"] += size * number
        for metric, function in metrics.items():
            totals[metric] += size * float(function(scores.detach(), y))
    if n == 0:
        raise ValueError(
            f"fit: {part} had no batches in epoch {epoch}. Give what can be gone through "
            f"again and again, a DataLoader or a list; a generator is used up at once."
        )
    return {f"{part}_{metric}": total / n for metric, total in totals.items()}


def _copied(state):
    return {name: value.detach().clone() for name, value in state.items()}


def _bar(progress, train, epochs):
    """A bar over the batches of all epochs, or None."""
    if not (_watched() if progress is None else progress):
        return None
    from tqdm import tqdm  # here, so that who sees no bar need not wait for it

    total = epochs * len(train) if hasattr(train, "__len__") else None
    return tqdm(total=total, unit="batch", leave=False)


def _with_bar(bar, batches, rows):
    """The same batches; the bar moves on with each, and says how the last epoch went."""
    if bar is not None:
        last = rows[-1] if rows else {}
        losses = {name: value for name, value in last.items() if name.endswith("_loss")}
        bar.set_description(f"epoch {len(rows) + 1}", refresh=False)
        bar.set_postfix(losses, refresh=False)
    for batch in batches:
        yield batch
        if bar is not None:
            bar.update()


def _watched():
    """Whether someone watches: at a terminal, or in a notebook that is run by hand."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    kernel = getattr(shell, "kernel", None)
    if (
        kernel is not None
    ):  # JupyterLab can ask for input, nbval and Jupyter Book cannot
        return bool(getattr(kernel, "_allow_stdin", False))
    return bool(sys.stderr and sys.stderr.isatty())
