import math

print(f"half open, 20 steps   {0.5**20:.1e}")
f = 0.5 ** (1 / 100)
print(f"gate that is needed   {f:.4f}")
print(f"its bias              {math.log(f / (1 - f)):.2f}")
f = 1 / (1 + math.exp(-3))
print(f"with a bias of 3      {f:.3f} per step")
print(f"kept after 100 steps  {f**100:.1e}")
