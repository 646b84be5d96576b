import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(100, 4)
y = (x[:, :1] * x[:, 1:2]).sign()
starts = {
    "all 0": lambda w: w.zero_(),
    "all 0.1": lambda w: w.fill_(0.1),
    "Xavier": nn.init.xavier_normal_,
}
for name, start in starts.items():
    net = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
    with torch.no_grad():
        for layer in (net[0], net[2]):
            start(layer.weight)
            layer.bias.zero_()
    sgd = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(500):
        loss = (net(x) - y).square().mean()
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    units = net[0].weight.detach().round(decimals=3).unique(dim=0).shape[0]
    print(f"{name:8} {units:2} different units, loss {loss:.2f}")
