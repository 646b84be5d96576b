import torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
weight, bias, n, depth = 1.0, 0.5, 256, 30  # sigma_w, sigma_b

x, q = torch.randn(100_000), torch.tensor(1.0)
for _ in range(50):
    q = weight**2 * torch.tanh(q.sqrt() * x).square().mean() + bias**2
slope = 1 - torch.tanh(q.sqrt() * x) ** 2
chi = weight**2 * slope.square().mean()

first = h = torch.randn(n).requires_grad_()
for _ in range(depth):
    W, b = weight * torch.randn(n, n) / n**0.5, bias * torch.randn(n)
    h = torch.tanh(W @ h + b)
top = torch.randn(n)
(g,) = torch.autograd.grad(h, first, top)
measured = (g.norm() / top.norm()) ** (1 / depth)

print(f"predicted factor per layer  {chi.sqrt():.2f}")
print(f"measured factor per layer   {measured:.2f}")
