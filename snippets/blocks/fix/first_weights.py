import torch
from torch import nn

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
layers = [nn.Linear(256, 256) for _ in range(30)]


def reach():
    first = h = torch.relu(layers[0](torch.randn(1, 256)))
    for layer in layers[1:]:
        h = torch.relu(layer(h))
    top = torch.randn(1, 256)
    (signal,) = torch.autograd.grad(h, first, top)
    return signal.norm() / top.norm()


print(f"as they come    {reach():.1e}")
for layer in layers:
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)
print(f"He              {reach():.1e}")
for layer in layers:
    nn.init.orthogonal_(layer.weight, gain=2**0.5)
print(f"orthogonal, √2  {reach():.1e}")
