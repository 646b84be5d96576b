import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
x = torch.randn(8, 64)
thin, wide = nn.Linear(64, 1), nn.Linear(64, 128)

print(f"64 + 1 units    {tuple((x + thin(x)).shape)}, no complaint")
try:
    x + wide(x)
except RuntimeError as error:
    print(f"64 + 128 units  {str(error)[:48]}…")

pad = F.pad(torch.eye(64), (0, 64))  # as a matrix
project = nn.Linear(64, 128, bias=False).weight.detach()
for name, skip in (("zero-padded", pad), ("projected", project)):
    values = torch.linalg.svdvals(skip)
    print(f"{name:14}  stretches by {values[-1]:.2f} to {values[0]:.2f}")
