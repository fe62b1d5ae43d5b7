"""Numbers for test/stats/exact-sums.test.ts: python3 test/oracle/make-profile.py > test/oracle/profile.json

`statistics` adds fractions, so that its mean and its standard deviation are rounded once: ours are equal in every bit, but
for the last one of the deviation. Values come from `random` with fixed seeds.
"""

import json
import platform
import random
import statistics

CASES = {
    "normal": lambda r: r.gauss(0.0, 1.0),
    "far from zero": lambda r: 1e9 + r.gauss(0.0, 1.0),
    "prices": lambda r: round(r.lognormvariate(3, 1), 2),
    "whole": lambda r: float(r.randrange(-50, 50)),
    "huge": lambda r: r.uniform(-1.0, 1.0) * 1e307,
    "tiny": lambda r: r.uniform(-1.0, 1.0) * 1e-300,
    "cancelling": lambda r: r.choice([1e200, -1e200, 1.0, 1e-200]),
    "all sizes": lambda r: r.uniform(-1.0, 1.0) * 10.0 ** r.randrange(-150, 150),
}


def main():
    cases = []
    for seed, (name, draw) in enumerate(CASES.items()):
        r = random.Random(seed)
        values = [draw(r) for _ in range(60)]
        cases.append(
            {
                "name": name,
                "values": values,
                "mean": statistics.mean(values),
                "deviation": statistics.stdev(values),
            }
        )
    print(json.dumps({"python": platform.python_version(), "cases": cases}))


main()
