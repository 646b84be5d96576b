import torch
from gradient_doctor import examine
from sklearn.datasets import load_digits
from torch import nn, optim

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])
odd = x.clone()
odd[0] *= 1e6

def look(name, batch=x, scale=1, rate=0.01):
    torch.manual_seed(0)
    layers = []
    for _ in range(16):
        layers += [nn.Linear(64, 64, dtype=x.dtype), nn.ReLU()]
        nn.init.kaiming_normal_(layers[-2].weight)
        layers[-2].weight.data *= scale
    net = nn.Sequential(*layers, nn.Linear(64, 10, dtype=x.dtype))
    sgd, loss_fn = optim.SGD(net.parameters(), lr=rate), nn.CrossEntropyLoss()
    seen = examine(net, loss_fn, batch, y, optimizer=sgd)
    for _ in range(100):
        sgd.zero_grad()
        loss_fn(net(batch), y).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        sgd.step()
    first = seen.layers[0]
    print(f"{name:16}{first.weight_grad:9.0e}{first.signal_ratio:12.0e}"
          f"{loss_fn(net(x), y):14.2g}  {seen.diagnosis}")

print("                 dL/dW 1  first/last  loss, clipped")
look("nothing wrong")
look("weights times 3", scale=3)
look("one odd image", odd)
look("rate too large", rate=1e4)
