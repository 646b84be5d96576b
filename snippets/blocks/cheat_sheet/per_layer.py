import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential()
for _ in range(9):
    net.append(nn.Sequential(nn.Linear(64, 64), nn.Tanh()))

signal = {}
def keep(name):
    return lambda m, into, out: signal.update({name: out[0]})

for name, layer in net.named_children():
    layer.register_full_backward_hook(keep(name))
net(torch.randn(8, 64)).square().mean().backward()

for name in sorted(signal, key=int)[::4]:
    print(f"layer {name}  {signal[name].double().norm():.1e}")
