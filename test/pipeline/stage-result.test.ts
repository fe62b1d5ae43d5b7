import { symlinkSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { sha256 } from '../../action/base/sha256.ts'
import { readResult } from '../../action/pipeline/stage-result.ts'
import { tempFolder } from '../support/temp-folder.ts'

const key = sha256('key')
const whole = {
  schema: 'plumbline/stage/v1',
  stage: 'train',
  key,
  parts: {},
  cacheKey: key,
  startedAt: '2025-03-04T06:00:00.000Z',
  seconds: 1,
  detail: '',
  outputs: { model: { path: 'model.json', sha256: key } },
}

describe('readResult()', () => {
  test('reads what was written', async () => {
    const folder = tempFolder({ 'result.json': JSON.stringify(whole) })

    expect(await readResult(join(folder, 'result.json'))).toEqual(whole)
  })

  test.each([
    ['is cut off', JSON.stringify(whole).slice(0, 99)],
    ['is of another shape', '[]'],
    ['lacks its outputs', JSON.stringify({ ...whole, outputs: undefined })],
    [
      'took less than nothing',
      JSON.stringify({ ...whole, resources: { cpuSeconds: -1, peakMemoryBytes: 1, diskBytes: 1 } }),
    ],
    ['was measured in part', JSON.stringify({ ...whole, resources: { cpuSeconds: 1 } })],
    ['leads out of its folder', JSON.stringify({ ...whole, outputs: { model: { path: '../../x', sha256: key } } })],
    ['leads above its folder', JSON.stringify({ ...whole, outputs: { model: { path: '..', sha256: key } } })],
    ['is kept under a path', JSON.stringify({ ...whole, cacheKey: '../../../etc' })],
    ['is of a newer version', JSON.stringify({ ...whole, schema: 'plumbline/stage/v2' })],
    ['was made at no time', JSON.stringify({ ...whole, startedAt: 'soon' })],
    ['took no number of seconds', JSON.stringify({ ...whole, seconds: '1' })],
    ['is made of no texts', JSON.stringify({ ...whole, parts: { data: {} } })],
    ['is huge', `${JSON.stringify(whole)}${' '.repeat(17 << 20)}`],
    ['is of a stage with a path', JSON.stringify({ ...whole, stage: '../split' })],
  ])('takes a result that %s for none', async (_, text) => {
    const folder = tempFolder({ 'result.json': text })

    expect(await readResult(join(folder, 'result.json'))).toBeUndefined()
  })

  test('follows no link', async () => {
    const folder = tempFolder({ 'elsewhere.json': JSON.stringify(whole) })
    symlinkSync(join(folder, 'elsewhere.json'), join(folder, 'result.json'))

    expect(await readResult(join(folder, 'result.json'))).toBeUndefined()
  })
})
