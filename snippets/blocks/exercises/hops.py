people = 30
print(f"hops                   {people - 1}")
print(f"a quarter for each hop {0.25 ** (people - 1):.1e}")
print(f"one factor too many    {0.25 ** people:.1e}")
print(f"nine tenths            {0.9 ** (people - 1):.3f}")
