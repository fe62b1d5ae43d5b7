// Writes what is made from the command table, the fault table and the schemas; --check only says what differs.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { bundle } from './build.mjs'
import { repeatedHashesProgram } from './generate/repeated-hashes.mjs'
import { scanLinesProgram } from './generate/scan-lines.mjs'
import { sortNumbersProgram } from './generate/sort-numbers.mjs'
import { tallyNumbersProgram } from './generate/tally-numbers.mjs'

const root = resolve(fileURLToPath(import.meta.url), '../..')

/** Path → text of every generated file. Bundled first, as Node 20 runs no TypeScript. */
export async function generate() {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-generate-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    await bundle(folder, { files: 'scripts/generate/files.ts' })
    const { generatedFiles } = await import(pathToFileURL(join(folder, 'files.js')).href)
    return await generatedFiles()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function differing(files) {
  return [...files].filter(([path, text]) => {
    const file = join(root, path)
    return !existsSync(file) || readFileSync(file, 'utf8') !== text
  })
}

function write(stale) {
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    console.log(`wrote ${path}`)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isCheck = process.argv.includes('--check')
  // What is bundled to make the others imports it.
  const programs = new Map([
    ['action/data/repeated-hashes.generated.ts', await repeatedHashesProgram()],
    ['action/data/scan-lines.generated.ts', await scanLinesProgram()],
    ['action/stats/sort-numbers.generated.ts', await sortNumbersProgram()],
    ['action/stats/tally-numbers.generated.ts', await tallyNumbersProgram()],
  ])
  if (!isCheck) write(differing(programs))
  const files = new Map([...programs, ...(await generate())])
  const stale = differing(files)
  if (isCheck) {
    for (const [path] of stale) console.error(`${path} is not what its source makes`)
    if (stale.length > 0) console.error('Run npm run generate and commit the files.')
    else console.log(`${files.size} generated files are up to date`)
    process.exitCode = stale.length > 0 ? 1 : 0
  } else {
    write(stale)
    if (stale.length === 0) console.log('the others are up to date')
  }
}
