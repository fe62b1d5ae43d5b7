import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'

const template = join(packageFolder(), 'template')
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-stream-'))
const stream = join(scratch, 'stream')

afterAll(() => rmSync(scratch, { recursive: true }))

function generate(...args: readonly string[]) {
  return spawnSync(process.execPath, [join(template, 'generate-stream.mjs'), ...args], { encoding: 'utf8' })
}

function filesOf(folder: string): Record<string, string> {
  const names = ['landing', 'labels'].flatMap((kind) =>
    readdirSync(join(folder, kind)).map((name) => `${kind}/${name}`),
  )
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

/** The rows of a file without quotes, by column. */
function rowsOf(name: string): readonly Readonly<Record<string, string>>[] {
  const [header = '', ...lines] = readFileSync(join(stream, name), 'utf8').trimEnd().split('\n')
  const columns = header.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [columns[index], cell])))
}

function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length / items.length
}

describe('generate-stream.mjs', () => {
  test('makes the very bytes that the template holds', () => {
    expect(generate('--until', '2025-07', '--into', stream).status).toBe(0)

    const made = filesOf(stream)
    expect(Object.keys(made)).toHaveLength(14)
    expect(filesOf(join(template, 'data'))).toEqual(made)
  })

  test('adds months and leaves the earlier ones as they are', () => {
    const earlier = filesOf(stream)

    expect(generate('--until', '2025-10', '--into', stream).stdout.trim().split('\n')).toHaveLength(6)
    expect(filesOf(stream)).toMatchObject(earlier)
    expect(generate('--until', '2025-10', '--into', stream).stdout).toBe('')
  })

  test('mends a file that was changed', () => {
    const path = join(stream, 'labels/2025-02.csv')
    const before = readFileSync(path, 'utf8')
    writeFileSync(path, before.slice(0, 50))

    expect(generate('--until', '2025-02', '--into', stream).stdout).toBe(`wrote ${path}\n`)
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  test('has 1,200 to 1,500 parcels a month, each once, in the order of shipping', () => {
    for (const month of ['2025-01', '2025-08', '2025-10']) {
      const parcels = rowsOf(`landing/${month}.csv`)
      const times = parcels.map((parcel) => parcel['shipped_at'] ?? '')

      expect(parcels.length).toBeGreaterThanOrEqual(1200)
      expect(parcels.length).toBeLessThanOrEqual(1500)
      expect(new Set(parcels.map(({ parcel }) => parcel)).size).toBe(parcels.length)
      expect(times).toEqual(times.toSorted())
      expect(share(times, (time) => time.startsWith(month))).toBe(1)
    }
  })

  test('knows who was late fourteen days after shipping, and of a few never', () => {
    const shipped = new Map(
      ['2025-02', '2025-03'].flatMap((month) =>
        rowsOf(`landing/${month}.csv`).map(({ parcel, shipped_at }) => [parcel, shipped_at ?? ''] as const),
      ),
    )
    const labels = rowsOf('labels/2025-03.csv')
    const times = labels.map(({ parcel }) => shipped.get(parcel) ?? 'unknown').toSorted()

    expect(times[0]?.slice(0, 10)).toBe('2025-02-15')
    expect(times.at(-1)?.slice(0, 10)).toBe('2025-03-17')
    expect(share(labels, ({ late }) => late === '1')).toBeCloseTo(0.2, 1)

    const due = [...shipped.values()].filter((time) => time >= '2025-02-15' && time < '2025-03-18').length
    expect(due - labels.length).toBeGreaterThan(0)
    expect(due - labels.length).toBeLessThan(due / 100)
  })

  test('drifts in 2025-08', () => {
    const july = rowsOf('landing/2025-07.csv')
    const august = rowsOf('landing/2025-08.csv')
    const meanDistance = (parcels: typeof july) =>
      parcels.reduce((sum, parcel) => sum + Number(parcel['distance_km']), 0) / parcels.length

    expect(share(july, ({ carrier }) => carrier === 'Swift')).toBeLessThan(0.1)
    expect(share(august, ({ carrier }) => carrier === 'Swift')).toBeGreaterThan(0.35)
    expect(meanDistance(august) / meanDistance(july)).toBeGreaterThan(1.15)
  })

  test('renames `region` to `state` in 2025-10, with some weights in grams', () => {
    const september = rowsOf('landing/2025-09.csv')
    const october = rowsOf('landing/2025-10.csv')
    const states = new Set(october.map(({ state }) => state))

    expect(Object.keys(october[0] ?? {})).toEqual(
      Object.keys(september[0] ?? {}).map((column) => (column === 'region' ? 'state' : column)),
    )
    expect(states).toEqual(new Set(september.map(({ region }) => region)))
    expect(september.filter((parcel) => Number(parcel['weight_kg']) > 50)).toEqual([])
    expect(share(october, (parcel) => Number(parcel['weight_kg']) > 50)).toBeCloseTo(0.01, 2)
  })

  test.each(['', '2025', '2025-13', '2024-12', '2030-01', '2025-1', '../../x'])(
    'refuses the month %j and writes nothing',
    (until) => {
      const folder = join(scratch, 'refused')
      const { status, stderr } = generate(`--until=${until}`, '--into', folder)

      expect(status).toBe(1)
      expect(stderr).toContain(`Cannot make the stream until "${until}": expected a month`)
      expect(() => readdirSync(folder)).toThrow('ENOENT')
    },
  )

  test.each([
    [['--util', '2025-02'], "'--util'"],
    [['2025-02'], "'2025-02'"],
    [[], 'expected a month'],
  ])('refuses the arguments %j in one line', (args, named) => {
    const { status, stderr } = generate(...args)

    expect(status).toBe(1)
    expect(stderr).toContain(named)
    expect(stderr).not.toContain('    at ')
  })
})
