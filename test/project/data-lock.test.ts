import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { sha256 } from '../../action/base/sha256.ts'
import { type DataLock, dataDigest, formatDataLock, readDataLock } from '../../action/project/data-lock.ts'

const a = 'a'.repeat(64)
const b = 'b'.repeat(64)
const good = `version: 1\nuntil: 2024-12-31T23:30:00Z\nfeatures:\n  - ${a}  10  data/a.csv\n  - ${b}  20  data/b.csv\n`

const anyPath = fc
  .array(
    fc.string({
      unit: fc.oneof(
        fc.constantFrom(' ', '#', ':', "'", '"', '-', 'é', '漢', '😀'),
        fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
      ),
      minLength: 1,
      maxLength: 8,
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.map((part) => part.replaceAll(/[/\\\p{Cc}]/gu, '_').normalize('NFC')).join('/'))
  .filter((path) => !/^[a-zA-Z]:/.test(path) && path.split('/').every((part) => part !== '.' && part !== '..'))

const anyEntry = fc.record({
  sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  bytes: fc.nat(),
  path: anyPath,
})
const anyEntries = fc.uniqueArray(anyEntry, { selector: ({ path }) => path, minLength: 1, maxLength: 6 })
const anyLock: fc.Arbitrary<DataLock> = fc.record({
  version: fc.constant(1 as const),
  until: fc.constantFrom(null, '2018', '-5', '2024-01-31', '2024-01-31T10:00:00.5Z'),
  sections: fc.record({ features: anyEntries, labels: anyEntries }, { requiredKeys: ['features'] }),
})

describe('readDataLock()', () => {
  test('reads back what formatDataLock() writes', () => {
    fc.assert(
      fc.property(anyLock, (lock) => {
        const text = formatDataLock(lock)
        const read = readDataLock('data.lock.yaml', text)
        if (!read.ok) throw new Error(JSON.stringify(read.diagnostics))
        expect(read.value.until).toBe(lock.until)
        expect(dataDigest(read.value)).toBe(dataDigest(lock))
        expect(formatDataLock(read.value)).toBe(text)
      }),
    )
  })

  test('takes the sections of named sources, and tells which of those expected is not there', () => {
    const text = good.replace('features:', 'parcels:')
    expect(readDataLock('data.lock.yaml', text)).toMatchObject({ ok: true, value: { sections: { parcels: [{}, {}] } } })
    const read = readDataLock('data.lock.yaml', text, ['parcels', 'carriers'])
    expect(read.ok ? [] : read.diagnostics.map(({ message }) => message)).toEqual([
      'Cannot read "data.lock.yaml": it has no section "carriers"',
    ])
  })

  test.each([
    ['merge conflict', `version: 1\n<<<<<<< HEAD\nuntil: null\n=======\n`, 'lock/merge-conflict', 2],
    ['later version', good.replace('version: 1', 'version: 2'), 'lock/version', 1],
    ['no version', good.replace('version: 1\n', ''), 'lock/version', 1],
    ['bad hash', good.replace(a, 'abc'), 'lock/entry', 4],
    ['single space', good.replace('  10  ', ' 10 '), 'lock/entry', 4],
    ['negative size', good.replace('  10  ', '  -1  '), 'lock/entry', 4],
    ['unsorted', good.replace('data/a.csv', 'data/c.csv'), 'lock/order', 5],
    ['twice', good.replace('data/a.csv', 'data/b.csv'), 'lock/duplicate', 5],
    ['out of the folder', good.replace('data/a.csv', '../a.csv'), 'lock/path', 4],
    ['absolute', good.replace('data/a.csv', '/etc/passwd'), 'lock/path', 4],
    ['unknown key', `${good}feature:\n`, 'lock/key', 6],
    ['key twice', `${good}features:\n`, 'lock/key', 6],
    ['bad time', good.replace('2024-12-31T23:30:00Z', 'soon'), 'lock/until', 2],
    ['no features', 'version: 1\nuntil: null\n', 'lock/empty', 1],
    ['empty features', 'version: 1\nuntil: null\nfeatures:\n', 'lock/empty', 1],
    ['empty file', '', 'lock/version', 1],
    ['broken quote', good.replace(`- ${a}`, `- "${a}`), 'lock/entry', 4],
  ])('tells the line of: %s', (_, text, code, line) => {
    const read = readDataLock('data.lock.yaml', text, ['features'])
    expect(read.ok ? [] : read.diagnostics).toContainEqual(
      expect.objectContaining({ code, line, file: 'data.lock.yaml' }),
    )
  })
})

describe('formatDataLock()', () => {
  test('writes YAML whose entries are the same texts', () => {
    fc.assert(
      fc.property(anyLock, (lock) => {
        const read = parse(formatDataLock(lock)) as { until: unknown; features: string[] }
        expect(read.until).toBe(lock.until)
        const entries = (lock.sections['features'] ?? []).map(
          (entry) => `${entry.sha256}  ${entry.bytes}  ${entry.path}`,
        )
        expect([...read.features].sort()).toEqual(entries.sort())
      }),
    )
  })
})

describe('dataDigest()', () => {
  test('hashes the lines that sha256sum would check, in byte order', () => {
    const lock: DataLock = {
      version: 1,
      until: null,
      sections: {
        labels: [{ sha256: a, bytes: 1, path: 'l.csv' }],
        features: [{ sha256: b, bytes: 2, path: 'f.csv' }],
      },
    }
    expect(dataDigest(lock)).toBe(sha256(`${a}  labels/l.csv\n${b}  features/f.csv\n`))
  })

  test('ignores the order of entries, the size and until', () => {
    fc.assert(
      fc.property(anyLock, (lock) => {
        const features = [...(lock.sections['features'] ?? [])].reverse().map((entry) => ({ ...entry, bytes: 0 }))
        expect(dataDigest({ ...lock, until: null, sections: { ...lock.sections, features } })).toBe(dataDigest(lock))
      }),
    )
  })
})
