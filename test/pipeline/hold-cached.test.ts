import { describe, expect, test } from 'vitest'

import type { Progress } from '../../action/base/progress.ts'
import { holdCached } from '../../action/pipeline/hold-cached.ts'

function recorded() {
  const told: string[] = []
  const progress: Progress = {
    started: (step) => void told.push(`started ${step}`),
    update: (step, detail) => void told.push(`update ${step} ${detail}`),
    finished: (step, outcome) => void told.push(`${outcome} ${step}`),
    note: (text) => void told.push(`note ${text}`),
    warn: (text) => void told.push(`warn ${text}`),
  }
  return { told, progress: holdCached(progress) }
}

describe('holdCached()', () => {
  test('says nothing of a run that is cached from end to end', () => {
    const { told, progress } = recorded()
    progress.note('parcels')
    progress.finished('validate', 'cached', '', 0)
    progress.finished('train', 'cached', '', 0)
    expect(told).toEqual(['note parcels'])
  })

  test.each<[string, (progress: Progress) => void]>([
    ['started predict', (progress) => progress.started('predict')],
    ['done predict', (progress) => progress.finished('predict', 'done', '', 1)],
    ['failed predict', (progress) => progress.finished('predict', 'failed', '', 1)],
    ['note why', (progress) => progress.note('why')],
    ['warn look', (progress) => progress.warn('look')],
  ])('tells what came from the cache before "%s", in order and once', (line, happen) => {
    const { told, progress } = recorded()
    progress.finished('validate', 'cached', '', 0)
    progress.finished('train', 'cached', '', 0)
    happen(progress)
    happen(progress)
    expect(told).toEqual(['cached validate', 'cached train', line, line])
  })
})
