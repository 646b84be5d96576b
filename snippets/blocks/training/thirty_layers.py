import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:100] / 8 - 1)
y = torch.tensor(digits.target[:100])

def train(name, phi, gain, rate, skip=0, scale=1):
    torch.manual_seed(0)
    layers = nn.ModuleList(nn.Linear(64, 64, dtype=x.dtype) for _ in range(30))
    out = nn.Linear(64, 10, dtype=x.dtype)
    for layer in layers:
        nn.init.normal_(layer.weight, std=gain / 8)
        nn.init.zeros_(layer.bias)
    start = [layer.weight.detach().clone() for layer in layers]
    opt = torch.optim.SGD([*layers.parameters(), *out.parameters()], rate)
    for _ in range(30):
        h = x
        for layer in layers:
            h = skip * h + scale * phi(layer(h))
        loss = nn.functional.cross_entropy(out(h), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    first, last = (((layers[i].weight - start[i]).norm()
                    / start[i].norm()).item() for i in (0, 29))
    print(f"{name:13}{loss:5.2f}{first:9.1e}{last:9.1e}")

print("30 steps      loss  1 moved 30 moved")
train("sigmoid", torch.sigmoid, 1, rate=0.5)
train("tanh, Xavier", torch.tanh, 1, rate=0.05)
train("ReLU, He", torch.relu, 2**0.5, rate=0.05)
train("scaled skips", torch.relu, 2**0.5, rate=0.05, skip=1, scale=30**-0.5)
