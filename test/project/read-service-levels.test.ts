import { describe, expect, test } from 'vitest'
import { parseContract } from '../../action/project/read-contract.ts'

function read(level: string) {
  const parsed = parseContract(
    'c.yaml',
    `apiVersion: v3.1.0
kind: DataContract
id: c
version: 1.0.0
status: active
schema:
  - name: parcels
    properties:
      - { name: at, logicalType: timestamp }
      - { name: weight, logicalType: number }
slaProperties:
  - ${level}
`,
  )
  return parsed.ok ? parsed.value.tableRules : parsed.diagnostics.map(({ line, message }) => `${line}: ${message}`)
}

describe('readServiceLevels()', () => {
  test.each([
    ['{ property: freshness, value: 2, unit: d, element: parcels.at }', 'freshness', { count: 2, unit: 'day' }],
    ['{ property: freshness, value: 90, unit: minutes, element: at }', 'freshness', { count: 90, unit: 'minute' }],
    ['{ property: retention, value: 3, unit: y, element: parcels.at }', 'retention', { count: 3, unit: 'year' }],
  ])('reads %s', (level, kind, limit) => {
    expect(read(level)).toEqual([{ kind, column: 'at', limit, line: 12 }])
  })

  test.each([
    '{ property: latency, value: 4, unit: d, element: parcels.at }',
    '{ property: generalAvailability, value: 2022-05-12 }',
    '{ property: timeOfAvailability, value: "09:00-08:00", driver: regulatory }',
  ])('leaves to people %s', (level) => {
    expect(read(level)).toEqual([])
  })

  test.each([
    ['{ property: freshness, value: 2, element: at }', 'expected a number and a unit'],
    ['{ property: freshness, value: soon, unit: d, element: at }', 'expected a number and a unit'],
    ['{ property: freshness, value: 2, unit: d }', 'there is no such column'],
    ['{ property: freshness, value: 2, unit: d, element: parcels }', 'there is no such column'],
    ['{ property: freshness, value: 2, unit: d, element: weight }', '"weight" is a number'],
    ['{ property: freshness, value: 2, unit: d, element: parcel.at }', 'there is no such column'],
  ])('refuses %s', (level, message) => {
    expect(read(level)).toEqual([expect.stringContaining(message)])
  })
})
