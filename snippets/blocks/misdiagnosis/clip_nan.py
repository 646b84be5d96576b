import torch
from torch import nn

x = torch.linspace(-1, 1, 40).reshape(10, 4)

def step(bad, clip):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    before = torch.cat([p.detach().flatten() for p in net.parameters()])
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    net(x).square().mean().backward()
    net[2].bias.grad += float(bad)
    if clip:
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    opt.step()
    after = torch.cat([p.detach().flatten() for p in net.parameters()])
    same = (after == before).sum()
    return f"{(~after.isfinite()).sum():2} not finite, {same:2} did not move"

print("49 parameters, the gradient of one of them is bad")
for bad in "nan", "inf":
    print(f"{bad}, plain step:   {step(bad, False)}")
    print(f"{bad}, clipped step: {step(bad, True)}")
