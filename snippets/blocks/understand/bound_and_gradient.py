import torch
from torch import nn

torch.manual_seed(0)
g = torch.randn(64).double()
g, bound = g / g.norm(), 1.0
for _ in range(30):
    W = nn.Linear(64, 64).weight.detach().double()
    g = W.T @ g
    bound *= torch.linalg.matrix_norm(W, 2)

print(f"bound     {bound:.1e}")
print(f"gradient  {g.norm():.1e}")
