import torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
n, depth = 128, 50


def kept(draw):
    x = h = torch.randn(n).requires_grad_()
    for _ in range(depth):
        h = (draw() @ h).abs()
    g = torch.randn(n)
    (back,) = torch.autograd.grad(h, x, g)
    return (back.norm() / g.norm()).item()


normal = sorted(kept(lambda: torch.randn(n, n) / n**0.5)
                for _ in range(21))
orthogonal = kept(lambda: torch.linalg.qr(torch.randn(n, n))[0])
print(f"normal weights, median of 21  {normal[10]:.2f}")
print(f"least and most of the 21      {normal[0]:.2f} {normal[-1]:.2f}")
print(f"orthogonal weights            {orthogonal:.6f}")
