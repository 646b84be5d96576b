import torch
from torch import nn

torch.manual_seed(0)
n = 1024
for name, a in (("ReLU", 0), ("leaky, 0.1", 0.1), ("leaky, √5", 5**0.5)):
    print(f"right for {name:10}  n Var W = {2 / (1 + a * a):.3f}")
drawn = nn.Linear(n, n).weight.double().var() * n
factor = (1 / 3 / 2) ** 0.5
print(f"nn.Linear draws  n Var W = {drawn:.3f}")
print(f"kept of a ReLU signal per layer  {factor:.3f}")
print(f"kept over 29 layers              {factor**29:.1e}")
