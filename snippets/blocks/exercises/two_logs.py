logs = {"A": (4.5e-7, 0.2), "B": (1.9e-8, 2.1e-8)}
for name, (first, tenth) in logs.items():
    factor = (first / tenth) ** (1 / 9)
    print(f"net {name}, factor per layer  {factor:.3f}")
    print(f"net {name}, first of thirty   {tenth * factor**29:.1e}")
