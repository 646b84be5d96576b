import torch
from torch import nn
from torch.nn import functional as F

z = torch.linspace(-8, 8, 100_001, dtype=torch.float64, requires_grad=True)
share = torch.exp(-z.detach() ** 2 / 2)
share /= share.sum()

print("activation  E[slope^2]  gain  calculate_gain")
for name, phi in {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "selu": F.selu,
    "gelu": F.gelu,
}.items():
    (slope,) = torch.autograd.grad(phi(z).sum(), z)
    mean_square = (share * slope**2).sum()
    try:
        pytorch = f"{nn.init.calculate_gain(name):.2f}"
    except ValueError:
        pytorch = "none"
    print(f"{name:10}  {mean_square:10.3f}  {mean_square**-0.5:.2f}  {pytorch}")
