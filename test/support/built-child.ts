import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { packageFolder } from '../../action/base/package-folder.ts'

/** Builds `dist/sql-child.js` where it is missing or older than the sources; a full build's is left alone. */
export async function builtChild(): Promise<string> {
  const root = packageFolder()
  const target = join(root, 'dist/sql-child.js')
  if (existsSync(target) && statSync(target).mtimeMs >= newestSourceMs(join(root, 'action'))) return target
  const draft = join(root, `dist/.child-${process.pid}`)
  const bundle = await rolldown({
    input: join(root, 'action/data/sql-child.ts'),
    platform: 'node',
    transform: { target: 'node20' },
    resolve: { alias: { '@duckdb/node-bindings': join(root, 'action/data/duckdb-bindings-shim.cjs') } },
  })
  await bundle.write({ file: join(draft, 'sql-child.js'), format: 'esm', codeSplitting: false })
  await bundle.close()
  renameSync(join(draft, 'sql-child.js'), target)
  rmSync(draft, { recursive: true })
  return target
}

function newestSourceMs(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Math.max(...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs))
}
