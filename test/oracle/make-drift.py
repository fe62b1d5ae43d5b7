"""Writes drift.json: what SciPy, statsmodels, NumPy and plain definitions say of pairs of samples.

    python -m venv env && env/bin/pip install scipy==1.17.1 numpy==2.4.6 statsmodels==0.15.0
    env/bin/python make-drift.py > drift.json

Samples of numbers are stored as values with their counts on both sides, categories as counts. Evidently's PSI and Bergsma's
V have no function in these packages and are written here from Evidently 0.7's source and from the paper.
"""

import json
import math
import warnings

import numpy as np
import scipy
import statsmodels
from scipy import special, stats
from scipy.spatial.distance import jensenshannon
from statsmodels.stats.proportion import proportions_ztest

warnings.simplefilter("ignore")
rng = np.random.default_rng(20250701)


def number(value):
    return float(value) if math.isfinite(value) else None


def coded(value):
    """JSON has no infinities."""
    return "inf" if value == math.inf else "-inf" if value == -math.inf else float(value)


def evidently_psi(reference, current):
    if len(np.unique(reference)) > 20:
        edges = np.histogram_bin_edges(np.concatenate([reference, current]), "sturges")
        p = np.histogram(reference, edges)[0] / len(reference)
        q = np.histogram(current, edges)[0] / len(current)
    else:
        keys = np.unique(np.concatenate([reference, current]))
        p = np.array([(reference == key).mean() for key in keys])
        q = np.array([(current == key).mean() for key in keys])
    for share in (p, q):
        least = share[share != 0].min()
        np.place(share, share == 0, least / 10**6 if least <= 0.0001 else 0.0001)
    return float(np.sum((p - q) * np.log(p / q)))


def quantile_psi(reference, current):
    """Ten bins of the reference's quantiles as np.quantile(method='inverted_cdf') finds them, by fractions of whole numbers."""
    ordered = np.sort(reference)
    n, m = len(reference), len(current)
    edges = sorted({ordered[-(-k * n // 10) - 1] for k in range(1, 10)} - {ordered[-1]})
    bins = len(edges) + 1
    p, q = (np.bincount(np.searchsorted(edges, side, side="left"), minlength=bins) for side in (reference, current))
    p, q = (p + 0.5) / (n + 0.5 * bins), (q + 0.5) / (m + 0.5 * bins)
    return float(np.sum((q - p) * np.log(q / p)))


def numbers(name, reference, current):
    reference, current = np.asarray(reference), np.asarray(current)
    integers = reference.dtype.kind == "i" and current.dtype.kind == "i"
    both = np.concatenate([reference, current])
    values = np.unique(both)
    left = np.searchsorted(np.sort(reference), values, "right")
    right = np.searchsorted(np.sort(current), values, "right")
    case = {
        "name": name,
        "values": [coded(value) for value in values],
        "reference": np.diff(left, prepend=0).tolist(),
        "current": np.diff(right, prepend=0).tolist(),
        "integers": integers,
    }
    auto = stats.ks_2samp(reference, current)
    asymptotic = stats.ks_2samp(reference, current, method="asymp")
    exact = stats.ks_2samp(reference, current, method="exact") if len(both) <= 5000 else auto
    case |= {
        "ks": float(auto.statistic),
        "location": coded(auto.statistic_location),
        "sign": int(auto.statistic_sign),
        "p": float(auto.pvalue),
        "asymptotic": number(asymptotic.pvalue),
        "exact": float(exact.pvalue) if len(both) <= 5000 else None,
    }
    if np.isfinite(both).all():
        distance = stats.wasserstein_distance(reference, current)
        case |= {
            "wasserstein": number(distance),
            "normalised": number(distance / max(np.std(reference), 0.001)) if np.isfinite(np.std(reference)) else None,
            "psi": quantile_psi(reference, current),
            "evidently": evidently_psi(reference, current),
        }
    return case


def bergsma(table):
    n, (r, k) = table.sum(), table.shape
    phi = stats.chi2_contingency(table, correction=False).statistic / n
    less = max(0, phi - (k - 1) * (r - 1) / (n - 1))
    k, r = k - (k - 1) ** 2 / (n - 1), r - (r - 1) ** 2 / (n - 1)
    return math.sqrt(less / (min(k, r) - 1)) if min(k, r) > 1 else 0.0


def categories(name, reference, current):
    reference, current = np.asarray(reference), np.asarray(current)
    table = np.array([reference, current])
    table = table[:, table.sum(axis=0) > 0]
    p, q = reference / reference.sum(), current / current.sum()
    case = {
        "name": name,
        "reference": reference.tolist(),
        "current": current.tolist(),
        "tvd": float(abs(p - q).sum() / 2),
        "linf": float(abs(p - q).max()),
        "js": float(jensenshannon(p, q)),
        "js2": float(jensenshannon(p, q, 2)),
        "hellinger": float(np.sqrt(((np.sqrt(p) - np.sqrt(q)) ** 2).sum()) / math.sqrt(2)),
    }
    bins = len(reference)
    a, b = (reference + 0.5) / (reference.sum() + bins / 2), (current + 0.5) / (current.sum() + bins / 2)
    case["psi"] = float(((b - a) * np.log(b / a)).sum())
    if table.shape[1] > 1:
        plain = stats.chi2_contingency(table, correction=False)
        yates = stats.chi2_contingency(table, correction=True)
        case |= {
            "chi2": float(plain.statistic),
            "degrees": int(plain.dof),
            "p": float(plain.pvalue),
            "yates": float(yates.statistic),
            "yatesP": float(yates.pvalue),
            "v": float(stats.contingency.association(table, "cramer")),
            "bergsma": bergsma(table),
        }
    return case


def sample_cases():
    infinity = np.inf
    yield numbers("one each, equal", [1.0], [1.0])
    yield numbers("one each, different", [1.0], [2.0])
    yield numbers("one against many", [0.3], rng.normal(size=50))
    yield numbers("many against one", rng.normal(size=10_001), [4.0])
    yield numbers("all the same", [5.0] * 40, [5.0] * 30)
    yield numbers("two constants", [5.0] * 40, [6.0] * 30)
    yield numbers("infinities", [-infinity, 0.0, 1.0, infinity, infinity], [0.0, 2.0, infinity, -infinity])
    yield numbers("huge", [1e308, -1e308, 0.0, 1e307], [1e306, 1.0, 2.0])
    yield numbers("tiny", [5e-324, 1e-310, 0.0], [1e-300, 0.0, 5e-324, 1e-320])
    yield numbers("signed zeros", [-0.0, 0.0, 1.0], [0.0, -0.0, -0.0, 2.0])
    yield numbers("beyond 2^53", [2.0**53, 2.0**53 + 2, 2.0**60], [2.0**53, 2.0**62])
    for n, m in [(2, 3), (5, 5), (7, 12), (10, 1000), (20, 20), (30, 45), (64, 100), (100, 100), (128, 384), (150, 151), (500, 500), (997, 1009)]:
        for shift in (0, 0.3, 1, 3):
            yield numbers(f"normal {n} {m} shift {shift}", np.round(rng.normal(size=n), 3), np.round(rng.normal(shift, size=m), 3))
        yield numbers(f"ties {n} {m}", rng.integers(0, 5, n), rng.integers(0, 6, m))
        yield numbers(f"integers {n} {m}", rng.integers(0, 90, n), rng.integers(5, 100, m))
        yield numbers(f"pareto {n} {m}", np.round((1 - rng.random(n)) ** -0.9, 4), np.round(1.5 * (1 - rng.random(m)) ** -0.9, 4))
    # Many rows of few values, so that the file stays small: beyond the exact p-value.
    for n, m in [(10_000, 10_000), (10_000, 9_999), (10_001, 50), (10_001, 3000), (20_000, 20_000), (100_000, 10_000), (200_000, 300_000)]:
        for drift in (0, 0.01, 0.03, 0.1):
            shares = np.linspace(1, 2, 30)
            moved = shares * (1 + drift * np.linspace(-1, 1, 30))
            yield numbers(f"grid {n} {m} {drift}", rng.choice(30, n, p=shares / shares.sum()), rng.choice(30, m, p=moved / moved.sum()))


def category_cases():
    yield categories("one row each", [1, 0], [0, 1])
    yield categories("one category", [7], [9])
    yield categories("the same shares", [10, 20, 30], [20, 40, 60])
    yield categories("nothing shared", [40, 0, 60, 0], [0, 50, 0, 50])
    yield categories("a new one in a million", [500_000, 500_000, 0], [499_999, 500_000, 1])
    yield categories("an empty category", [10, 0, 12], [20, 0, 9])
    for k in (2, 3, 5, 10, 20, 50, 200, 1000, 2001):
        for total in (k, 100 * k, 10_000 * k if k <= 200 else 300 * k):
            for drift in (0, 0.02, 0.2, 0.8):
                if k > 200 and drift in (0.02,):
                    continue
                shares = np.linspace(1, 3, k)
                moved = shares * (1 + drift * rng.uniform(-1, 1, k))
                yield categories(
                    f"{k} categories, {total} rows, {drift}",
                    rng.multinomial(total, shares / shares.sum()),
                    rng.multinomial(max(1, total // 2), moved / moved.sum()),
                )


def tails():
    kolmogorov = []
    for n in (1, 2, 3, 5, 10, 30, 100, 139, 140, 141, 142, 500, 1000, 5000, 20_000, 99_999, 100_001, 250_000, 1_000_000):
        for z in (0.2, 0.35, 0.5, 0.7, 0.86, 0.88, 1, 1.2, 1.4, 1.48, 1.5, 1.9, 2.01, 2.5, 3.2, 3.72, 5, 10, 19):
            x = z / math.sqrt(n)
            if 0 < x < 1 and not (n >= 250_000 and z in (1.5, 1.9, 2.01, 2.5)):
                kolmogorov.append([n, x, float(stats.kstwo.sf(x, n))])
        for x in (0.5 / n, 0.6 / n, 0.99 / n, 1 / n, 1 - 0.5 / n, 0.49, 0.5, 0.77):
            if 0 < x < 1:
                kolmogorov.append([n, x, float(stats.kstwo.sf(x, n))])
    chi_square = [
        [x, k, float(special.gammaincc(k / 2, x / 2))]
        for k in (1, 2, 3, 4, 7, 19, 32, 33, 34, 35, 36, 100, 999, 9600, 100_001)
        for x in [0, 0.01, *(k + t * math.sqrt(2 * k) for t in (-3, -1, -0.1, 0, 0.1, 1, 2, 3, 5, 7, 10, 20)), 1400]
        if x >= 0
    ]
    normal = [[z, float(2 * stats.norm.sf(abs(z)))] for z in (0, 1e-9, 0.1, -1, 1.96, 3, -5.2, 7.1, 10, 25, 37)]
    limits = [[p, k, float(stats.chi2.isf(p, k))] for k in (1, 2, 9, 99) for p in (0.5, 0.05, 0.001, 1e-6, 1e-12)]
    return {"kolmogorov": kolmogorov, "chiSquare": chi_square, "chiSquareLimit": limits, "normal": normal}


def proportions():
    for a, n, b, m in [(1, 10, 2, 10), (0, 10, 0, 20), (10, 10, 20, 20), (0, 50, 50, 50), (3, 1000, 9, 900), (400_000, 10**6, 401_500, 10**6), (1, 1, 0, 1), (70, 100, 20, 90)]:
        z, p = proportions_ztest([b, a], [m, n])
        same = a + b in (0, n + m)
        yield [a, n, b, m, 0.0 if same else float(z), 1.0 if same else float(p)]


def discoveries():
    for size in (1, 2, 5, 20, 200):
        for _ in range(4):
            p = np.where(rng.random(size) < 0.4, rng.random(size) ** 8, rng.random(size))
            p = np.round(p, 3) if size == 20 else p
            yield [
                p.tolist(),
                stats.false_discovery_control(p, method="bh").tolist(),
                stats.false_discovery_control(p, method="by").tolist(),
            ]


print(
    json.dumps(
        {
            "versions": {"scipy": scipy.__version__, "numpy": np.__version__, "statsmodels": statsmodels.__version__},
            "tolerance": 1e-9,
            "numbers": list(sample_cases()),
            "categories": list(category_cases()),
            "tails": tails(),
            "proportions": list(proportions()),
            "discoveries": list(discoveries()),
        },
        separators=(",", ":"),
    )
)
