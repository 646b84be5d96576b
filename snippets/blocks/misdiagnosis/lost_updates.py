import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(200, 16)
y = torch.tanh(x @ torch.randn(16, 4) / 2)
half = torch.bfloat16

def run(dtype, rate, autocast=False):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(16, 32), nn.Tanh(), nn.Linear(32, 4))
    opt = torch.optim.SGD(net.to(dtype).parameters(), lr=rate)
    for _ in range(600):
        with torch.autocast("cpu", half, enabled=autocast):
            out = net(x.to(dtype))
        loss = (out.float() - y).square().mean()
        opt.zero_grad()
        loss.backward()
        before = net[0].weight.detach().clone()
        opt.step()
    moved = (net[0].weight != before).double().mean().item()
    size = "near 1e-03" if 3e-4 < loss < 3e-3 else f"{loss:.0e}"
    return f"{'all' if moved > 0.9 else 'few':>11}{size:>14}"

print("after 600 steps            weights move     loss")
for name, *case in (("float32", torch.float32, 0.01),
                    ("bfloat16", half, 0.01),
                    ("float32 in autocast", torch.float32, 0.01, True),
                    ("float32, rate times 200", torch.float32, 2.0),
                    ("bfloat16, rate times 200", half, 2.0),
                    ("bfloat16, rate times 300", half, 3.0)):
    print(f"{name:26}{run(*case)}")
