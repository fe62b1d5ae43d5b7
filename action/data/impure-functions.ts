import type { Engine } from './engine.ts'

/** Written without parentheses, these are the clock's or the session's. */
export const movingNames: ReadonlySet<string> = new Set([
  'current_date',
  'current_time',
  'current_timestamp',
  'current_user',
  'localtime',
  'localtimestamp',
  'session_user',
  'user',
])

/** Functions whose value is not their arguments' alone: the clock, chance, the session, a sequence, the catalog, a plan. */
export const movingFunctions: ReadonlySet<string> = new Set([
  ...movingNames,
  'ago',
  'current_catalog',
  'current_connection_id',
  'current_database',
  'current_localtime',
  'current_localtimestamp',
  'current_query',
  'current_query_id',
  'current_role',
  'current_schema',
  'current_schemas',
  'current_setting',
  'current_transaction_id',
  'currval',
  'format_type',
  'gen_random_uuid',
  'get_block_size',
  'get_current_time',
  'get_current_timestamp',
  'getenv',
  'getvariable',
  'in_search_path',
  'json_serialize_plan',
  'nextval',
  'now',
  'pg_conf_load_time',
  'pg_get_constraintdef',
  'pg_get_viewdef',
  'pg_postmaster_start_time',
  'pg_sleep',
  'random',
  'setseed',
  'sleep_ms',
  'stats',
  'today',
  'transaction_timestamp',
  'txid_current',
  'uuid',
  'uuidv4',
  'uuidv7',
  'version',
  'write_log',
])

/** Macros that hide an aggregate. */
const aggregateMacros = [
  'geomean',
  'geometric_mean',
  'json_group_array',
  'json_group_object',
  'json_group_structure',
  'wavg',
  'weighted_avg',
]

const rowMakers = ['generate_subscripts', 'regexp_split_to_table', 'unnest']

/** Functions that see more than their row, or make more than one, as this DuckDB lists them. */
export async function leakingFunctions(engine: Engine): Promise<ReadonlyMap<string, 'aggregate' | 'rows'>> {
  const aggregates = await engine.query<{ name: string }>(
    `SELECT DISTINCT function_name AS name FROM duckdb_functions()
     WHERE function_type = 'aggregate'
       AND function_name NOT IN (SELECT function_name FROM duckdb_functions() WHERE function_type = 'scalar')`,
  )
  const names = [...aggregates.map(({ name }) => name), ...aggregateMacros]
  return new Map([
    ...names.map((name) => [name, 'aggregate'] as const),
    ...rowMakers.map((name) => [name, 'rows'] as const),
  ])
}
