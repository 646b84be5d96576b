import math

for loss in (0.693, 2.303, 4.605):
    print(f"a loss of {loss} is that of {math.exp(loss):.0f} classes")
loss = -0.9 * math.log(0.9) - 0.1 * math.log(0.1)
print(f"two classes, nine to one: {loss:.3f}")
