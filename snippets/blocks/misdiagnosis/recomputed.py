import warnings

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

warnings.simplefilter("ignore")

def run(reentrant, leaf=False, forgets=False, lr=0.0, steps=1):
    torch.manual_seed(0)
    x = torch.randn(64, 16, dtype=torch.float64)
    y = x.roll(1, 1).tanh()
    body = nn.Sequential(nn.Linear(16, 32), nn.Tanh(), nn.Linear(32, 32))
    head, scale = nn.Linear(32, 16).double(), [1.0]
    body.double()

    def part(h):
        return torch.tanh(scale[0] * body(h))

    opt = torch.optim.SGD([*body.parameters(), *head.parameters()], lr=lr)
    for _ in range(steps):
        scale[0], h = 1.0, x.clone().requires_grad_(leaf)
        plain = reentrant is None
        h = part(h) if plain else checkpoint(part, h, use_reentrant=reentrant)
        scale[0] = 0.5 if forgets else 1.0
        loss = (head(h) - y).square().mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    g = body[0].weight.grad
    size = "None" if g is None else f"{g.norm():.4f}"
    return f"{size:>14}{loss:10.2f}"

print("                              body's gradient, step 1      loss, 500")
for name, *case in (("no checkpoint", None), ("non-reentrant", False),
                    ("reentrant", True),
                    ("reentrant, x needs grad", True, True),
                    ("non-reentrant, scale lost", False, False, True)):
    first = run(*case).split()[0]
    last = run(*case, lr=0.5, steps=500).split()[1]
    print(f"{name:26}{first:>20}{last:>20}")
