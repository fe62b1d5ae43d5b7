"""Predicts: reads features and the model, writes one row an id. Yours to change.

Plumbline runs it to judge the model, and later to serve it, with these variables:
  PLUMBLINE_IN_FEATURES      Parquet: the id and the features of features.sql
  PLUMBLINE_IN_TRAIN         the model that train.py wrote
  PLUMBLINE_OUT_PREDICTIONS  Parquet to write: the id, prediction, and for classes their probability
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import skops.io

ID = "parcel"
POSITIVE = 1  # the class whose probability is written; None where there are more or no classes

# What a model file may hold beside plain scikit-learn. Loading one never runs code that is not named here.
TRUSTED = [
    "functools.partial",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
]


def main():
    model = load(Path(os.environ["PLUMBLINE_IN_TRAIN"]))
    table = pq.read_table(os.environ["PLUMBLINE_IN_FEATURES"])
    answer = predict(model["estimator"], prepare(table, model["columns"]))
    pq.write_table(pa.table({ID: table[ID], **answer}), os.environ["PLUMBLINE_OUT_PREDICTIONS"])
    print(f"Predicted {table.num_rows} rows")


def predict(estimator, features):
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        return {"prediction": estimator.predict(features) if len(features) else np.empty(0)}
    shares = estimator.predict_proba(features) if len(features) else np.empty((0, len(classes)))
    answer = {"prediction": classes[shares.argmax(axis=1)]}
    if POSITIVE is not None:
        return {**answer, "probability": shares[:, list(classes).index(POSITIVE)]}
    return {**answer, **{f"probability_{name}": shares[:, i] for i, name in enumerate(classes)}}


def prepare(table, columns):
    """Numbers, truths and times become numbers; texts become categories, where one that train never saw is missing."""
    frame = {}
    for name, categories in columns.items():
        if categories is None:
            frame[name] = to_numbers(table[name])
        else:
            codes = {category: code for code, category in enumerate(categories)}
            texts = table[name].cast(pa.string()).to_pylist()
            frame[name] = pd.Categorical.from_codes([codes.get(text, -1) for text in texts], categories)
    return pd.DataFrame(frame, index=range(table.num_rows))


def to_numbers(values):
    if pa.types.is_date(values.type) or pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("us")).cast(pa.int64())
    elif pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    numbers = values.cast(pa.float64(), safe=False).to_numpy()
    return np.clip(numbers, -1e300, 1e300)  # the trees cannot halve infinity


def load(path):
    """The model file itself, or the one in a folder, where train has more outputs than the model."""
    file = min(path.glob("model*")) if path.is_dir() else path
    return skops.io.load(file, trusted=TRUSTED)


if __name__ == "__main__":
    main()
