// Who else describes data: tasks of profile.py.
export const profilePeers = [
  { name: 'polars describe', version: '2.1.0', task: 'polars', folder: 'polars', needs: 'polars==2.1.0' },
  { name: 'DuckDB SUMMARIZE', version: '1.5.5', task: 'duckdb', folder: 'duckdb', needs: 'duckdb==1.5.5' },
]
