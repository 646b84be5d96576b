import torch

g = torch.full((256,), 1e-23)
print(f"by hand             {256**0.5 * 1e-23:.1e}")
print(f"norm in float32     {g.norm():.1e}")
print(f"norm in float64     {g.double().norm():.1e}")
print(f"largest entry       {g.max():.1e}")
print(f"squared, exactly    {1e-23**2:.1e}")
print(f"squared in float32  {g[0] * g[0]:.1e}")
print(f"smallest subnormal  {torch.tensor(2.0) ** -149:.1e}")
