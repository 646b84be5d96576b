import torch
from gradient_doctor import examine
from sklearn.datasets import load_digits
from torch import nn, optim

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16).float()
y = torch.tensor(digits.target[:200])

def net(phi=nn.ReLU, draw=nn.init.kaiming_normal_):
    torch.manual_seed(0)
    layers = []
    for _ in range(10):
        layers += [nn.Linear(64, 64), phi()]
        draw(layers[-2].weight)
    return nn.Sequential(*layers, nn.Linear(64, 10))

def report(name, net, rate=0.1, held=None):
    sgd = optim.SGD((held or net).parameters(), lr=rate)
    found = examine(net, nn.CrossEntropyLoss(), x, y, optimizer=sgd)
    first = found.findings[0]
    where = ", ".join(first.layers[:4]) or "-"
    print(f"{name:21}{first.code:25}{where}")

report("nothing wrong", net())
report("sigmoid by habit", net(nn.Sigmoid))
report("weights times 50", net(nn.Tanh, lambda w: nn.init.normal_(w, std=5)))
report("weights all equal", net(draw=lambda w: nn.init.constant_(w, 0.05)))
report("rate 1e-10", net(), rate=1e-10)
dead = net()
dead[4].bias.data.fill_(-30)
report("bias far below zero", dead)
late = net()
report("left out of SGD", late, held=late[2:])
