import type { TableRule } from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsRelationship, OdcsTable } from './odcs.ts'
import type { YamlPath } from './read-yaml.ts'

/** The foreign keys of a table and of its columns: values that must stand in another table, or in another column of this one. */
export function readRelationships(
  tables: readonly OdcsTable[],
  table: OdcsTable,
  path: YamlPath,
  notes: ContractNotes,
): TableRule[] {
  const ofColumns = table.properties.flatMap((property, i) =>
    (property.relationships ?? []).flatMap((given, j) => {
      const place = [...path, 'properties', i, 'relationships', j]
      if (given.from === undefined) return readOne(tables, [property.name], given, place, notes)
      notes.complain([...place, 'from'], 'Cannot use "from" here: it is this column', 'Take it out.')
      return []
    }),
  )
  const ofTable = (table.relationships ?? []).flatMap((given, j) => {
    const place = [...path, 'relationships', j]
    const from = readNames(tables, given.from, [...place, 'from'], notes)
    if (from === undefined) return []
    const columns = from.map(({ column }) => column)
    const known = table.properties.map(({ name }) => name)
    const wrong = from.find((one) => one.table !== table.name || !known.includes(one.column))
    if (wrong === undefined) return readOne(tables, columns, given, place, notes)
    const message = `Cannot use "${wrong.table}.${wrong.column}": "${table.name}" has no such column`
    notes.complain([...place, 'from'], message, `It has ${known.join(', ')}.`)
    return []
  })
  return [...ofColumns, ...ofTable]
}

interface ColumnName {
  readonly table: string
  readonly column: string
}

function readOne(
  tables: readonly OdcsTable[],
  columns: readonly string[],
  { to }: OdcsRelationship,
  path: YamlPath,
  notes: ContractNotes,
): TableRule[] {
  const names = readNames(tables, to, [...path, 'to'], notes)
  const [first] = names ?? []
  if (names === undefined || first === undefined) return []
  if (names.length !== columns.length || names.some(({ table }) => table !== first.table)) {
    const state = `it names ${names.length} columns, from has ${columns.length}`
    const message = `Cannot use this relationship: ${names.length === columns.length ? 'it leads to several tables' : state}`
    notes.complain([...path, 'to'], message, 'Name as many columns, all of one table.')
    return []
  }
  const others = names.map(({ column }) => column)
  return [{ kind: 'references', columns, table: first.table, others, line: notes.lineOf(path) }]
}

/** `table.column`, or `/schema/<id>/properties/<id>`; undefined where one of them is neither. */
function readNames(
  tables: readonly OdcsTable[],
  given: string | readonly string[] | undefined,
  path: YamlPath,
  notes: ContractNotes,
): readonly ColumnName[] | undefined {
  const names = [given ?? []].flat().map((text) => readName(tables, text))
  if (names.length > 0 && names.every((name) => name !== undefined)) return names
  const text = [given ?? []].flat()[names.indexOf(undefined)] ?? ''
  if (text.includes('.yaml#')) notes.refuseYet(path, 'relationships to other files', 'Write to: table.column.')
  else notes.complain(path, `Cannot read "${text}" as a column: expected table.column`, 'Write to: table.column.')
  return undefined
}

function readName(tables: readonly OdcsTable[], text: string): ColumnName | undefined {
  const [, table, column] = /^([^./#]+)\.([^/#]+)$/.exec(text) ?? []
  if (table !== undefined && column !== undefined) return { table, column }
  const [, tableId, propertyId] = /^\/?schema\/([^/]+)\/properties\/([^/]+)$/.exec(text) ?? []
  const found = tables.find(({ id }) => id !== undefined && id === tableId)
  const property = found?.properties.find(({ id }) => id !== undefined && id === propertyId)
  return found && property && { table: found.name, column: property.name }
}
