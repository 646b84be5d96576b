import torch
from torch import nn

def count(bad):
    return "all" if bad.all() else "some" if bad.any() else "none"

def run(dtype, inside=None, scale=1.0, eps=1e-4):
    torch.manual_seed(0)
    x = 200 * torch.randn(64, 16)
    x[:, 0] = 0
    y = (x[:, 1:2] > 0).to(dtype)
    body, head = nn.Linear(16, 16, bias=False), nn.Linear(16, 1)
    body, head, x = body.to(dtype), head.to(dtype), x.to(dtype)
    opt = torch.optim.Adam([*body.parameters(), *head.parameters()], eps=eps)
    square = body(x).to(inside or dtype).square()
    share = square / square.sum(1, keepdim=True)
    loss = (head(share.to(dtype)) - y).float().square().mean()
    (loss * scale).backward()
    g = body.weight.grad / scale
    opt.step()
    return (f"{square.max():9.0e}{loss:8.1f}{count(~g.isfinite()):>12}"
            f"{count(~body.weight.isfinite()):>9}")

half, full = torch.float16, torch.float32
print("not finite                  largest    loss  gradients  weights")
print("float16                   ", run(half))
print("bfloat16                  ", run(torch.bfloat16))
print("float32                   ", run(full))
print("float16, part in float32 ", run(half, full))
print("the same, loss times 1e9  ", run(half, full, 1e9))
print("the same, Adam's eps 1e-8 ", run(half, full, eps=1e-8))
print("float32,  Adam's eps 1e-8 ", run(full, eps=1e-8))
