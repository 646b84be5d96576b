import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
W1 = torch.tensor([[1.0, -1.0], [1.0, 1.0]], requires_grad=True)
W2 = torch.tensor([[2.0, 1.0], [-1.0, 1.0]], requires_grad=True)
h1 = torch.relu(W1 @ x)
h2 = torch.relu(W2 @ h1)
h1.retain_grad()
h2[0].backward()

print("outputs of layer 1 ", h1.tolist())
print("outputs of layer 2 ", h2.tolist())
print("signal at layer 1  ", h1.grad.tolist())
print("signal at the input", x.grad.tolist())
print("gradient of W1     ", W1.grad.tolist())
print("gradient of W2     ", W2.grad.tolist())
