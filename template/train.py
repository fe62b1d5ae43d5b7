"""Trains the model: reads the training rows, writes one file. Yours to change.

Plumbline runs it with these variables:
  PLUMBLINE_IN_FEATURES  Parquet: the id, the features of features.sql, and the target
  PLUMBLINE_OUT_MODEL    where the model goes
  PLUMBLINE_PARAMS       the params of plumbline.yaml, as JSON
  PLUMBLINE_SEED         the seed of plumbline.yaml
"""

import io
import json
import os
import re
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from predict import prepare

TARGET = "late"
ID = "parcel"
TASK = "binary"  # binary, multiclass or regression

# On a machine shared with others, more are often slower; and sums in another order may change the model's bytes.
THREADS = 1
# The trees handle no more; the rarest values beyond it count as missing.
MAX_CATEGORIES = 255


def main():
    table = pq.read_table(os.environ["PLUMBLINE_IN_FEATURES"])
    table = table.filter(pc.is_valid(table[TARGET]))
    names = [name for name in table.column_names if name not in (ID, TARGET)]
    columns = {name: categories_of(table[name]) for name in names if not is_empty(table[name])}
    features, target = prepare(table, columns), np.array(table[TARGET].to_pylist())

    with threadpool_limits(THREADS):
        estimator = build(len(target)).fit(features, target)
        score = estimator.score(features, target)

    save({"estimator": estimator, "columns": columns}, Path(os.environ["PLUMBLINE_OUT_MODEL"]))
    if "PLUMBLINE_OUT_METRICS" in os.environ:
        name = "train_r2" if TASK == "regression" else "train_accuracy"
        Path(os.environ["PLUMBLINE_OUT_METRICS"]).write_text(json.dumps({"rows": len(target), name: score}))
    print(f"Trained on {len(target)} rows and {len(columns)} features")


def build(rows):
    params = json.loads(os.environ.get("PLUMBLINE_PARAMS", "{}"))
    learner = HistGradientBoostingRegressor if TASK == "regression" else HistGradientBoostingClassifier
    return learner(
        max_depth=params.get("max-depth"),
        learning_rate=params.get("learning-rate", 0.1),
        max_iter=params.get("max-iter", 100),
        min_samples_leaf=max(1, min(20, rows // 20)),
        categorical_features="from_dtype",
        early_stopping=False,
        random_state=int(os.environ.get("PLUMBLINE_SEED", "0")),
    )


def is_empty(values):
    return pc.all(pc.is_null(values, nan_is_null=True)).as_py()


def categories_of(values):
    """The values of a text column, most frequent first; None where the column is a number, a truth or a time."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return None
    counts = [(entry["values"], entry["counts"]) for entry in values.value_counts().to_pylist()]
    known = sorted((value for value in counts if value[0] is not None), key=lambda value: (-value[1], value[0]))
    return [value for value, _ in known[:MAX_CATEGORIES]]


def save(model, path):
    """Writes the model as skops does, less clock times and memory addresses: the same model has the same bytes."""
    written = zipfile.ZipFile(io.BytesIO(skops.io.dumps(model)))
    numbers = {}

    def renumber(match):
        return f"{match[1]}{numbers.setdefault(match[2], len(numbers))}"

    schema = re.sub(r'("__id__": |"file": ")(\d+)', renumber, written.read("schema.json").decode())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("schema.json"), schema, zipfile.ZIP_DEFLATED)
        entries = [name for name in written.namelist() if name != "schema.json"]
        for name in sorted(entries, key=lambda name: numbers[name.split(".")[0]]):
            stem, _, extension = name.partition(".")
            entry = zipfile.ZipInfo(f"{numbers[stem]}.{extension}")
            archive.writestr(entry, written.read(name), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
