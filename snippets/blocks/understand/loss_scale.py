import torch
from torch import nn

torch.manual_seed(0)
layers = [nn.Linear(64, 64).half() for _ in range(20)]
x = torch.randn(32, 64).half()

print("zeros in dL/dh      layer 1  layer 10  layer 20")
for scale in (1, 2**16):
    states = [x]
    for layer in layers:
        states.append(torch.tanh(layer(states[-1])))
        states[-1].retain_grad()
    loss = states[-1].float().square().mean()
    (scale * loss).backward()
    shares = [(states[l].grad == 0).double().mean() for l in (1, 10, 20)]
    print(f"loss times {scale:5} " + "".join(f"{s:10.0%}" for s in shares))
