// Writes the packages that hold DuckDB's native part, a row a platform, from package-lock.json into action/data.
// `--check` only says whether the committed file is up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const target = new URL('action/data/duckdb-packages.generated.ts', root)
const prefix = 'node_modules/@duckdb/node-bindings-'

const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'))
const rows = Object.entries(packages)
  .filter(([path]) => path.startsWith(prefix))
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([path, { version, integrity }]) => ({ platform: path.slice(prefix.length), version, integrity }))
const versions = new Set(rows.map((row) => row.version))
if (rows.length === 0 || versions.size !== 1) {
  console.error(
    `package-lock.json holds ${rows.length} packages of DuckDB in ${versions.size} versions; expected one version`,
  )
  process.exit(1)
}

const text = `// Made by scripts/duckdb-packages.mjs from package-lock.json. Do not edit.

export const duckdbVersion = '${rows[0].version}'

/** Platform (as in the package's name) → the integrity that npm checks. */
export const duckdbIntegrities: Readonly<Record<string, string>> = {
${rows.map((row) => `  '${row.platform}': '${row.integrity}',`).join('\n')}
}
`

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error(`${fileURLToPath(target)} is out of date: run  node scripts/duckdb-packages.mjs`)
    process.exit(1)
  }
} else {
  writeFileSync(target, text)
}
