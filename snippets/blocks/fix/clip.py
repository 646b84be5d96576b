import torch
from torch import nn

torch.manual_seed(0)
layers = [nn.Linear(64, 64).double() for _ in range(4)]
weights = [layer.weight for layer in layers]
h = torch.randn(32, 64).double()
for layer in layers:
    h = torch.sigmoid(layer(h))
h.square().sum().backward()
raw = [w.grad.clone() for w in weights]

def show(name):
    before = torch.cat([g.flatten() for g in raw])
    after = torch.cat([w.grad.flatten() for w in weights])
    cosine = torch.cosine_similarity(before, after, dim=0)
    sizes = "".join(f"{w.grad.norm():9.2g}" for w in weights)
    print(f"{name:9}{sizes}{cosine:9.2f}")

print("          layer 1  layer 2  layer 3  layer 4   cosine")
show("raw")
nn.utils.clip_grad_norm_(weights, 1.0)
show("by norm")
for i in range(4):
    weights[i].grad = raw[i].clone()
nn.utils.clip_grad_value_(weights, 0.1)
show("by value")
