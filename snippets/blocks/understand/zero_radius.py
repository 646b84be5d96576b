import numpy as np

A = np.array([[0.0, 2.0], [0.0, 0.0]])
B = A.T


def radius(M):
    return abs(np.linalg.eigvals(M)).max()


ten_times = np.linalg.matrix_power(A, 10)
in_turn = np.linalg.matrix_power(A @ B, 5)
print(f"spectral radius of A     {radius(A):.0f}")
print(f"spectral radius of B     {radius(B):.0f}")
print(f"A ten times              {np.linalg.norm(ten_times, 2):.0f}")
print(f"A and B in turn, ten     {np.linalg.norm(in_turn, 2):.0f}")
