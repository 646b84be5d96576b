import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])

def look(name, phi, rate, steps):
    torch.manual_seed(0)
    net = nn.Sequential()
    for _ in range(6):
        net.extend([nn.Linear(64, 64, dtype=x.dtype), phi()])
        nn.init.kaiming_normal_(net[-2].weight)
    net.append(nn.Linear(64, 10, dtype=x.dtype))
    opt = torch.optim.Adam(net.parameters(), lr=rate)
    for step in range(steps + 1):
        opt.step()
        opt.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
    for i in range(6):
        dead = (net[: 2 * i + 2](x) == 0).all(0).sum()
        rows = net[2 * i].weight.grad.norm(dim=1)
        some = f"{rows[rows > 0].median():.0e}" if rows.any() else "none"
        print(f"{name}, layer {i + 1}: dead {dead:2}, "
              f"zero rows {(rows == 0).sum():2}, other rows {some}")

look("vanishing", nn.Sigmoid, 0, 0)
look("dying", nn.ReLU, 0.05, 20)
look("dead", nn.ReLU, 0.2, 10)
