import torch
from gradient_doctor import examine
from sklearn.datasets import load_digits
from torch import nn, optim

digits = load_digits()
x, y = torch.tensor(digits.data / 16), torch.tensor(digits.target)

def look(name, phi, depth, inputs, rate=0.1):
    torch.manual_seed(0)
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(64, 64, dtype=x.dtype), phi()]
    net = nn.Sequential(*layers, nn.Linear(64, 10, dtype=x.dtype))
    sgd, loss_fn = optim.SGD(net.parameters(), lr=rate), nn.CrossEntropyLoss()
    seen = examine(net, loss_fn, inputs[:200], y[:200], optimizer=sgd)
    for _ in range(200):
        sgd.zero_grad()
        loss_fn(net(inputs[:200]), y[:200]).backward()
        sgd.step()
    after = examine(net, loss_fn, inputs[:200], y[:200], optimizer=sgd)
    pinned, signal = seen.layers[0].saturated, seen.layers[0].signal_ratio
    print(f"{name:24}{pinned:7.0%}{signal:9.0e}"
          f"{after.layers[0].saturated:16.0%}  {seen.diagnosis}")

wild = 1000 * (x - x.mean(0))
print("layer 1                  pinned  signal  pinned at end")
look("tanh, inputs as they are", nn.Tanh, 3, wild)
look("tanh, rate times ten", nn.Tanh, 3, wild, 1.0)
look("tanh, inputs scaled", nn.Tanh, 3, wild / wild.std())
look("sigmoid, twelve layers", nn.Sigmoid, 12, x)
