import torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
n, blocks = 128, 100
alpha = (4 ** (1 / blocks) - 1) ** 0.5


def growth(alpha):
    g = torch.randn(n)
    start = g.norm()
    for _ in range(blocks):
        W = torch.randn(n, n) / n**0.5
        g = g + alpha * (W.T @ g)
    return g.norm() / start


print(f"unscaled, predicted   {2 ** (blocks / 2):.1e}")
print(f"largest alpha         {alpha:.3f}")
runs = sorted(growth(alpha).item() for _ in range(21))
print(f"median of its growth  {runs[10]:.1f}")
print(f"alpha 0.1, predicted  {(1 + 0.1**2) ** (blocks / 2):.2f}")
