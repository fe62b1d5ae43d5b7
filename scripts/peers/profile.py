"""One Parquet file described by another library, as a whole process: profile.py TASK FILE. Prints what it finds."""

import sys

task, file = sys.argv[1:3]


def polars():
    import polars

    print(polars.read_parquet(file).describe())


def duckdb():
    import duckdb

    print(duckdb.execute("SUMMARIZE SELECT * FROM read_parquet(?)", [file]).fetchall())


{"polars": polars, "duckdb": duckdb}[task]()
