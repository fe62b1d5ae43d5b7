"""Which columns another library flags in streams of weeks: calibration.py TASK FOLDER. Prints JSON.

FOLDER holds a CSV file a stream: its columns and `week`, the week's number. The first weeks, `learned` of manifest.json, are
the reference; each one after them is judged beside it. Of each stream: method -> the columns flagged, week by week.
"""

import json
import sys
import warnings
from pathlib import Path

import pandas as pd

warnings.filterwarnings("ignore")
task, folder = sys.argv[1], Path(sys.argv[2])
asked = json.loads((folder / "manifest.json").read_text())


def evidently(reference, weeks):
    """The tests that its preset takes, without its drawings, which are nine tenths of its time.

    Of the first week of each stream the preset itself is asked, too, and must say the same.
    """
    from evidently.legacy.calculations.stattests import get_stattest
    from evidently.legacy.core import ColumnType

    learned = reference.drop(columns="week")
    judged = []
    for _, week in weeks.groupby("week"):
        flagged = []
        for name, values in week.drop(columns="week").items():
            kind = ColumnType.Categorical if name.startswith("c") else ColumnType.Numerical
            test = get_stattest(learned[name], values, kind, None)
            if test(learned[name], values, kind, None).drifted:
                flagged.append(name)
        judged.append(flagged)
    first = weeks[weeks["week"] == weeks["week"].min()].drop(columns="week")
    if sorted(judged[0]) != sorted(by_preset(learned, first)):
        raise RuntimeError(f"{judged[0]} are not the columns that Evidently's preset flags")
    return {"preset": judged}


def by_preset(reference, current):
    from evidently import Report
    from evidently.presets import DataDriftPreset

    whole, *columns = Report([DataDriftPreset()]).run(current, reference).dict()["metrics"]
    flagged = [one["config"]["column"] for one in columns if is_drift(one["config"], one["value"])]
    # Its own count says whether its limits are read as it reads them.
    if whole["value"]["count"] != len(flagged):
        raise RuntimeError(f"{flagged} are not the {whole['value']['count']} columns that Evidently counts")
    return flagged


def is_drift(config, value):
    return value < config["threshold"] if "p_value" in config["method"] else value >= config["threshold"]


def nannyml(reference, weeks):
    import nannyml

    names = [name for name in reference.columns if name != "week"]
    calculator = nannyml.UnivariateDriftCalculator(
        column_names=names,
        treat_as_categorical=[name for name in names if name.startswith("c")],
        timestamp_column_name="at",
        # Its chunks are the weeks, in the reference and after it.
        chunk_period="W",
        continuous_methods=["jensen_shannon", "kolmogorov_smirnov"],
        categorical_methods=["jensen_shannon", "chi2"],
    )
    judged = calculator.fit(timed(reference)).calculate(timed(weeks)).filter(period="analysis").to_df()
    if len(judged) != weeks["week"].nunique():
        raise RuntimeError(f"{len(judged)} chunks are not the weeks of the stream")
    alerts = lambda method: [
        [name for name in names if (name, method, "alert") in judged and bool(row[(name, method, "alert")])]
        for _, row in judged.iterrows()
    ]
    tests = [a + b for a, b in zip(alerts("kolmogorov_smirnov"), alerts("chi2"))]
    return {"js": alerts("jensen_shannon"), "ks-chi2": tests}


def timed(weeks):
    """Each row on the Wednesday of its week."""
    return weeks.assign(at=pd.Timestamp("2024-01-03") + pd.to_timedelta(7 * weeks["week"], unit="D"))


answers = []
for file in asked["files"]:
    stream = pd.read_csv(folder / file)
    is_learned = stream["week"] < asked["learned"]
    answers.append({"evidently": evidently, "nannyml": nannyml}[task](stream[is_learned], stream[~is_learned]))
    print(f"{file} judged", file=sys.stderr)
print(json.dumps(answers))
