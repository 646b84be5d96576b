import torch
from sklearn.datasets import load_digits
from torch.nn import functional as F

y = torch.tensor(load_digits().target)
n = len(y)
sure, yes = 100.0 * F.one_hot(y, 10), torch.ones(n)
column, mean = y[:, None].double(), y.double().mean()
for name, value in {
    "knows nothing, 2 classes": F.cross_entropy(torch.zeros(n, 2), y % 2),
    "knows nothing, 10 classes": F.cross_entropy(torch.zeros(n, 10), y),
    "all right": F.cross_entropy(sure, y),
    "all right, softmax twice": F.cross_entropy(sure.softmax(1), y),
    "all right, sigmoid twice": F.binary_cross_entropy_with_logits(yes, yes),
    "one output, cross entropy": F.cross_entropy(torch.randn(n, 1), 0 * y),
    "share of the largest class": y.bincount().max() / n,
    "squared error, always the mean": (y - mean).square().mean(),
    "squared error, right, (N, 1) - (N)": (column - y).square().mean(),
}.items():
    print(f"{name:36}{value:7.3f}")
