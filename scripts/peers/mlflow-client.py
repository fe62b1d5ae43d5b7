"""What MLflow's own client finds of what Plumbline told a server: every version has its tag, its run and the run's metrics."""

import sys

from mlflow import MlflowClient

client = MlflowClient(sys.argv[1], sys.argv[1])
models = client.search_registered_models()
versions = 0
for model in models:
    for version in client.search_model_versions(f"name='{model.name}'"):
        run = client.get_run(version.run_id)
        assert version.tags["plumbline.tag"] == run.data.tags["plumbline.tag"], version
        assert run.info.status == "FINISHED" and run.data.metrics, run
        versions += 1
    newest = client.get_model_version_by_alias(model.name, "newest")
    assert newest.tags["plumbline.tag"].startswith("parcels-v"), newest
assert versions > 0
print(f"MLflow's client finds {versions} versions of {len(models)} models, each with its run")
