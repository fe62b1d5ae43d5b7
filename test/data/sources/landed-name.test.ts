import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { nameOf, safeName } from '../../../action/data/sources/landed-name.ts'

const named = (path: string, more: { disposition?: string; contentType?: string } = {}) =>
  nameOf({ shown: 'here', urls: [new URL(path, 'https://example.com')], ...more })

describe('nameOf', () => {
  test.each([
    ['/a/orders.csv', {}, 'orders.csv'],
    ['/a/orders%202025.csv.gz?x=y.parquet', {}, 'orders 2025.csv.gz'],
    ['/a/%2e%2e%2f%2e%2e%2fetc.csv', {}, '_.._etc.csv'],
    ['/a/.hidden.csv', {}, 'hidden.csv'],
    ['/export', { contentType: 'text/csv; charset=utf-8' }, 'export.csv'],
    ['/', { contentType: 'application/x-ndjson' }, 'data.ndjson'],
    ['/export', { disposition: 'attachment; filename="may.parquet"' }, 'may.parquet'],
    ['/export', { disposition: 'attachment; filename="../../x.csv"' }, '_.._x.csv'],
    ['/export', { disposition: "attachment; filename=a.csv; filename*=UTF-8''%C3%A4.csv" }, 'ä.csv'],
    ['/export', { disposition: 'attachment; filename=setup.exe', contentType: 'text/csv' }, 'export.csv'],
  ])('calls %s with %j %s', (path, more, name) => {
    expect(named(path, more)).toBe(name)
  })

  test('says that nothing tells the format', () => {
    expect(() => named('/export', { contentType: 'text/plain' })).toThrow('its Content-Type is text/plain')
    expect(() => named('/export')).toThrow('it has no Content-Type')
  })
})

describe('safeName', () => {
  test('never leads out of a folder, hides or grows long, and is its own safe name', () => {
    const odd = fc.sample(fc.string({ unit: 'binary', maxLength: 220 }), 500).map(safeName)
    expect(odd.filter((name) => /[/\\\0]/.test(name) || name.startsWith('.') || name.length > 190)).toEqual([])
    expect(odd.map(safeName)).toEqual(odd)
  })
})
