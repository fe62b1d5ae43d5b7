"""Writes electricity-drift.json: what pandas and SciPy find in the Electricity data, month against the twelve before it.

    python -m venv env && env/bin/pip install pandas==2.3.3 scipy==1.17.1 numpy==2.4.6
    env/bin/python make-electricity-drift.py FOLDER > electricity-drift.json

FOLDER holds YEAR-MONTH.csv. Written from docs/drift.md alone: of each column D and the two-sample Kolmogorov-Smirnov p, or,
where both months hold at most ten values, the total variation and chi-square of the contingency table, categories of which a
side expects fewer than five rows together; Benjamini and Hochberg over the columns of a month; a column is named with an
effect of at least 0.1 and an adjusted p of at most 0.05. Times are not compared.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import scipy
from scipy import stats

LIMIT, FDR, MONTHS, FEW = 0.1, 0.05, 12, 10


def pooled(reference, current):
    values = np.union1d(reference, current)
    table = np.array([[(side == value).sum() for value in values] for side in (reference, current)])
    expected = table.sum(axis=0) * min(len(reference), len(current)) / (len(reference) + len(current))
    rare = expected < 5
    return np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)]) if rare.any() else table


def compare(reference, current):
    if len(np.union1d(reference, current)) > FEW:
        method = "exact" if max(len(reference), len(current)) <= 10_000 else "asymp"
        test = stats.ks_2samp(reference, current, method=method)
        return float(test.statistic), float(test.pvalue)
    table = pooled(reference, current)
    effect = float(np.abs(table[0] / table[0].sum() - table[1] / table[1].sum()).sum() / 2)
    filled = table[:, table.sum(axis=0) > 0]
    p = stats.chi2_contingency(filled, correction=False).pvalue if filled.shape[1] > 1 else 1.0
    return effect, float(p)


def main():
    files = sorted(Path(sys.argv[1]).glob("*.csv"))
    months = [pd.read_csv(file) for file in files]
    found = []
    for at in range(MONTHS, len(files)):
        reference = pd.concat(months[at - MONTHS : at])
        columns = [name for name in reference.columns if name != "ts"]
        compared = [compare(reference[name].to_numpy(), months[at][name].to_numpy()) for name in columns]
        adjusted = stats.false_discovery_control([p for _, p in compared])
        for name, (effect, _), p in zip(columns, compared, adjusted):
            if effect >= LIMIT and p <= FDR:
                found.append({"month": files[at].stem, "column": name, "effect": effect})
    versions = {"pandas": pd.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
    json.dump({"versions": versions, "found": found}, sys.stdout, indent=1)
    print()


main()
