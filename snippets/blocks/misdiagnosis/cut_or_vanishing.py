import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])

print("first layer         grad, step 1  grad, step 20   weights moved by")
for case in ("normal", "frozen", "detached", "not in optimizer", "times 0",
             "vanishing"):
    torch.manual_seed(0)
    phi = nn.Sigmoid if case == "vanishing" else nn.Tanh
    net = nn.Sequential()
    for _ in range(8):
        net.extend([nn.Linear(64, 64), phi()])
    net.append(nn.Linear(64, 10)).double()
    if case == "frozen":
        net[0].requires_grad_(False)
    trained = net[2:] if case == "not in optimizer" else net
    opt = torch.optim.SGD(trained.parameters(), lr=0.1)
    first, before, seen = net[0].weight, net[0].weight.detach().clone(), []
    for _ in range(20):
        h = net[:2](x) * (case != "times 0")
        h = h.detach() if case == "detached" else h
        opt.zero_grad()
        nn.functional.cross_entropy(net[2:](h), y).backward()
        opt.step()
        g = first.grad
        seen.append("None" if g is None else f"{g.norm():.1e}")
    moved = (first - before).norm() / before.norm()
    print(f"{case:18}{seen[0]:>14}{seen[-1]:>15}{moved:19.1e}")
