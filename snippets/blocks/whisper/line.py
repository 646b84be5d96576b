PEOPLE, KEPT = 30, (0.25, 0.9, 1.0, 1.5)

print("person", *(f"{kept:8}" for kept in KEPT))
for person in (30, 25, 20, 15, 10, 5, 1):
    hops = PEOPLE - person
    print(f"{person:6}", *(f"{kept**hops:8.2g}" for kept in KEPT))
