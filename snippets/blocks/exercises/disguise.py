import torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
n, depth = 256, 30
W = torch.randn(depth, n, n) / n**0.5
start, g = torch.tanh(torch.randn(n)), torch.randn(n)


def kept(step, h):
    first = h.requires_grad_()
    for A in W:
        h = step(A, h)
    (back,) = torch.autograd.grad(h, first, g)
    return (back.norm() / g.norm()) ** (1 / depth)


tanh = kept(lambda A, h: torch.tanh(A @ h), start.clone())
half = kept(lambda A, h: torch.sigmoid(4 * A @ h - 2 * A.sum(1)),
            (1 + start) / 2)
plain = kept(lambda A, h: torch.sigmoid(A @ h), (1 + start) / 2)
print(f"tanh, Xavier             {tanh:.6f}")
print(f"sigmoid, four times that {half:.6f}")
print(f"sigmoid, Xavier          {plain:.3f}")
