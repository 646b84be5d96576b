import torch
from torch import nn
from torch.nn.functional import cross_entropy

y = torch.arange(100) % 10
print("ReLU, He weights  outputs  first loss  signal at layer 1 / 30")
for scale in 0.5, 1, 2:
    torch.manual_seed(0)
    h = [torch.randn(100, 128).double()]
    for _ in range(30):
        layer = nn.Linear(128, 128, bias=False, dtype=torch.float64)
        nn.init.kaiming_normal_(layer.weight)
        h.append(torch.relu(scale * layer(h[-1])))
        h[-1].retain_grad()
    out = nn.Linear(128, 10, dtype=torch.float64)(h[-1])
    loss = cross_entropy(out, y)
    loss.backward()
    spread = out.std(0).mean()
    ratio = h[1].grad.norm() / h[-1].grad.norm()
    print(f"times {scale:<10}{spread:10.0e}{loss:12.3g}{ratio:20.0e}")
