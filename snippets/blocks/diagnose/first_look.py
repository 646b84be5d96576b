import copy

import torch
from sklearn.datasets import load_digits
from torch import nn

def first_look(model, loss_fn, optimizer, x, y):
    model, optimizer = copy.deepcopy((model, optimizer))
    for name, t, v in ("x", x, x.double()), ("y", y, y.double()):
        print(f"{name:9}{t.dtype} {[*t.shape]}, {v.min():.3g} to {v.max():.3g}"
              f", mean {v.mean():.2g}, spread {v.std(0).mean():.2g}"
              f", finite {v.isfinite().double().mean():.0%}")
    out, old = model(x), {p: p.detach().clone() for p in model.parameters()}
    mean = y.double().mean(0).to(out) if y.shape == out.shape else 0
    guess = min(loss_fn(torch.zeros_like(out) + c, y) for c in (0, mean))
    print(f"targets  {len(y.unique(dim=0))} different, outputs {[*out.shape]}")
    print(f"outputs  spread {out.double().std(0).mean():.0e}")
    print(f"loss     {loss_fn(out, y):.3g}, of a constant guess {guess:.3g}")
    optimizer.zero_grad()
    loss_fn(out, y).backward()
    optimizer.step()
    print("rate    ", *(f"{g['lr']:.0e}" for g in optimizer.param_groups))
    held = {p for g in optimizer.param_groups for p in g["params"]} & {*old}
    moved = {p for p in old if not p.equal(old[p])}
    for what, some in ("all", old), ("in optimizer", held), ("moved", moved):
        print(f"weights  {what} {sum(p.numel() for p in some)}")
    grads = [p.grad for p in old if p.ndim > 1]
    print("gradient", *("none" if g is None else f"{g.double().norm():.1e}"
                        for g in grads))

digits = load_digits()
x = torch.tensor(digits.data[:64] / 16).float()
y = torch.tensor(digits.target[:64])
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(),
                    nn.Linear(64, 10))
sgd = torch.optim.SGD(net.parameters(), lr=0.1)
first_look(net, nn.CrossEntropyLoss(), sgd, x, y)
