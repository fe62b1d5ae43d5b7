import { describe, expect, test } from 'vitest'

import { type DraftFile, nextFillStep, type Watched } from '../../action/github/next-fill-step.ts'
import type { Asset } from '../../action/github/releases.ts'

const files: readonly DraftFile[] = ['a', 'b', 'c'].map((name) => ({ name, bytes: 10, sha256: name.repeat(64) }))

function asset(name: string, change: Partial<Asset> = {}): Asset {
  const id = name.charCodeAt(0)
  return { id, name, bytes: 10, isWhole: true, sha256: name.repeat(64), createdAt: '2025-03-04T06:12:00Z', ...change }
}

const starter = (name: string, id = name.charCodeAt(0)) => asset(name, { id, isWhole: false, sha256: null, bytes: 0 })

describe('nextFillStep()', () => {
  test.each<[string, readonly Asset[], Watched, object]>([
    ['an empty draft gets all', [], new Map(), { kind: 'upload', files }],
    ['what is there stays', [asset('a')], new Map(), { kind: 'upload', files: files.slice(1) }],
    ['other bytes go', [asset('a', { sha256: 'f'.repeat(64) })], new Map(), { kind: 'delete', asset: { name: 'a' } }],
    ['what nobody wants goes', [asset('z')], new Map(), { kind: 'delete', asset: { name: 'z' } }],
    [
      'a server without digests is believed on size',
      [asset('a', { sha256: null })],
      new Map(),
      { kind: 'upload', files: files.slice(1) },
    ],
    ['and not on another size', [asset('a', { sha256: null, bytes: 9 })], new Map(), { kind: 'delete' }],
    [
      'an unfinished upload does not hold the others up',
      [starter('a')],
      new Map(),
      { kind: 'upload', files: files.slice(1) },
    ],
    [
      'it is waited for',
      [starter('a'), asset('b'), asset('c')],
      new Map([[97, { forMs: 100, patienceMs: 250 }]]),
      { kind: 'wait', ms: 100 },
    ],
    [
      'no longer than it is given',
      [starter('a'), asset('b'), asset('c')],
      new Map([[97, { forMs: 240, patienceMs: 250 }]]),
      { kind: 'wait', ms: 10 },
    ],
    [
      'then it goes',
      [starter('a'), asset('b'), asset('c')],
      new Map([[97, { forMs: 250, patienceMs: 250 }]]),
      { kind: 'delete', asset: { name: 'a' } },
    ],
    [
      'another upload of the name begins anew',
      [starter('a', 1), asset('b'), asset('c')],
      new Map([[97, { forMs: 250, patienceMs: 250 }]]),
      { kind: 'wait', ms: 50 },
    ],
    [
      'a large one is looked at every ten seconds',
      [starter('a'), asset('b'), asset('c')],
      new Map([[97, { forMs: 60_000, patienceMs: 100_000 }]]),
      { kind: 'wait', ms: 10_000 },
    ],
    ['all is there', files.map(({ name }) => asset(name)), new Map(), { kind: 'full' }],
  ])('%s', (_, held, watched, expected) => {
    expect(nextFillStep(files, held, watched)).toMatchObject(expected)
  })

  test('leads from whatever is there to exactly the files', () => {
    const states = [undefined, asset('a'), asset('a', { sha256: null, bytes: 9 }), starter('a')]
    const foreign = [undefined, asset('z'), starter('z')]
    let reached = 0
    for (const a of states)
      for (const b of states)
        for (const c of states)
          for (const z of foreign) {
            const named = [a, b, c].flatMap((one, at) => {
              const name = files[at]?.name ?? ''
              if (!one) return []
              return [{ ...one, id: at, name, sha256: one.sha256 === null ? null : name.repeat(64) }]
            })
            let held: readonly Asset[] = [...named, ...(z ? [z] : [])]
            for (let steps = 0; steps < 20; steps += 1) {
              const watched = new Map(held.map(({ id }) => [id, { forMs: 9, patienceMs: 9 }]))
              const step = nextFillStep(files, held, watched)
              if (step.kind === 'full') break
              if (step.kind === 'delete') held = held.filter(({ id }) => id !== step.asset.id)
              if (step.kind === 'upload') held = [...held, ...step.files.map(({ name }) => asset(name))]
            }
            expect(held.every(({ isWhole }) => isWhole)).toBe(true)
            expect(held.map(({ name }) => name).toSorted()).toEqual(['a', 'b', 'c'])
            reached += 1
          }
    expect(reached).toBe(192)
  })
})
