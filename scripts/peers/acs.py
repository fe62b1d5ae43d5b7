"""What another library says of the people of each year beside those of 2015: acs.py TASK FOLDER. Prints JSON.

Of each year and column: the value of its measure, and in how many of its parts it is drift; by the library's defaults alone.
"""

import json
import sys
import warnings
from pathlib import Path

import pandas as pd

warnings.filterwarnings("ignore")
task, folder = sys.argv[1], Path(sys.argv[2])


def evidently(reference, current):
    from evidently import Report
    from evidently.presets import DataDriftPreset

    whole, *columns = Report([DataDriftPreset()]).run(current, reference).dict()["metrics"]
    judged = {}
    for one in columns:
        config, value = one["config"], one["value"]
        # Of so many rows it takes distances alone.
        assert "p_value" not in config["method"], config
        judged[config["column"]] = {"value": value, "drift": int(value >= config["threshold"]), "of": 1}
    assert whole["value"]["count"] == sum(one["drift"] for one in judged.values())
    return judged


def nannyml(reference, current):
    import nannyml

    calculator = nannyml.UnivariateDriftCalculator(column_names=list(reference.columns))
    chunks = calculator.fit(reference).calculate(current).filter(period="analysis").to_df()
    # Its ten chunks leave a few rows over, which it makes a chunk of their own.
    rows = chunks[("chunk", "chunk", "end_index")] - chunks[("chunk", "chunk", "start_index")] + 1
    whole, rest = chunks[rows == rows.max()], chunks[rows < rows.max()]
    of = lambda some, name, what: some[(name, "jensen_shannon", what)]
    return {
        name: {
            "value": float(of(whole, name, "value").mean()),
            "drift": int(of(whole, name, "alert").sum()),
            "of": len(whole),
            "rest": int(of(rest, name, "alert").sum()),
            "restRows": int(rows.min()) if len(rest) else 0,
        }
        for name in reference.columns
    }


people = {year: pd.read_parquet(folder / f"people-{year}.parquet") for year in range(2015, 2019)}
reference = people.pop(2015)
print(json.dumps({year: {"evidently": evidently, "nannyml": nannyml}[task](reference, current) for year, current in people.items()}))
