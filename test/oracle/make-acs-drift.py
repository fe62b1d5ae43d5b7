"""Writes acs-drift.json: what pandas and SciPy find in the people of 2016, 2017 and 2018 beside those of 2015.

    python -m venv env && env/bin/pip install pandas==2.3.3 scipy==1.17.1 numpy==2.4.6 pyarrow
    env/bin/python make-acs-drift.py FOLDER > acs-drift.json

FOLDER holds people-YEAR.parquet. Each column compared as compare_columns.py does, codes of the survey as the numbers that
they are; Benjamini and Hochberg over the columns of a year. The id is not compared.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import scipy
from scipy import stats

from compare_columns import compare


def main():
    people = {year: pd.read_parquet(Path(sys.argv[1]) / f"people-{year}.parquet") for year in range(2015, 2019)}
    reference = people.pop(2015)
    names = [name for name in reference.columns if name != "id"]
    found = []
    for year, current in people.items():
        compared = [compare(pd.to_numeric(reference[name]).to_numpy(), pd.to_numeric(current[name]).to_numpy()) for name in names]
        adjusted = stats.false_discovery_control([p for _, p in compared])
        for name, (effect, p), q in zip(names, compared, adjusted):
            found.append({"year": year, "column": name, "effect": effect, "p": p, "adjusted": float(q)})
    versions = {"pandas": pd.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
    json.dump({"versions": versions, "found": found}, sys.stdout, indent=1)
    print()


main()
