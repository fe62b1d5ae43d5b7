// Checks that the rooms of action/ import each other only along the arrows of layers.table.mjs.
import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import * as table from './layers.table.mjs'

const root = resolve(fileURLToPath(import.meta.url), '../..')

/** Everything that is wrong with how these sources import each other; `sources` is path below action/ → text. */
export async function checkLayers(sources, { levels, arrows, packages }) {
  if (sources.size === 0) return ['Cannot check the layers: there are no files under action/; expected the sources']

  const { parseAst } = await import('rolldown/parseAst')
  const edges = [...sources].flatMap(([file, text]) => {
    return findImports(parseAst(text, { lang: file.endsWith('.cjs') ? 'js' : 'ts' })).map((written) => ({
      file,
      written,
    }))
  })
  const problems = []
  const used = new Set()
  const told = new Set()
  for (const { file, written } of edges) {
    const { arrow, problem } = judge(file, written, { arrows, packages }, sources)
    used.add(arrow)
    if (problem !== undefined && !told.has(arrow)) problems.push(`action/${file}: ${problem}`)
    if (arrow !== undefined) told.add(arrow)
  }
  for (const [from, to] of [...arrows, ...packages]) {
    if (!used.has(`${from} → ${to}`))
      problems.push(`Nobody uses the arrow "${from} → ${to}": remove it from scripts/layers.table.mjs`)
  }
  return [...unknownRooms(levels, sources), ...problems, ...upwardArrows(levels, arrows)]
}

/** What a file imports at run time, as written; undefined where that is computed. */
function findImports(program) {
  const found = []
  visit(program, (node) => {
    const isType = node.importKind === 'type' || node.exportKind === 'type'
    if (['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration'].includes(node.type)) {
      if (node.source && !isType) found.push(node.source.value)
    } else if (node.type === 'ImportExpression') {
      found.push(node.source.type === 'Literal' ? node.source.value : undefined)
    }
  })
  return found
}

function visit(node, see) {
  if (node === null || typeof node !== 'object') return
  if (typeof node.type === 'string') see(node)
  for (const child of Array.isArray(node) ? node : Object.values(node)) visit(child, see)
}

/** The arrow that an import follows, if it leaves its room, and what is wrong with it, once for all files of the arrow. */
function judge(file, written, { arrows, packages }, sources) {
  const from = roomOf(file)
  if (written === undefined)
    return { problem: 'import() of a computed name; write the name out, so that its arrow can be checked' }
  if (isBuiltin(written)) return {}
  if (!written.startsWith('.')) {
    const name = written.split('/', written.startsWith('@') ? 2 : 1).join('/')
    const owners = packages.filter(([, each]) => each === name).map(([room]) => room)
    const remedy =
      owners.length > 0 ? `it belongs to ${owners.join(', ')}: call that room` : 'weigh the package, then list it'
    return follow(packages, from, name, remedy)
  }
  const target = posix.join(posix.dirname(file), written)
  if (target.startsWith('..')) return {}
  if (!sources.has(target)) return { problem: `there is no ${written}; write the path with its extension` }
  const to = roomOf(target)
  if (from === to) return {}
  return follow(arrows, from, to, 'import only its types, move the code down, or list the arrow if it points down')
}

function follow(rows, from, to, remedy) {
  const arrow = `${from} → ${to}`
  if (rows.some(([room, target]) => room === from && target === to)) return { arrow }
  return { arrow, problem: `"${arrow}" is not listed in scripts/layers.table.mjs; ${remedy}` }
}

function unknownRooms(levels, sources) {
  const rooms = new Set([...sources.keys()].map(roomOf))
  return [...rooms]
    .filter((room) => !levels.flat().includes(room))
    .map(
      (room) =>
        `action/${room}: "${room}" is no room; add it to scripts/layers.table.mjs and to ARCHITECTURE.md, or use one that is`,
    )
}

function upwardArrows(levels, arrows) {
  const levelOf = (room) => levels.findIndex((rooms) => rooms.includes(room))
  return arrows
    .filter(([from, to]) => levelOf(from) <= levelOf(to))
    .map(([from, to]) => `The arrow "${from} → ${to}" does not point down: rooms import rooms of lower levels only`)
}

/** `data/engine.ts` → `data`; `cli.ts` → `cli`. */
function roomOf(file) {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.\w+$/, '')
}

function readSources() {
  const folder = join(root, 'action')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name),
  )
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [relative(folder, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')]
    }),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sources = readSources()
  const problems = await checkLayers(sources, table)
  for (const problem of problems) console.error(problem)
  if (problems.length === 0) console.log(`${sources.size} files follow the arrows`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
