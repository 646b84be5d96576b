import torch

s = torch.sigmoid(torch.tensor(2.0).double())
w = 1 / (s * (1 - s))
b = 2 - w * s

first = h = s.clone().requires_grad_()
for _ in range(30):
    h = torch.sigmoid(w * h + b)
h.backward()

print(f"slope at two             {1 / w:.3f}")
print(f"weight                   {w:.2f}")
print(f"bias                     {b:.2f}")
print(f"gain of thirty layers    {first.grad:.3f}")
