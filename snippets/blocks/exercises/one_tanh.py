import math

w, h, product = 3.0, 0.1, 1.0
for step in range(1, 31):
    h = math.tanh(w * h)
    factor = w * (1 - h * h)
    product *= factor
    if step <= 3:
        print(f"step {step}: state {h:.3f}, factor {factor:.3f}")
print(f"settled state     {h:.4f}")
print(f"settled factor    {factor:.4f}")
print(f"after {step} steps    {product:.1e}")
