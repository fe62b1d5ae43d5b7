import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type CheckpointManifest, readManifest } from '../../action/pipeline/checkpoint-manifest.ts'

const cacheKey = 'c'.repeat(64)
const file = (path: string) => ({ path, bytes: 3, sha256: 'a'.repeat(64) })
const manifest = (...files: readonly unknown[]) => ({
  schema: 'plumbline/checkpoint/v1',
  stage: 'train',
  cacheKey,
  files,
})
const read = (value: unknown) => readManifest(JSON.stringify(value), 'train', cacheKey)

describe('readManifest()', () => {
  test('reads what a sender writes', () => {
    const written: CheckpointManifest = {
      schema: 'plumbline/checkpoint/v1',
      stage: 'train',
      cacheKey,
      files: [file('state.json'), file('optimizer/a:b?.bin'), file('optimizer/..c')],
    }
    expect(read(written)).toEqual({ ok: true, manifest: written })
  })

  test.each<[string, unknown]>([
    ['of another stage', { ...manifest(), stage: 'refit' }],
    ['of another key', { ...manifest(), cacheKey: 'd'.repeat(64) }],
    ['from the future', { ...manifest(), schema: 'plumbline/checkpoint/v2' }],
    ['without files', { ...manifest(), files: undefined }],
    ['of a path outside', manifest(file('../state.json'))],
    ['of an absolute path', manifest(file('/etc/passwd'))],
    ['of a path with a step up', manifest(file('a/../../b'))],
    ['of the folder itself', manifest(file('.'))],
    ['of no path', manifest(file(''))],
    ['of a path of another system', manifest(file('a\\b'))],
    ['of a path with a zero byte', manifest(file('a\0b'))],
    ['of one file twice', manifest(file('a'), file('a'))],
    ['of a file that is a folder too', manifest(file('a/b'), file('a'))],
    ['of a size below nothing', manifest({ ...file('a'), bytes: -1 })],
    ['of a digest that is none', manifest({ ...file('a'), sha256: 'none' })],
    ['of files that are none', manifest(null, 3, [])],
    ['that is a list', [manifest()]],
    ['that is nothing', null],
  ])('refuses one %s', (_, value) => {
    expect(read(value)).toMatchObject({ ok: false, why: expect.any(String) })
  })

  test('refuses every text that is none, and throws at none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readManifest(text, 'train', cacheKey).ok).toBe(false)
      }),
    )
    expect(readManifest(JSON.stringify(manifest(file('a'))).slice(0, -9), 'train', cacheKey).ok).toBe(false)
  })
})
