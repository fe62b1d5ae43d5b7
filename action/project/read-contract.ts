import { dirname, join } from 'node:path'

import type { Diagnostic, Read } from '../base/diagnostic.ts'
import type { Contract } from './contract.ts'
import { type ContractNotes, takeNotes } from './contract-notes.ts'
import { odcs } from './odcs.ts'
import type { Project } from './project.ts'
import { readColumn } from './read-column.ts'
import { readCompositeKey } from './read-primary-key.ts'
import { readSqlRule, readTableQuality } from './read-quality-rule.ts'
import { readTextFile } from './read-text-file.ts'
import { readYaml, type YamlPath } from './read-yaml.ts'

/** The contract that a project names, or everything that is wrong with it. */
export async function readContract(project: Project): Promise<Read<Contract>> {
  const remedy = `Write one with plumbline init, or name another as data.contract in ${project.file}.`
  const read = await readContractFile(project, project.data.contract, remedy)
  return read.ok ? { ok: true, value: read.value.contract } : read
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

async function readContractFile(project: Project, path: string, remedy: string): Promise<Read<StageContract>> {
  const file = join(dirname(project.file), path).replaceAll('\\', '/')
  const text = await readTextFile(join(project.folder, path), file, remedy)
  if (!text.ok) return text
  const contract = parseContract(file, text.value)
  return contract.ok ? { ok: true, value: { contract: contract.value, text: text.value } } : contract
}

/** A document of the Open Data Contract Standard 3.1 with one table; every rule keeps the line that states it. */
export function parseContract(file: string, text: string): Read<Contract> {
  const read = readYaml(file, text, odcs)
  if (!read.ok) return read
  const { id, version, schema } = read.value
  const notes = takeNotes(file, read.lineOf)
  const [table, second] = schema
  if (table === undefined || second !== undefined) {
    notes.refuseYet(['schema', 1], 'a second table', 'Keep one table in a contract.')
    return { ok: false, diagnostics: notes.diagnostics }
  }

  const path = ['schema', 0]
  if (table.relationships !== undefined) {
    notes.refuseYet([...path, 'relationships'], 'relationships', 'Take them out, or keep them in a comment.')
  }
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
        const place = [...path, 'properties', i, 'quality', j]
        return rule.type === 'sql' ? readSqlRule(rule, name, place, notes) : []
      }),
    ),
    ...table.quality.flatMap((rule, i) => readTableQuality(rule, [...path, 'quality', i], names, notes)),
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
