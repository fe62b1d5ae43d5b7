import { type AgeLimit, type AgeUnit, ageUnits, type TableRule } from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsServiceLevel, OdcsTable } from './odcs.ts'

/**
 * What `slaProperties` say of a table's rows: how old its newest and its oldest may be. Others (availability, support, times of
 * delivery) are about people and systems, and no file shows whether they are kept.
 */
export function readServiceLevels(
  levels: readonly OdcsServiceLevel[],
  table: OdcsTable,
  isOnlyTable: boolean,
  notes: ContractNotes,
): TableRule[] {
  return levels.flatMap((level, i) => {
    const kind = kinds[level.property.toLowerCase()]
    if (kind === undefined) return []
    const path = ['slaProperties', i]
    const limit = readLimit(level)
    if (limit === undefined) {
      const message = `Cannot read ${level.property} "${String(level.value)} ${level.unit ?? ''}": expected a number and a unit`
      notes.complain(path, message, 'Write value: 2 and unit: d (or h, m, mo, y).')
      return []
    }
    const elements = (level.element ?? '').split(',').map((text) => text.trim())
    return elements.flatMap((element): TableRule[] => {
      const [, owner, column = ''] = /^(?:([^.]+)\.)?([^.]+)$/.exec(element) ?? []
      const isOurs = owner === undefined ? isOnlyTable : owner === table.name
      if (owner !== undefined && !isOurs && !isOnlyTable) return []
      const property = isOurs ? table.properties.find(({ name }) => name === column) : undefined
      if (property && ['date', 'timestamp'].includes(property.logicalType)) {
        return [{ kind, column, limit, line: notes.lineOf(path) }]
      }
      const state = property ? `"${column}" is a ${property.logicalType}` : 'there is no such column'
      const message = `Cannot check ${level.property} of "${element}": ${state}; expected a date or timestamp column`
      notes.complain([...path, 'element'], message, `Write element: ${table.name}.COLUMN.`)
      return []
    })
  })
}

const kinds: Readonly<Record<string, 'freshness' | 'retention'>> = { freshness: 'freshness', retention: 'retention' }

const spellings: Readonly<Record<AgeUnit, readonly string[]>> = {
  minute: ['m', 'min', 'minute', 'minutes'],
  hour: ['h', 'hr', 'hour', 'hours'],
  day: ['d', 'day', 'days'],
  week: ['w', 'wk', 'week', 'weeks'],
  month: ['mo', 'month', 'months'],
  year: ['y', 'yr', 'year', 'years'],
}

function readLimit({ value, unit }: OdcsServiceLevel): AgeLimit | undefined {
  const count = typeof value === 'number' ? value : Number.NaN
  const known = ageUnits.find((name) => spellings[name].includes(unit?.trim().toLowerCase() ?? ''))
  return known !== undefined && Number.isFinite(count) && count > 0 ? { count, unit: known } : undefined
}
