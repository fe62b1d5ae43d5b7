// Stands for `@duckdb/node-bindings` in the bundle: load-duckdb.ts has found and checked the native part by then.
module.exports = globalThis.__duckdbBindings
