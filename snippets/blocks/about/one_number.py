import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)


def first_weight_gradient(seed):
    torch.manual_seed(seed)
    layers = [nn.Linear(64, 64).double() for _ in range(30)]
    h = torch.randn(8, 64).double()
    for layer in layers:
        h = torch.sigmoid(layer(h))
    h.pow(2).mean().backward()
    return layers[0].weight.grad.norm().item()


norms = [first_weight_gradient(seed) for seed in range(200)]
low, median, high = np.percentile(norms, [5, 50, 95])
print(f"median of {len(norms)} seeds  {median:.1e}")
print(f"5 % to 95 %          {low:.1e} to {high:.1e}")
