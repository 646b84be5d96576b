import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

digits = load_digits()

def by_hand(z, y):
    p, y = z[:, 0].sigmoid(), y[:, 0]
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()

def run(rate, clip, pixel, loss_of, optimizer, depth, branch):
    torch.manual_seed(0)
    x = torch.tensor(digits.data[:200]).float()
    y = F.one_hot(torch.tensor(digits.target[:200]), 10).float()
    x[150, 20] = pixel
    net = nn.ModuleList(nn.Linear(64, 64) for _ in range(depth))
    net.append(nn.Linear(64, 10))
    opt = optimizer(net.parameters(), lr=rate)
    for step in range(80):
        batch = slice(20 * step % 200, 20 * step % 200 + 20)
        h = x[batch]
        for layer in net[:-1]:
            h = (depth > 3) * h + branch * torch.relu(layer(h))
        loss = loss_of(net[-1](h), y[batch])
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), clip)
        opt.step()
        if not net[-1].bias.isfinite().all():
            return f"step {step + 1}"
    return "learns" if loss < 1 else "stuck"

SGD, Adam, nan = torch.optim.SGD, torch.optim.Adam, float("nan")
print("NaN comes           at the rate  at a third  when clipped")
for name, rate, *case in (
        ("NaN in the data", 0.01, nan, F.cross_entropy, SGD, 3, 1),
        ("log(0)", 0.02, 0, by_hand, Adam, 3, 1),
        ("too large a rate", 1, 0, F.mse_loss, SGD, 3, 1),
        ("explosion", 0.01, 0, F.cross_entropy, SGD, 30, 1),
        ("smaller branches", 0.01, 0, F.cross_entropy, SGD, 30, 0.2)):
    print(f"{name:18}", *(f"{run(rate / r, clip, *case):>12}"
                          for r, clip in ((1, 1e9), (3, 1e9), (1, 1))))
