"""Writes performance.json: what GrowthBook, NannyML and scikit-learn say of falls, of standard errors and of missing labels.

    python -m venv env && env/bin/pip install nannyml==0.13.1 scikit-learn==1.9.1 && env/bin/pip install --no-deps gbstats==0.8.0
    env/bin/python make-performance.py > performance.json

Confidence sequences are GrowthBook's SequentialTwoSidedTTest. Standard errors are means' (SciPy's sem), DeLong's over all pairs,
and of other metrics the infinitesimal jackknife of scikit-learn's own function: its central difference in the weight of each
row. Isotonic curves are scikit-learn's, expected calibration errors and estimates without labels NannyML's CBPE, whose choice
whether to calibrate is set to yes and to no in turn. No two scores of a sample tie: NannyML leaves the order of ties to chance.
"""

import json
import math
import os
import sys
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"  # before it is imported

import nannyml
import numpy as np
import pandas as pd
import scipy
import sklearn
from gbstats.frequentist.tests import SequentialConfig, SequentialTwoSidedTTest
from gbstats.models.statistics import SampleMeanStatistic
from nannyml.performance_estimation.confidence_based import cbpe as cbpe_module
from nannyml.calibration import _calculate_expected_calibration_error, _get_bin_index_edges
from scipy import stats
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression

rng = np.random.default_rng(20250106)


def sequences():
    for alpha in (0.05, 0.01, 1e-5):
        for rows, spread, gap in ((40, 1.0, 0.2), (1000, 3.0, -0.7), (250_000, 0.4, 0.003), (5_000_000, 12.0, 0.0)):
            one, other = rows // 3, rows - rows // 3
            sides = [
                SampleMeanStatistic(n=n, sum=n * mean, sum_squares=(n - 1) * spread**2 + n * mean**2)
                for n, mean in ((one, 1.0), (other, 1.0 + gap))
            ]
            test = SequentialTwoSidedTTest(*sides, SequentialConfig(difference_type="absolute", alpha=alpha, sequential_tuning_parameter=5000))
            low, high = test.confidence_interval
            error = math.sqrt(test.variance)
            yield {
                "alpha": alpha,
                "estimate": float(test.point_estimate),
                "standardError": error,
                # n rho^2 = (mixture / standardError)^2
                "mixture": float(error * test.rho * math.sqrt(rows)),
                "low": float(low),
                "high": float(high),
            }


def jackknife(metric, rows):
    step = 1e-4
    influence = []
    for row in range(rows):
        weights = np.ones(rows)
        values = []
        for sign in (1, -1):
            weights[row] = 1 + sign * step
            values.append(metric(weights))
        influence.append(rows * (values[0] - values[1]) / (2 * step))
    return float(np.std(influence, ddof=1) / math.sqrt(rows))


def delong(truth, score):
    positive, negative = score[truth == 1], score[truth == 0]
    kernel = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    return math.sqrt(kernel.mean(axis=1).var(ddof=1) / len(positive) + kernel.mean(axis=0).var(ddof=1) / len(negative))


def errors():
    truth = (rng.random(160) < 0.35).astype(int)
    score = np.round(1 / (1 + np.exp(-(1.4 * (truth - 0.5) + rng.normal(size=160)))), 2)
    score = np.clip(score, 0.01, 0.99)
    called = (score > 0.5).astype(int)
    yield {
        "task": "binary",
        "truth": truth.tolist(),
        "predicted": called.tolist(),
        "probability": score.tolist(),
        "errors": {
            "roc_auc": delong(truth, score),
            "log_loss": float(stats.sem(-np.log(np.where(truth == 1, score, 1 - score)))),
            "accuracy": float(stats.sem(truth == called)),
            "f1": jackknife(lambda w: metrics.f1_score(truth, called, sample_weight=w), 160),
        },
    }
    probabilities = rng.dirichlet(np.ones(3), 120)
    truth = np.array([rng.choice(3, p=row) for row in probabilities])
    called = probabilities.argmax(axis=1)
    yield {
        "task": "multiclass",
        "classes": ["a", "b", "c"],
        "truth": truth.tolist(),
        "predicted": called.tolist(),
        "probabilities": probabilities.ravel().tolist(),
        "errors": {
            "roc_auc": jackknife(lambda w: metrics.roc_auc_score(truth, probabilities, multi_class="ovr", average="macro", sample_weight=w), 120),
            "log_loss": float(stats.sem(-np.log(probabilities[np.arange(120), truth]))),
            "accuracy": float(stats.sem(truth == called)),
            "f1": jackknife(lambda w: metrics.f1_score(truth, called, average="macro", sample_weight=w), 120),
        },
    }
    truth = rng.normal(50, 12, 140)
    called = truth + rng.normal(1, 5, 140)
    yield {
        "task": "regression",
        "truth": truth.tolist(),
        "predicted": called.tolist(),
        "errors": {
            "mae": float(stats.sem(np.abs(truth - called))),
            "rmse": jackknife(lambda w: metrics.root_mean_squared_error(truth, called, sample_weight=w), 140),
            "r2": jackknife(lambda w: metrics.r2_score(truth, called, sample_weight=w), 140),
        },
    }


def curves():
    for x, y in (
        (rng.random(60), rng.random(60)),
        (np.round(rng.random(200), 2), (rng.random(200) < 0.3).astype(float)),
        (np.sort(rng.normal(size=30)), np.arange(30.0)),
        (np.sort(rng.normal(size=30)), -np.arange(30.0)),
        (np.array([0.5]), np.array([1.0])),
        (np.full(5, 0.25), np.array([0.0, 1.0, 1.0, 0.0, 1.0])),
    ):
        at = np.concatenate([[-5.0, 5.0], x[:10], rng.random(20)])
        fitted = IsotonicRegression(out_of_bounds="clip", increasing=True).fit(x, y)
        yield {"x": x.tolist(), "y": y.tolist(), "at": at.tolist(), "height": fitted.predict(at).tolist()}


def calibration_errors():
    for rows in (45, 200, 1003):
        probability = rng.random(rows)
        outcome = (rng.random(rows) < probability**2).astype(int)
        edges = _get_bin_index_edges(rows, 10)
        if len(edges) > 10:  # an edge too many where the width does not divide: NannyML then has an eleventh, short group
            edges = edges[:9] + [(edges[9][0], rows)]
        yield {
            "probability": probability.tolist(),
            "outcome": outcome.tolist(),
            "error": float(_calculate_expected_calibration_error(outcome, probability, edges)),
        }


names = ["roc_auc", "f1", "precision", "recall", "accuracy"]


def estimated(reference, current, problem, probability, calibrates):
    cbpe_module.needs_calibration = lambda *_, **__: calibrates
    estimator = nannyml.CBPE(
        y_pred_proba=probability, y_pred="called", y_true="truth", problem_type=problem, metrics=names, chunk_number=1
    )
    estimator.fit(reference)
    found = estimator.estimate(current).filter(period="analysis").to_df()
    return {name: float(found[(name, "value")].iloc[0]) for name in names}


def estimates():
    def drawn(rows, shift):
        signal = rng.normal(shift, 1, rows)
        truth = (rng.random(rows) < 1 / (1 + np.exp(-signal))).astype(int)
        score = 1 / (1 + np.exp(-1.8 * signal))
        return pd.DataFrame({"truth": truth, "score": score, "called": (score > 0.6).astype(int)})

    reference, current = drawn(500, 0.0), drawn(300, 0.7)
    yield {
        "task": "binary",
        "reference": {key: reference[key].tolist() for key in ("truth", "score", "called")},
        "current": {key: current[key].tolist() for key in ("score", "called")},
        "raw": estimated(reference, current, "classification_binary", "score", False),
        "calibrated": estimated(reference, current, "classification_binary", "score", True),
    }

    classes = ["a", "b", "c"]

    def drawn_of(rows, lean):
        chances = rng.dirichlet(lean, rows)
        truth = np.array([rng.choice(3, p=row) for row in chances])
        sharp = chances**1.7 / (chances**1.7).sum(axis=1)[:, None]
        frame = pd.DataFrame({f"p_{name}": sharp[:, place] for place, name in enumerate(classes)})
        frame["truth"] = [classes[place] for place in truth]
        frame["called"] = [classes[place] for place in sharp.argmax(axis=1)]
        return frame

    reference, current = drawn_of(400, [1, 1, 1]), drawn_of(250, [2, 1, 0.7])
    columns = {name: f"p_{name}" for name in classes}
    flat = lambda frame: frame[list(columns.values())].to_numpy().ravel().tolist()
    places = lambda column: [classes.index(value) for value in column]
    yield {
        "task": "multiclass",
        "classes": classes,
        "reference": {"truth": places(reference["truth"]), "called": places(reference["called"]), "score": flat(reference)},
        "current": {"called": places(current["called"]), "score": flat(current)},
        "raw": estimated(reference, current, "classification_multiclass", columns, False),
        "calibrated": estimated(reference, current, "classification_multiclass", columns, True),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    versions = {
        "python": sys.version.split()[0],
        "gbstats": "0.8.0",
        "nannyml": nannyml.__version__,
        "scikit-learn": sklearn.__version__,
        "scipy": scipy.__version__,
        "numpy": np.__version__,
    }
    oracle = {
        "made by": "make-performance.py",
        "versions": versions,
        "tolerance": 1e-9,
        "jackknifeTolerance": 1e-6,
        "sequences": list(sequences()),
        "errors": list(errors()),
        "curves": list(curves()),
        "calibrationErrors": list(calibration_errors()),
        "estimates": list(estimates()),
    }
    json.dump(oracle, sys.stdout, allow_nan=False, separators=(",", ":"))
    print()
