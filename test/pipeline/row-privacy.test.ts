import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Fault } from '../../action/base/fault.ts'
import { mayShowRows, refusePublishing } from '../../action/pipeline/row-privacy.ts'
import type { Project, StorePolicy } from '../../action/project/project.ts'
import { projectOf } from '../support/project.ts'
import { tempFolder } from '../support/temp-folder.ts'

const shared = { kind: 'file', path: '/mnt/data' } as const

function given(store: StorePolicy, isPublic: boolean): Project {
  return { ...projectOf('/project', { data: { store } }), privacy: { isPublic, minCount: 20 } }
}

function workflow(event: object) {
  const folder = tempFolder({ 'event.json': JSON.stringify(event) })
  return { GITHUB_ACTIONS: 'true', GITHUB_EVENT_PATH: join(folder, 'event.json') }
}

const open = { repository: { private: false } }

describe('refusePublishing()', () => {
  test.each<[string, Project, object, string | undefined]>([
    ['data of a store in a public repository', given(shared, false), open, 'privacy/public-repository'],
    ['data of a store where nobody knows whether it is public', given(shared, false), {}, 'privacy/public-repository'],
    ['data that everybody may have', given(shared, true), open, undefined],
    ['data that git keeps, public already', given({ kind: 'git' }, false), open, undefined],
    ['a private repository', given(shared, false), { repository: { private: true } }, undefined],
  ])('judges %s', async (_, project, event, code) => {
    const refused = await refusePublishing(project, workflow(event)).catch((error: unknown) => error)
    expect(refused instanceof Fault ? refused.code : refused).toBe(code)
  })

  test('lets a terminal be', async () => {
    await expect(refusePublishing(given(shared, false), {})).resolves.toBeUndefined()
  })
})

describe('mayShowRows()', () => {
  test('shows rows in public only where the project says so', async () => {
    expect(await mayShowRows(given(shared, false), workflow(open))).toBe(false)
    expect(await mayShowRows(given(shared, true), workflow(open))).toBe(true)
    expect(await mayShowRows(given(shared, false), {})).toBe(true)
  })
})
