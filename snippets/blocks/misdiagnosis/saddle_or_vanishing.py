import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])

def run(depth, phi, start, noise):
    torch.manual_seed(0)
    net = nn.Sequential()
    for _ in range(depth):
        net.extend([nn.Linear(64, 64, dtype=x.dtype), phi()])
    net.append(nn.Linear(64, 10, dtype=x.dtype))
    for p in net.parameters():
        nn.init.normal_(p, std=start) if start else nn.init.zeros_(p)
        p.data += noise * torch.randn_like(p)
    opt = torch.optim.SGD(net.parameters(), lr=0.3)
    for step in range(101):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y)
        loss.backward()
        if step == 0:
            first, last = (net[i].weight.grad.norm() for i in (0, -1))
        opt.step()
    later = net[-1].weight.grad.norm()
    return f"{first:10.0e}{last:10.0e}{later:14.0e}{loss:12.1f}"

print("gradient of weights in      layer 1     last    at step 100  loss there")
for name, *case in (("all zero", 2, nn.Tanh, 0, 0),
                    ("all zero, shaken", 2, nn.Tanh, 0, 0.1),
                    ("vanishing", 15, nn.Sigmoid, 0.125, 0),
                    ("vanishing, shaken", 15, nn.Sigmoid, 0.125, 0.1)):
    print(f"{name:25}{run(*case)}")
