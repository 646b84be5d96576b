import torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
n = 512


def stack(size, depth, norm):
    x = h = torch.randn(n).relu().square().requires_grad_()
    for _ in range(depth):
        z = size * torch.randn(n, n) @ h / n**0.5
        z = z / z.square().mean().sqrt() if norm else z
        h = torch.relu(z).square()
    g = torch.randn(n)
    (back,) = torch.autograd.grad(h, x, g)
    return h.norm().item(), (back.norm() / g.norm()).item() ** (1 / depth)


for size in (0.6, 1.0):
    outputs, _ = stack(size, 6, False)
    print(f"size {size}, norm after 6 layers {outputs:.0e}")
print(f"normalized, predicted factor  {(4 / 3) ** 0.5:.3f}")
factors = sorted(stack(1.0, 10, True)[1] for _ in range(21))
print(f"normalized, measured factor   {factors[10]:.2f}")
