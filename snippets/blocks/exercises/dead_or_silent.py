import torch

z = torch.tensor([[0.5, -1.0, -0.2, -2.0],
                  [-0.3, -0.4, 1.1, 0.7],
                  [1.2, -0.1, 0.3, -0.6]])
x = torch.tensor([[1.0, 2.0], [0.5, -1.0], [-1.0, 1.0]])
z.requires_grad_()
torch.relu(z).sum().backward()
silent = z <= 0

print(f"zeros among the outputs    {silent.float().mean():.0%}")
print(f"units that are dead        {int(silent.all(0).sum())}")
print("gradient of unit 2's weights", (x.T @ z.grad)[:, 1].tolist())
print("gradient of unit 4's weights", (x.T @ z.grad)[:, 3].tolist())
