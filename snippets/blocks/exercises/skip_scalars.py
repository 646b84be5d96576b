for j in (-1.0, -0.5, -0.1, 0.0, 0.1):
    print(f"J = {j:4}: ten blocks keep {(1 + j) ** 10:.2g}")
