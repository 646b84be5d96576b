import torch

W = torch.tensor([[0.5, 10.0], [0.0, 0.5]]).double()
print(f"spectral radius         {torch.linalg.eigvals(W).abs().max():.2f}")
largest = torch.linalg.svdvals(W)[0]
print(f"largest singular value  {largest:.2f}")

g = torch.tensor([1.0, 0.0]).double()
for step in range(1, 41):
    g = W.T @ g
    if step in (1, 2, 5, 10, 20, 40):
        print(f"after {step:2} steps, length  {g.norm():.2g}")
print(f"the bound after 40      {largest**40:.1e}")
