import { describe, expect, test } from 'vitest'

import { wordChanges, wordLandingProgress } from '../../action/report/word-landing.ts'

describe('wordLandingProgress', () => {
  test('tells bytes, how many there will be, and the rate', () => {
    const one = { bytes: 12e6, ofBytes: 70e6, files: 0, ofFiles: 1 }
    expect(wordLandingProgress(one, 4)).toBe('12 MB of 70 MB · 3 MB/s')
    expect(wordLandingProgress({ bytes: 12e6, files: 0, ofFiles: 1 }, 4)).toBe('12 MB · 3 MB/s')
    expect(wordLandingProgress({ ...one, files: 1200, ofFiles: 5000 }, 0)).toBe(
      '1,200 of 5,000 files · 12 MB of 70 MB · 0 B/s',
    )
  })
})

describe('wordChanges', () => {
  test('counts what came, changed, stayed and went', () => {
    const file = (change: 'new' | 'changed' | 'unchanged') => ({ path: 'a', bytes: 1, change })
    const files = [file('new'), file('new'), file('changed'), file('unchanged')]
    const gone = [{ path: 'b', bytes: 1 }]
    expect(wordChanges({ files, gone, fetchedBytes: 3 })).toBe('2 new, 1 changed, 1 unchanged, 1 gone · 3 B fetched')
    expect(wordChanges({ files: [file('unchanged')], gone: [], fetchedBytes: 0 })).toBe('1 unchanged · 0 B fetched')
  })
})
