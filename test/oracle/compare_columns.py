"""Two samples of a column compared by pandas and SciPy, as docs/drift.md says it, and written from it alone.

D and the two-sample Kolmogorov-Smirnov p; or, of texts and of numbers with at most ten values together, the total variation
and chi-square of the contingency table, categories of which a side expects fewer than five rows together.
"""

import numpy as np
from scipy import stats

FEW, MOST_EXACT = 10, 10_000


def compare(reference, current):
    if reference.dtype.kind in "fi" and len(np.union1d(reference, current)) > FEW:
        method = "exact" if max(len(reference), len(current)) <= MOST_EXACT else "asymp"
        test = stats.ks_2samp(reference, current, method=method)
        return float(test.statistic), float(test.pvalue)
    table = pooled(reference, current)
    effect = float(np.abs(table[0] / table[0].sum() - table[1] / table[1].sum()).sum() / 2)
    filled = table[:, table.sum(axis=0) > 0]
    p = stats.chi2_contingency(filled, correction=False).pvalue if filled.shape[1] > 1 else 1.0
    return effect, float(p)


def pooled(reference, current):
    values = np.union1d(reference, current)
    table = np.array([[(side == value).sum() for value in values] for side in (reference, current)])
    expected = table.sum(axis=0) * min(len(reference), len(current)) / (len(reference) + len(current))
    rare = expected < 5
    return np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)]) if rare.any() else table
