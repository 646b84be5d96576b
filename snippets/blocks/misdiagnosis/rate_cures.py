import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])

def losses(phi, rate, skip):
    torch.manual_seed(0)
    net = nn.ModuleList(nn.Linear(64, 64, dtype=x.dtype) for _ in range(8))
    for layer in net:
        nn.init.xavier_normal_(layer.weight)
    net.append(nn.Linear(64, 10, dtype=x.dtype))
    opt = torch.optim.SGD(net.parameters(), lr=rate)
    for _ in range(101):
        h = x
        for layer in net[:-1]:
            h = skip * h + phi(layer(h))
        loss = nn.functional.cross_entropy(net[-1](h), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        yield loss.item()

for phi, rate, skip in ((torch.tanh, 1e-4, 0), (torch.tanh, 1e-4, 1),
                        (torch.tanh, 0.1, 0), (torch.sigmoid, 1e-4, 0),
                        (torch.sigmoid, 0.1, 0), (torch.sigmoid, 10, 0),
                        (torch.sigmoid, 0.1, 1)):
    name = f"{phi.__name__}, rate {rate}{', skips' * skip}"
    first, *_, last = losses(phi, rate, skip)
    print(f"{name:28} loss {first:.1f}, after 100 steps {last:.1f}")
