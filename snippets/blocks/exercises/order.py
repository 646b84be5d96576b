import torch

W = torch.tensor([[1.0, 2.0], [0.0, 1.0]])
D = torch.diag(torch.tensor([1.0, 0.1]))
g = torch.tensor([1.0, 1.0])

for name, back in (("weights, then slopes", D @ (W.T @ g)),
                   ("slopes, then weights", W.T @ (D @ g))):
    a, b = back.tolist()
    print(f"{name}  ({a:.1f}, {b:.1f})  length {back.norm():.2f}")
