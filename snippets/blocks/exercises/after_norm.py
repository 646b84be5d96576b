import math

slope = 1 / 2  # mean square of ReLU's slope
square = 1 / 2  # mean square of its output, for a standard normal
mean = 1 / math.sqrt(2 * math.pi)

layer = math.sqrt(slope / square)
batch = math.sqrt(slope / (square - mean**2))
print(f"LayerNorm, per layer      {layer:.4f}")
print(f"BatchNorm, per layer      {batch:.4f}")
limit = math.sqrt(math.pi / (math.pi - 1))
print(f"root of π over (π - 1)    {limit:.4f}")
print(f"BatchNorm, thirty layers  {batch**30:.0f}")
