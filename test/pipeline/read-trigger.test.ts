import { describe, expect, test } from 'vitest'

import { mayBeProposed, readTrigger, triggerOf } from '../../action/pipeline/read-trigger.ts'

const push = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push', GITHUB_ACTOR: 'ada', GITHUB_REF_NAME: 'main' }
const proposed = { trigger: 'new data', reason: '20 new labelled rows (limit 10)', pull: 41 } as const

describe('triggerOf()', () => {
  test('a merge says why the data was proposed, and who merged', () => {
    expect(triggerOf(readTrigger(push, 'x'), proposed)).toEqual({
      kind: 'new data',
      actor: 'ada',
      reason: '20 new labelled rows (limit 10) (#41)',
    })
  })

  test('what nobody proposed, and what a person or a schedule started, stays what it is', () => {
    const commit = readTrigger(push, 'x')
    expect(triggerOf(commit, undefined)).toBe(commit)
    const manual = readTrigger({ ...push, GITHUB_EVENT_NAME: 'workflow_dispatch' }, 'x')
    expect(triggerOf(manual, proposed)).toBe(manual)
  })

  test('mayBeProposed() holds of pushes and of the checks of a retrain pull request alone', () => {
    const pull = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request' }
    expect(mayBeProposed(push)).toBe(true)
    expect(mayBeProposed({ ...pull, GITHUB_HEAD_REF: 'plumbline/retrain/parcels.2' })).toBe(true)
    expect(mayBeProposed({ ...pull, GITHUB_HEAD_REF: 'ada/fix' })).toBe(false)
    expect(mayBeProposed({ ...push, GITHUB_ACTIONS: undefined })).toBe(false)
  })
})
