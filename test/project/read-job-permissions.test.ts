import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { permissionsIn, readJobPermissions } from '../../action/project/read-job-permissions.ts'
import { tempFolder } from '../support/temp-folder.ts'

const workflow = `
permissions: { contents: read }
jobs:
  test: { runs-on: ubuntu-latest }
  propose:
    permissions:
      contents: write
      pull-requests: write
  all: { permissions: write-all }
  nothing: { permissions: {} }
`

describe('permissionsIn()', () => {
  test.each([
    ['propose', { contents: 'write', 'pull-requests': 'write' }],
    ['test', { contents: 'read' }],
    ['nothing', {}],
    ['elsewhere', undefined],
  ])('reads those of the job %s', (job, permissions) => {
    expect(permissionsIn(workflow, job)).toEqual(permissions)
  })

  test('knows what write-all grants', () => {
    expect(permissionsIn(workflow, 'all')).toMatchObject({ contents: 'write', statuses: 'write' })
  })

  test.each(['', 'jobs: []', 'jobs: { propose: }', 'jobs: { propose: { runs-on: x } }'])(
    'tells nothing of %j',
    (text) => {
      expect(permissionsIn(text, 'propose')).toBeUndefined()
    },
  )
})

test('readJobPermissions() reads the file that the runner names, in the tree that is checked out', async () => {
  const folder = tempFolder()
  await mkdir(join(folder, '.github/workflows'), { recursive: true })
  await writeFile(join(folder, '.github/workflows/drift.yml'), workflow)
  const environment = {
    GITHUB_WORKSPACE: folder,
    GITHUB_WORKFLOW_REF: 'acme/parcels/.github/workflows/drift.yml@refs/heads/main',
    GITHUB_JOB: 'propose',
  }
  expect(await readJobPermissions(environment)).toMatchObject({ contents: 'write' })
  expect(
    await readJobPermissions({ ...environment, GITHUB_WORKFLOW_REF: 'acme/parcels/../x.yml@main' }),
  ).toBeUndefined()
  expect(await readJobPermissions({ ...environment, GITHUB_WORKSPACE: undefined })).toBeUndefined()
})
