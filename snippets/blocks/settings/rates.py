import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:64] / 16)
y = torch.tensor(digits.target[:64])

def look(name, rate, depth=1, phi=nn.ReLU):
    torch.manual_seed(0)
    net = nn.Sequential()
    for i in range(depth):
        net.extend([nn.Linear(32 if i else 64, 32, dtype=x.dtype), phi()])
    net.append(nn.Linear(32, 10, dtype=x.dtype))
    sgd, losses = torch.optim.SGD(net.parameters(), lr=rate), []
    old = net[0].weight.detach().clone()
    for _ in range(301):
        loss = nn.functional.cross_entropy(net(x), y)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        losses.append(loss.item())
        if len(losses) == 1:
            moved = (net[0].weight - old).norm() / old.norm()
    reached = next((i for i, z in enumerate(losses) if z < 0.5), "-")
    said = [f"{z:.2f}" if z < 2.5 else "high"
            for z in (losses[i] for i in (1, 30, 300))]
    print(f"{name:24}{moved:8.0e}{reached:>8}"
          f"{said[0]:>9}{said[1]:>7}{said[2]:>7}")

print("                        step/W  to 0.5  loss: 1     30    300")
for rate in (30, 1, 0.1, 0.01, 0.0001):
    look(f"rate {rate}", rate)
look("rate 0.0001, more layers", 0.0001, depth=2)
look("rate 1, vanishing", 1, 8, nn.Sigmoid)
