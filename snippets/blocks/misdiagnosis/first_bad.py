import torch
from torch import nn

def first_bad(net, x, loss_of):
    seen = [("input", x), *net.named_parameters()]
    for name, layer in net.named_children():
        layer.register_forward_hook(
            lambda *a, name=name: seen.append((f"output of {name}", a[2])))
    loss = loss_of(net(x))
    seen.append(("loss", loss))
    loss.backward()
    seen += [(f"gradient of {n}", p.grad)
             for n, p in reversed(list(net.named_parameters()))]
    largest = 0.0
    for name, t in seen:
        if not t.isfinite().all():
            break
        largest = max(largest, t.abs().max().item())
    return f"{name}, largest number before it {largest:.0e}"

x = torch.linspace(-1, 1, 40).reshape(10, 4)
hole = x.clone()
hole[3, 2] = float("nan")
for case, batch, scale, loss_of in (
        ("NaN in the data", hole, 1, lambda z: (z - 1).square().mean()),
        ("log(0)", x, 90, lambda z: -(1 - z.sigmoid()).log().mean()),
        ("sqrt at 0", x, 1, lambda z: (z - z[0]).square().sqrt().mean()),
        ("growth", x, 1e25, lambda z: (z - 1).square().mean())):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    net[2].weight.data *= scale
    print(f"{case:16} first bad: {first_bad(net, batch, loss_of)}")
