import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import cross_entropy, dropout

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])

def training_error(steps=60, drop=0.0, decay=0.0, skip=0, branch=1.0):
    torch.manual_seed(0)
    net = nn.ModuleList(nn.Linear(64, 64) for _ in range(40))
    for layer in net:
        nn.init.kaiming_normal_(layer.weight)
    net.append(nn.Linear(64, 10)).double()
    opt = torch.optim.AdamW(net.parameters(), 0.001, weight_decay=decay)
    for _ in range(steps + 1):
        h = x
        for layer in net[:-1]:
            h = skip * h + branch * dropout(torch.relu(layer(h)), drop)
        z = net[-1](h)
        opt.zero_grad()
        cross_entropy(z, y).backward()
        opt.step()
    return 100 * (z.argmax(1) != y).double().mean().item()

print("40 layers, training error in percent")
print(f"as it is        {training_error():4.0f}")
print(f"dropout 0.2     {training_error(drop=0.2):4.0f}")
print(f"weight decay 1  {training_error(decay=1.0):4.0f}")
print(f"more steps  {training_error(steps=120):4.0f}")
print(f"skips           {training_error(skip=1, branch=40**-0.5):4.0f}")
