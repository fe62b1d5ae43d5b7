import { dirname, join } from 'node:path'

import type { Diagnostic, Read } from '../base/diagnostic.ts'
import type { Contract } from './contract.ts'
import { type ContractNotes, takeNotes } from './contract-notes.ts'
import { joinContracts, type SourceContract } from './join-contracts.ts'
import { odcs } from './odcs.ts'
import type { Project } from './project.ts'
import { readColumn } from './read-column.ts'
import { readCompositeKey } from './read-primary-key.ts'
import { readSqlRule, readTableQuality } from './read-quality-rule.ts'
import { readRelationships } from './read-relationships.ts'
import { readServiceLevels } from './read-service-levels.ts'
import { readTextFile } from './read-text-file.ts'
import { readYaml, type YamlPath } from './read-yaml.ts'

/** What the data of a project promises. */
export interface DataContracts {
  /** In the order of the sources. */
  readonly tables: readonly [SourceContract, ...SourceContract[]]
  /** The columns of all tables, as features see them. */
  readonly whole: Contract
  /** The texts of the files, for keys. */
  readonly text: string
}

/** The contracts of a project's sources, or everything that is wrong with them. */
export async function readContracts(project: Project): Promise<Read<DataContracts>> {
  const read = await Promise.all(
    project.data.sources.map(async (source, place) => {
      const key = place === 0 ? 'data.contract' : `data.source.${source.name}.contract`
      const remedy = `Write one with plumbline init, or name another as ${key} in ${project.file}.`
      const file = await readContractFile(project, source.contract, remedy, source.name)
      return { source, file }
    }),
  )
  const [first, ...others] = read.flatMap(({ source, file }) =>
    file.ok ? [{ source, contract: file.value.contract, text: file.value.text }] : [],
  )
  const diagnostics = read.flatMap(({ file }) => (file.ok ? [] : file.diagnostics))
  if (first === undefined || diagnostics.length > 0) return { ok: false, diagnostics }
  const tables = [first, ...others] as const
  const whole = joinContracts(project.file, [first, ...others])
  if (!whole.ok) return whole
  return {
    ok: true,
    value: { tables: [first, ...others], whole: whole.value, text: tables.map(({ text }) => text).join('\n') },
  }
}

/** The columns of all tables of a project, as features see them, or everything that is wrong with their contracts. */
export async function readContract(project: Project): Promise<Read<Contract>> {
  const read = await readContracts(project)
  return read.ok ? { ok: true, value: read.value.whole } : read
}

export interface StageContract {
  readonly contract: Contract
  readonly text: string
}

/** The contracts on stages' outputs, by stage. */
export async function readStageContracts(project: Project): Promise<Read<ReadonlyMap<string, StageContract>>> {
  const contracts = new Map<string, StageContract>()
  const diagnostics: Diagnostic[] = []
  for (const { name, contract } of [{ name: 'features', ...project.features }, ...project.stages]) {
    if (contract === undefined) continue
    const remedy = `Write it, or correct stages.${name}.contract in ${project.file}.`
    const read = await readContractFile(project, contract, remedy)
    if (read.ok) contracts.set(name, read.value)
    else diagnostics.push(...read.diagnostics)
  }
  return diagnostics.length > 0 ? { ok: false, diagnostics } : { ok: true, value: contracts }
}

async function readContractFile(
  project: Project,
  path: string,
  remedy: string,
  table?: string,
): Promise<Read<StageContract>> {
  const file = join(dirname(project.file), path).replaceAll('\\', '/')
  const text = await readTextFile(join(project.folder, path), file, remedy)
  if (!text.ok) return text
  const contract = parseContract(file, text.value, table)
  return contract.ok ? { ok: true, value: { contract: contract.value, text: text.value } } : contract
}

/**
 * One table of a document of the Open Data Contract Standard 3.1: its only one, or of several the one called `wanted`. Every
 * rule keeps the line that states it.
 */
export function parseContract(file: string, text: string, wanted?: string): Read<Contract> {
  const read = readYaml(file, text, odcs)
  if (!read.ok) return read
  const { id, version, schema, slaProperties } = read.value
  const notes = takeNotes(file, read.lineOf)
  const place = schema.length === 1 ? 0 : schema.findIndex(({ name }) => name === wanted)
  const table = schema[place]
  if (table === undefined) {
    const names = schema.map(({ name }) => name)
    const message = `Cannot choose among the tables ${names.join(', ')}: none is called ${wanted ?? 'as the source'}`
    notes.complain(['schema'], message, `Name the source in plumbline.yaml: data.source: { ${names[0]}: { from: … } }.`)
    return { ok: false, diagnostics: notes.diagnostics }
  }

  const path = ['schema', place]
  const hasOneKey = table.properties.filter(({ primaryKey }) => primaryKey).length === 1
  const columns = table.properties.map((property, i) => {
    return readColumn(property, hasOneKey, [...path, 'properties', i], notes)
  })
  table.properties.forEach((_, i) => checkNames(i, columns, [...path, 'properties', i], notes))
  const names = columns.map(({ name }) => name)
  const tableRules = [
    ...readCompositeKey(table.properties, [...path, 'properties'], notes),
    ...table.properties.flatMap(({ name, quality }, i) =>
      quality.flatMap((rule, j) => {
        const at = [...path, 'properties', i, 'quality', j]
        return rule.type === 'sql' ? readSqlRule(rule, name, at, notes) : []
      }),
    ),
    ...table.quality.flatMap((rule, i) => readTableQuality(rule, [...path, 'quality', i], names, notes)),
    ...readRelationships(schema, table, path, notes),
    ...readServiceLevels(slaProperties, table, schema.length === 1, notes),
  ]

  if (notes.diagnostics.length === 0)
    return { ok: true, value: { file, id, version, columns, table: table.name, tableRules } }
  return { ok: false, diagnostics: [...notes.diagnostics].sort((a, b) => a.line - b.line) }
}

/** Names and aliases must differ in more than case, because SQL does not tell "Id" from "id". */
function checkNames(i: number, columns: Contract['columns'], path: YamlPath, notes: ContractNotes): void {
  const earlier = new Map(
    columns.slice(0, i).flatMap((column) => namesOf(column).map((name) => [fold(name), column.line])),
  )
  for (const name of namesOf(columns[i])) {
    const line = earlier.get(fold(name))
    if (line === undefined) continue
    notes.complain(
      path,
      `Cannot use the column name "${name}": the column at line ${line} has it already, as SQL reads names`,
      'Give each column, and each alias, a name of its own that differs in more than case.',
    )
  }
}

function namesOf(column: Contract['columns'][number] | undefined): string[] {
  return column ? [column.name, ...column.aliases] : []
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase()
}
