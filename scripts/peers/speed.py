"""One run of another checker over the benchmark's ten checks: speed.py TASK FILE FORMAT CONTRACT. Prints what fails."""

import json
import sys

task, file, form, contract = sys.argv[1:5]
sets = {"i_size": [1, 2, 3, 4, 5, 6], "c_day": ["Thu", "Fri", "Sat", "Sun"], "c_time": ["Lunch", "Dinner"]}


def read():
    import polars as pl

    return pl.read_parquet(file) if form == "parquet" else pl.read_csv(file, try_parse_dates=True)


def pandera():
    import pandera.polars as pa
    import polars as pl

    column, check = pa.Column, pa.Check
    few = check(lambda data: data.lazyframe.select(pl.col(data.key).is_null().mean() <= 0.05))
    schema = pa.DataFrameSchema(
        {
            "id": column(pl.String, check.str_matches(r"^u\d{10}$"), unique=True),
            "ts": column(None, nullable=False),
            "f_unif": column(pl.Float64, check.in_range(0, 1)),
            "i_size": column(pl.Int64, check.isin(sets["i_size"])),
            "i_count": column(pl.Int64, check.in_range(0, 100)),
            "c_day": column(pl.String, check.isin(sets["c_day"])),
            "c_time": column(pl.String, check.isin(sets["c_time"])),
            "f_null": column(pl.Float64, few, nullable=True),
        }
    )
    try:
        schema.validate(read(), lazy=True)
    except pa.errors.SchemaErrors as error:
        print(sorted({str(line["column"]) for line in error.failure_cases.to_dicts()}))


def pointblank():
    import pointblank as pb

    checks = pb.Validate(read()).col_vals_not_null("id").rows_distinct(columns_subset=["id"]).col_vals_not_null("ts")
    checks = checks.col_vals_between("f_unif", 0, 1).col_vals_between("i_count", 0, 100)
    for name, values in sets.items():
        checks = checks.col_vals_in_set(name, values)
    checks = checks.col_vals_regex("id", r"^u\d{10}$").col_vals_not_null("f_null", thresholds=0.05).interrogate()
    print([(step["column"], step["n_failed"]) for step in json.loads(checks.get_json_report()) if step["n_failed"]])


def datacontract():
    from datacontract.data_contract import DataContract

    with open(contract, encoding="utf-8") as text:
        whole = text.read() + f"servers: [{{ server: local, type: local, path: {json.dumps(file)}, format: {form} }}]\n"
    run = DataContract(data_contract_str=whole).test()
    print(run.result, [(check.name, str(check.result)) for check in run.checks if str(check.result) != "ResultEnum.passed"][:12])


{"pandera": pandera, "pointblank": pointblank, "datacontract": datacontract}[task]()
