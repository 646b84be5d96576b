narrow, wide = 64, 256


def factor(variance):
    """Squared factor of the signal: up a step and down a step."""
    up = wide * variance(narrow, wide) / 2
    down = narrow * variance(wide, narrow) / 2
    return up**0.5, down**0.5, (up * down) ** 0.25


rules = {
    "fan-in": lambda fan_in, fan_out: 2 / fan_in,
    "compromise": lambda fan_in, fan_out: 4 / (fan_in + fan_out),
}
for name, variance in rules.items():
    up, down, mean = factor(variance)
    print(f"{name}, layer that widens   {up:.3f}")
    print(f"{name}, layer that narrows  {down:.3f}")
    print(f"{name}, mean per layer      {mean:.3f}")
