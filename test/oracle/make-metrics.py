"""Writes metrics.json: what scikit-learn, SciPy and plain definitions say of small and nasty samples.

    python -m venv env && env/bin/pip install scikit-learn==1.9.1 scipy==1.17.1
    env/bin/python make-metrics.py > metrics.json

Values come from scikit-learn. Plumbline calls undefined (null here) what scikit-learn settles by convention: F1 where no
row is or was called positive (its 0), R2 of a target that never varies (its 0 or 1). Intervals have no function there: DeLong's and the delta method's are written here from
their definitions, over all pairs, with SciPy's distributions; Wilson's and Student's are SciPy's own.
"""

import json
import math
import sys
import warnings

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics

rng = np.random.default_rng(20250101)
tolerance = 1e-9


def number(value):
    """A float for JSON, None where scikit-learn has none."""
    return float(value) if math.isfinite(value) else None


def measured(value, interval=None):
    low, high = interval if interval else (None, None)
    return {"value": number(value), "low": low, "high": high}


def delong(truth, score):
    """Over all pairs: the kernel is 1, 1/2 or 0; placement values are its means by row and by column."""
    positive, negative = score[truth == 1], score[truth == 0]
    if len(positive) < 2 or len(negative) < 2:
        return None
    kernel = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    area = kernel.mean()
    variance = kernel.mean(axis=1).var(ddof=1) / len(positive) + kernel.mean(axis=0).var(ddof=1) / len(negative)
    if variance == 0 or area in (0, 1):
        return None
    reach = stats.norm.ppf(0.975) * math.sqrt(variance) / (area * (1 - area))
    logit = math.log(area / (1 - area))
    return tuple(1 / (1 + math.exp(-(logit + sign * reach))) for sign in (-1, 1))


def student(values, floor=0.0):
    if len(values) < 2:
        return None
    spread = stats.sem(values)
    reach = stats.t.ppf(0.975, len(values) - 1) * spread
    return max(floor, float(values.mean() - reach)), float(values.mean() + reach)


def wilson(right, rows):
    interval = stats.binomtest(int(right), int(rows)).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def binary(name, truth, probability, predicted=None):
    truth, probability = np.asarray(truth), np.asarray(probability, dtype=float)
    predicted = (probability >= 0.5).astype(int) if predicted is None else np.asarray(predicted)
    clipped = np.clip(np.where(truth == 1, probability, 1 - probability), np.finfo(float).eps, 1 - np.finfo(float).eps)
    both = len(set(truth.tolist())) == 2
    return {
        "name": name,
        "task": "binary",
        "truth": truth.tolist(),
        "probability": probability.tolist(),
        "predicted": predicted.tolist(),
        "metrics": {
            "roc_auc": measured(metrics.roc_auc_score(truth, probability), delong(truth, probability))
            if both
            else measured(math.nan),
            "log_loss": measured(metrics.log_loss(truth, probability, labels=[0, 1]), student(-np.log(clipped))),
            "accuracy": measured(metrics.accuracy_score(truth, predicted), wilson((truth == predicted).sum(), len(truth))),
            "f1": measured(metrics.f1_score(truth, predicted, zero_division=math.nan)),
        },
    }


def multiclass(name, classes, truth, probabilities, predicted=None):
    truth, probabilities = np.asarray(truth), np.asarray(probabilities, dtype=float)
    predicted = probabilities.argmax(axis=1) if predicted is None else np.asarray(predicted)
    labels = list(range(len(classes)))
    every = len(set(truth.tolist())) == len(classes)
    clipped = np.clip(probabilities[np.arange(len(truth)), truth], np.finfo(float).eps, 1 - np.finfo(float).eps)
    return {
        "name": name,
        "task": "multiclass",
        "classes": classes,
        "truth": truth.tolist(),
        "probabilities": probabilities.ravel().tolist(),
        "predicted": predicted.tolist(),
        "metrics": {
            "roc_auc": measured(
                metrics.roc_auc_score(truth, probabilities, multi_class="ovr", average="macro", labels=labels)
                if every
                else math.nan
            ),
            "log_loss": measured(metrics.log_loss(truth, probabilities, labels=labels), student(-np.log(clipped))),
            "accuracy": measured(metrics.accuracy_score(truth, predicted), wilson((truth == predicted).sum(), len(truth))),
            "f1": measured(metrics.f1_score(truth, predicted, average="macro", zero_division=0)),
        },
    }


def regression(name, truth, predicted):
    truth, predicted = np.asarray(truth, dtype=float), np.asarray(predicted, dtype=float)
    squares = (truth - predicted) ** 2
    rmse = metrics.root_mean_squared_error(truth, predicted)
    interval = None
    if len(truth) > 1 and rmse > 0:
        reach = stats.t.ppf(0.975, len(truth) - 1) * stats.sem(squares) / (2 * rmse)
        interval = (max(0.0, float(rmse - reach)), float(rmse + reach))
    varies = len(truth) > 1 and np.ptp(truth) > 0
    return {
        "name": name,
        "task": "regression",
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "metrics": {
            "mae": measured(metrics.mean_absolute_error(truth, predicted), student(np.abs(truth - predicted))),
            "rmse": measured(rmse, interval),
            "r2": measured(metrics.r2_score(truth, predicted) if varies else math.nan),
        },
    }


def simplex(rows, classes):
    return rng.dirichlet(np.ones(classes), rows)


def noisy(rows, share, signal):
    truth = (rng.random(rows) < share).astype(int)
    return truth, 1 / (1 + np.exp(-(signal * (truth - 0.5) + rng.normal(size=rows))))


def cases():
    yield binary("300 rows", *noisy(300, 0.4, 1.5))
    yield binary("few positives", *noisy(400, 0.04, 2.0))
    truth, probability = noisy(250, 0.5, 1.0)
    yield binary("many ties", truth, np.round(probability, 1))
    yield binary("one score for all", [0, 1, 1, 0, 1], [0.3] * 5)
    yield binary("perfect separation", [0, 0, 0, 1, 1], [0.1, 0.2, 0.3, 0.7, 0.9])
    yield binary("perfectly wrong", [1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9])
    yield binary("extreme probabilities", [0, 1, 0, 1, 1, 0], [0.0, 1.0, 1.0, 0.0, 1e-300, 1 - 1e-16])
    yield binary("two rows", [0, 1], [0.6, 0.4])
    yield binary("one row", [1], [0.8])
    yield binary("one positive among many", [1] + [0] * 9, np.linspace(0.9, 0.0, 10))
    yield binary("no positive", [0, 0, 0], [0.1, 0.6, 0.2])
    yield binary("nothing positive", [0, 0, 0], [0.1, 0.4, 0.2])
    yield binary("nobody called positive", [0, 1, 0, 1], [0.1, 0.4, 0.2, 0.3])
    yield binary("predictions of another threshold", truth, probability, (probability > 0.8).astype(int))
    yield binary("scores next to each other", [0, 1, 0, 1], [0.5, math.nextafter(0.5, 1), 0.5, math.nextafter(0.5, 0)])

    probabilities = simplex(300, 4)
    yield multiclass("4 classes", ["a", "b", "c", "d"], [rng.choice(4, p=row) for row in probabilities], probabilities)
    probabilities = np.full((60, 3), 1 / 3)
    yield multiclass("3 classes, all tied", ["x", "y", "z"], rng.integers(0, 3, 60), probabilities)
    yield multiclass("3 classes, certain", ["x", "y", "z"], [0, 1, 2, 0, 1, 2], np.eye(3)[[0, 1, 2, 0, 2, 1]])
    yield multiclass("a class without rows", ["x", "y", "z"], [0, 1, 0, 1], simplex(4, 3))
    yield multiclass("a class never predicted", ["x", "y", "z"], [0, 1, 2, 2], simplex(4, 3), [0, 1, 1, 0])
    yield multiclass("a class only predicted", ["x", "y", "z"], [0, 1, 0, 1], simplex(4, 3), [0, 2, 2, 1])

    truth = rng.normal(50, 12, 300)
    yield regression("300 rows", truth, truth + rng.normal(0, 5, 300))
    yield regression("exact", [1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    yield regression("worse than the mean", [1.0, 2.0, 3.0], [3.0, 2.0, 1.0])
    yield regression("far from zero", 1e9 + rng.normal(size=200), 1e9 + rng.normal(size=200))
    yield regression("tiny and huge", [1e-9, 1e9, -1e9, 3.5], [0.0, 1e9 + 1, -1e9 - 2, 3.25])
    yield regression("one row", [2.0], [3.0])
    yield regression("one value", [2.0, 2.0, 2.0], [2.0, 2.5, 1.0])


def functions():
    yield {
        "name": "normalQuantile",
        "rows": [[p, float(stats.norm.ppf(p))] for p in (1e-8, 1e-4, 0.025, 0.3, 0.5, 0.8, 0.975, 0.999, 1 - 1e-9)],
    }
    yield {
        "name": "tQuantile",
        "rows": [
            [p, degrees, float(stats.t.ppf(p, degrees))]
            for p in (0.005, 0.3, 0.5, 0.9, 0.975, 0.9995)
            for degrees in (1, 2, 3, 5, 10, 30, 100, 1000, 100_000, 10_000_000)
        ],
    }
    yield {
        "name": "wilsonInterval",
        "rows": [[k, n, *wilson(k, n)] for k, n in ((0, 1), (1, 1), (0, 20), (20, 20), (7, 20), (500, 1000), (999_999, 1_000_000))],
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    versions = {"python": sys.version.split()[0], "scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
    oracle = {"made by": "make-metrics.py", "versions": versions, "tolerance": tolerance, "functions": list(functions()), "cases": list(cases())}
    json.dump(oracle, sys.stdout, allow_nan=False, separators=(",", ":"))
    print()
