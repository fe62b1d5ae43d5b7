"""Two Parquet files compared by another library, as a whole process: drift.py TASK REFERENCE CURRENT. Prints what it finds."""

import sys

import numpy as np
import pandas as pd

task, reference_file, current_file = sys.argv[1:4]
reference, current = pd.read_parquet(reference_file), pd.read_parquet(current_file)


def scipy():
    from scipy import stats

    for name in reference.columns:
        if reference[name].dtype.kind in "fi" and reference[name].nunique() > 10:
            x, y = reference[name].dropna().to_numpy(), current[name].dropna().to_numpy()
            test = stats.ks_2samp(x, y)
            edges = np.unique(np.quantile(x, np.arange(0.1, 1, 0.1)))
            p, q = (np.bincount(np.searchsorted(edges, v), minlength=len(edges) + 1) / len(v) for v in (x, y))
            print(name, test.statistic, test.pvalue, ((p - q) * np.log((p + 1e-9) / (q + 1e-9))).sum())
        else:
            table = pd.concat([reference[name].value_counts(), current[name].value_counts()], axis=1).fillna(0)
            print(name, stats.chi2_contingency(table.to_numpy().T, correction=False)[:2])


def evidently():
    from evidently import Report
    from evidently.presets import DataDriftPreset

    print(str(Report([DataDriftPreset()]).run(current, reference).dict())[:200])


def nannyml():
    import nannyml

    names = list(reference.columns)
    texts = [name for name in names if reference[name].dtype.kind not in "fi"]
    calculator = nannyml.UnivariateDriftCalculator(
        column_names=names,
        treat_as_categorical=texts,
        continuous_methods=["kolmogorov_smirnov", "jensen_shannon"],
        categorical_methods=["chi2", "jensen_shannon"],
        chunk_number=10,
    )
    print(calculator.fit(reference).calculate(current).to_df().shape)


{"scipy": scipy, "evidently": evidently, "nannyml": nannyml}[task]()
