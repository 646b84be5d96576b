import torch
from gradient_doctor import watch
from sklearn.datasets import load_digits
from torch import nn, optim

digits = load_digits()
x = torch.tensor(digits.data / 16)
y = torch.tensor(digits.target)
torch.manual_seed(0)
layers = []
for _ in range(4):
    layers += [nn.Linear(64, 64, dtype=x.dtype), nn.ReLU()]
    nn.init.kaiming_normal_(layers[-2].weight)
net = nn.Sequential(*layers, nn.Linear(64, 10, dtype=x.dtype))
adam = optim.Adam(net.parameters(), lr=0.2)

with watch(net, adam, every=10, on_change=None) as patient:
    for step in range(41):
        rows = torch.randint(len(x), (64,))
        loss = nn.functional.cross_entropy(net(x[rows]), y[rows])
        adam.zero_grad()
        loss.backward()
        adam.step()
for number, diagnosis in patient.history:
    print(f"pass {number:2}: {diagnosis}")
