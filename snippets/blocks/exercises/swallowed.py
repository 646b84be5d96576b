import torch

step = torch.tensor(1e-8)
for weight in (1.0, 0.25, 0.24, 0.1):
    w = torch.tensor(weight)
    print(f"weight {weight:4}  moves: {bool(w + step != w)}")

k = 0
while 2.0 ** (k - 24) > 1e-8:
    k -= 1
print(f"swallowed from {2.0 ** (k + 1)} on")
