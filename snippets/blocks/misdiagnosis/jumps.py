import torch
from gradient_doctor import examine
from sklearn.datasets import load_digits
from torch import nn, optim

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])

def look(name, rate, reduction="mean"):
    torch.manual_seed(0)
    layers = []
    for _ in range(4):
        layers += [nn.Linear(64, 64, dtype=x.dtype), nn.ReLU()]
        nn.init.kaiming_normal_(layers[-2].weight)
    net = nn.Sequential(*layers, nn.Linear(64, 10, dtype=x.dtype))
    sgd, losses = optim.SGD(net.parameters(), lr=rate), []
    loss_fn = nn.CrossEntropyLoss(reduction=reduction)
    said = examine(net, loss_fn, x, y, optimizer=sgd).diagnosis
    for _ in range(101):
        sgd.zero_grad()
        loss = loss_fn(net(x), y)
        loss.backward()
        sgd.step()
        losses.append(loss.item() / (1 if reduction == "mean" else len(x)))
    learned = "yes" if losses[-1] < 1 else "no"
    print(f"{name:20}{losses[0]:6.1f}{losses[1]:8.1e}{learned:>9}  {said}")

print("loss for an image     start  step 1  learned")
look("rate 0.1", 0.1)
look("rate 100", 100)
look("summed, rate 0.1", 0.1, "sum")
look("summed, rate 0.1/200", 0.1 / 200, "sum")
