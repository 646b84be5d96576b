import torch

small, large = torch.tensor(1e-9), torch.tensor(0.5)
half = torch.finfo(torch.float16)
print(f"the small one, unscaled  {small.half():.0e}")
print(f"scale, at least          {half.smallest_normal / 1e-9:.1e}")
print(f"scale, at most           {half.max / 0.5:.1e}")
for k in (15, 16, 17):
    a, b = (small * 2**k).half(), (large * 2**k).half()
    print(f"2 to the {k}:  small {a:.2e}  large {b:.0f}")
fit = [k for k in range(25) if (large * 2**k).half().isfinite()
       and (small * 2**k).half() >= half.smallest_normal]
print(f"exponents that fit both  {fit}")
