import tempfile
from pathlib import Path

import torch
from matplotlib import pyplot as plt
from torch import nn

torch.manual_seed(0)
net = nn.Sequential()
for _ in range(20):
    net.extend([nn.Linear(64, 64), nn.Sigmoid()])
net(torch.randn(64, 64)).square().mean().backward()

print("layer   5 % below     median   5 % above   below 1e-12")
for l in (1, 10, 20):
    g = net[2 * l - 2].weight.grad.double().abs().flatten()
    plt.hist(g[g > 0].log10().numpy(), bins=40, label=f"layer {l}")
    low, middle, high = g.quantile(torch.tensor([0.05, 0.5, 0.95]).double())
    hidden = (g < 1e-12).double().mean()
    print(f"{l:5}{low:12.1e}{middle:11.1e}{high:12.1e}{hidden:14.0%}")
plt.xlabel("power of ten of an entry of dL/dW")
plt.legend()
plt.savefig(Path(tempfile.gettempdir(), "gradients.png"))
