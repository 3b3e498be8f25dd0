"""The engine's speed against PyTorch's: `make bench`.

workloads.py  what is timed: models as a reader writes them, for either engine
scalar_net.py the same for scalar.Value   baseline.py  what that is compared with
timing.py     the clock: in turn, pairs   report.py    the table
mnist.py      accuracy and CPU seconds on MNIST, by the source articles' recipe and by ours
"""
