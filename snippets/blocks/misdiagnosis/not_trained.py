import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])

class Net(nn.Module):
    def __init__(self, case):
        super().__init__()
        torch.manual_seed(0)
        layers = [nn.Linear(64, 64, dtype=x.dtype) for _ in range(3)]
        layers[0].requires_grad_(case != "frozen")
        plain = case[:10] == "plain list"
        self.layers = layers if plain else nn.ModuleList(layers)
        self.head = nn.Linear(64, 10, dtype=x.dtype)

    def forward(self, h):
        for layer in self.layers:
            h = torch.tanh(layer(h))
        return self.head(h)

print("of 8 parameters        in model  need grad  in optimizer  moved   loss")
for case, rate in (("all trained", 0.3), ("frozen", 0.3), ("left out", 0.3),
                   ("plain list", 0.3), ("head replaced", 0.3),
                   ("plain list, rate x 5", 1.5)):
    net = Net(case)
    known = net.layers if case == "left out" else net
    opt = torch.optim.SGD(known.parameters(), lr=rate)
    if "replaced" in case:
        net.head = nn.Linear(64, 10, dtype=x.dtype)
    every = [p for m in (*net.layers, net.head) for p in m.parameters()]
    held = [p for group in opt.param_groups for p in group["params"]]
    before = [p.detach().clone() for p in every]
    for _ in range(100):
        loss = nn.functional.cross_entropy(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    inside = list(net.parameters())
    need = sum(p.requires_grad for p in inside)
    used = sum(any(p is q for q in held) for p in every)
    moved = sum(not p.equal(q) for p, q in zip(every, before, strict=True))
    print(f"{case:19}{len(inside):11}{need:11}{used:14}{moved:7}{loss:8.2f}")
