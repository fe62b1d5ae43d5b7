"""Writes electricity-drift.json: what pandas and SciPy find in the Electricity data, month against the twelve before it.

    python -m venv env && env/bin/pip install pandas==2.3.3 scipy==1.17.1 numpy==2.4.6
    env/bin/python make-electricity-drift.py FOLDER > electricity-drift.json

FOLDER holds YEAR-MONTH.csv. Written from docs/drift.md alone: each column compared as compare_columns.py does; Benjamini and
Hochberg over the columns of a month; a column is named with an effect of at least 0.1 and an adjusted p of at most 0.05.
Times are not compared.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import scipy
from scipy import stats

from compare_columns import compare

LIMIT, FDR, MONTHS = 0.1, 0.05, 12


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
