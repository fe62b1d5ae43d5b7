// Bundles Plumbline into dist/. Does nothing where dist/ already holds what these sources make; --force builds anyway.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { collectLicenses } from './licenses.mjs'
import { skipFacades } from './skip-facades.mjs'

const root = resolve(fileURLToPath(import.meta.url), '../..')
const dist = join(root, 'dist')
const stampFile = join(dist, 'build.json')

/** Output name → source. */
const entries = {
  main: 'action/main.ts',
  cli: 'action/cli.ts',
  'sql-child': 'action/data/sql-child.ts',
  'reader-child': 'action/data/reader-child.ts',
  'csv-worker': 'action/data/csv-worker.ts',
  'hash-worker': 'action/data/hash-worker.ts',
  'number-worker': 'action/data/number-worker.ts',
  'digest-thread': 'action/base/digest-thread.ts',
  'cache-child': 'action/github/runner/cache-child.ts',
}

/**
 * Package → what stands for it in the bundle: a native part that is found at run time, one that may not be shipped, and the same
 * as modules, which start in half the time of what `require()` would load one by one.
 */
const replaced = {
  '@duckdb/node-bindings': 'action/data/duckdb-bindings-shim.cjs',
  buffers: 'action/github/runner/buffers-shim.cjs',
  yaml: 'node_modules/yaml/browser/index.js',
}

/** A file is loaded in a millisecond, however small it is: what is always wanted at once, or by most commands, is one chunk. */
const chunksOfMany = {
  door: [
    'action/base/{byte-order,byte-size,cache-folder,canonical-json,diagnostic,duration,fault,format-number,moments,nearest-name,package-folder,progress,system-fault,version}.ts',
    'action/commands/{answer-terminal,command-table,define-command,fields,find-command,read-command-line,settle}.ts',
    'action/report/{ending,markdown,numbers,paint,progress-lines,progress-live,terminal,word-ending,word-fault}.ts',
  ],
  bytes: ['action/base/{sha256,write-all,write-whole}.ts'],
  // And the process that reads, which starts before anything else is loaded.
  engine: [
    'action/data/{child-program,engine,install-duckdb,load-duckdb,most-memory,quote,reading-engine,repeated-hashes}.ts',
  ],
  files: [
    'action/base/own-folder.ts',
    'action/data/{file-state,find-source-files,recall-snapshot,section-files,source-file}.ts',
    'action/data/stores/{git,uncommitted-files}.ts',
    'action/project/{contract,data-lock,drift-policy,expectation,metric-kinds,packed-folder,read-sources,read-text-file,snapshot-name,source-place,test-size,time-format}.ts',
    'node_modules/{fdir,picomatch,tinyglobby}/',
  ],
  // With all that they import; the rest of that folder is what fewer commands do to settings and contracts.
  settings: ['action/project/{contract-environments,join-contracts,read-contract,read-project}.ts'],
  contracts: ['action/project/', 'node_modules/{yaml,zod}/'],
  // Of all that is done to rows, what needs no settings.
  readers: [
    'action/data/{copy-as-utf8,decode-text,describe-files,diagnose-read-error,guess-encoding,is-whole,measure-columns}.ts',
    'action/data/{read-header,read-source,read-start,recognise-file,spelled-values}.ts',
  ],
  rows: [
    'action/data/{check-contract,check-references,check-service-levels,checked-columns,contract-sql}.ts',
    'action/data/{digest-rows,event-time,find-repeats,find-samples,find-scale,format-patterns,map-in-parallel}.ts',
    'action/data/{row-starts,time-patterns}.ts',
  ],
}

/** Builds where needed and says whether it did. */
export async function build({ isForced = false } = {}) {
  const sources = sourcesDigest()
  if (!isForced && isBuiltFrom(sources)) return { built: false, files: 0, seconds: 0 }

  const start = performance.now()
  const draft = `${dist}.${process.pid}.draft`
  try {
    const { output, files } = await bundle(draft, entries)
    const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
    writeFileSync(join(draft, 'licenses.txt'), collectLicenses(modules))
    writeFileSync(join(draft, 'build.json'), `${JSON.stringify({ sources, files: distFiles(draft) })}\n`)
    rmSync(dist, { recursive: true, force: true })
    renameSync(draft, dist)
    return { built: true, files, seconds: (performance.now() - start) / 1000 }
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** Bundles sources (output name → path from the root) into a folder, lazily loaded rooms as chunks of their own. */
export async function bundle(folder, sources) {
  const { rolldown } = await import('rolldown')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  mkdirSync(folder, { recursive: true })
  const bundler = await rolldown({
    cwd: root,
    input: present(sources),
    platform: 'node',
    tsconfig: false,
    transform: { target: 'node20', define: { PLUMBLINE_VERSION: JSON.stringify(version) } },
    resolve: { alias: present(replaced) },
    // So that a door needs no file but its own to say the version.
    optimization: { inlineConst: { mode: 'all', pass: 1 } },
    plugins: [withoutOptionalGlobs],
    onLog: refuseWarnings,
  })
  try {
    const { output } = await bundler.write({
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name]-[hash].js',
      minify: false,
      comments: { legal: false, annotation: true, jsdoc: false },
      codeSplitting: {
        groups: Object.entries(chunksOfMany).map(([name, paths]) => ({ name, test: patternOf(paths) })),
      },
    })
    const chunks = output.filter(({ type }) => type === 'chunk')
    const kept = skipFacades(chunks)
    for (const { fileName, code } of chunks) {
      if (!kept.has(fileName)) rmSync(join(folder, fileName))
      else if (kept.get(fileName) !== code) writeFileSync(join(folder, fileName), kept.get(fileName))
    }
    return { output, files: kept.size }
  } finally {
    await bundler.close()
  }
}

/** fdir looks for a picomatch of its own at every start, for globs that nobody asks of it: seven files that are loaded for nothing. */
const withoutOptionalGlobs = {
  name: 'without-optional-globs',
  transform: {
    filter: { id: /node_modules\/fdir\/dist\/index\.mjs$/ },
    handler(code) {
      const asked = /try \{\s*__require\.resolve\("picomatch"\);[^}]*\} catch \{\}/
      if (!asked.test(code))
        throw new Error('Cannot build: fdir looks for picomatch in another way; expected the one here')
      return code.replace(asked, '')
    },
  },
}

/** `a/{b,c}.ts` of the paths as one pattern. */
function patternOf(paths) {
  const patterns = paths.map((path) =>
    path.replaceAll(/[./]/g, '[$&]').replaceAll(/\{([^}]*)\}/g, (_, names) => `(${names.replaceAll(',', '|')})`),
  )
  return new RegExp(`(${patterns.join('|')})`)
}

/** Names whose source exists, with absolute paths. */
function present(table) {
  return Object.fromEntries(
    Object.entries(table)
      .map(([name, path]) => [name, join(root, path)])
      .filter(([, path]) => existsSync(path)),
  )
}

/** A warning about our own sources is an error; a package's oddities are its own. */
function refuseWarnings(level, log, pass) {
  if (level !== 'warn') return pass(level, log)
  if (!(log.id ?? log.loc?.file ?? '').includes('node_modules')) pass('error', log)
}

function isBuiltFrom(sources) {
  if (!existsSync(stampFile)) return false
  const stamp = JSON.parse(readFileSync(stampFile, 'utf8'))
  return stamp.sources === sources && stamp.files.every((file) => existsSync(join(dist, file)))
}

function sourcesDigest() {
  const hash = createHash('sha256')
  const files = ['package.json', 'package-lock.json', ...filesBelow('action'), ...filesBelow('scripts')]
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

function distFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { built, files, seconds } = await build({ isForced: process.argv.includes('--force') })
  console.log(built ? `dist/: ${files} files in ${seconds.toFixed(1)} s` : 'dist/ is up to date')
}
