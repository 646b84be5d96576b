import torch
from sklearn.datasets import load_digits
from torch import nn

def look(model, optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    optimizer.step()
    found = dict(model.named_parameters())
    print("weights      dL/dW zeros   dL/db  step/W")
    for name, p in found.items():
        bias = found.get(name.removesuffix("weight") + "bias")
        bias = getattr(bias, "grad", None)
        if p.grad is None:
            print(f"{name:10} no gradient")
        if p.grad is None or p.ndim < 2:
            continue
        g, old = p.grad.double(), before[name].double()
        zeros = f"{(g == 0).double().mean():6.0%}"
        step = (p.detach().double() - old).norm() / old.norm()
        b = "-" if bias is None else f"{bias.double().norm():.1e}"
        print(f"{name:10}{g.norm():8.1e}{zeros}{b:>8}{step:8.1e}")

digits = load_digits()
x = torch.tensor(digits.data[:64] / 16).float()
y = torch.tensor(digits.target[:64])
torch.manual_seed(0)
net = nn.Sequential()
for _ in range(11):
    net.extend([nn.Linear(64, 64), nn.Sigmoid()])
net.append(nn.Linear(64, 10))
sgd = torch.optim.SGD(net.parameters(), lr=0.1)
look(net, sgd, nn.functional.cross_entropy(net(x), y))
