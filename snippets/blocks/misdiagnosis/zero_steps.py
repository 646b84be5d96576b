import torch
from torch import nn

x = torch.linspace(-1, 1, 128).reshape(8, 16)

def step(dtype, optimizer, **options):
    torch.manual_seed(0)
    net = nn.Sequential()
    for _ in range(30):
        net.extend([nn.Linear(16, 16), nn.Sigmoid()])
    net.to(dtype)
    before = net[0].weight.detach().clone()
    opt = optimizer(net.parameters(), lr=0.1, **options)
    net(x.to(dtype)).square().mean().backward()
    opt.step()
    after = net[0].weight.detach()
    finite = after.isfinite()
    return f"{(after != before)[finite].sum():7} {(~finite).sum():12}"

SGD, Adam = torch.optim.SGD, torch.optim.Adam
print("of 256 first-layer weights, one step  changes   makes inf")
print("SGD, float32                       ", step(torch.float32, SGD))
print("SGD, float64                       ", step(torch.float64, SGD))
print("Adam, float32                      ", step(torch.float32, Adam))
print("Adam with eps 0, float32           ", step(torch.float32, Adam, eps=0))
print("Adam with eps 0, float64           ", step(torch.float64, Adam, eps=0))
