import { describe, expect, test } from 'vitest'

import { register } from '../../action/commands/register.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { openLocalGitHub } from '../../action/local-github/open-local-github.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import type { RegisterResult } from '../../action/report/report-registration.ts'
import { git } from '../support/local-github.ts'
import { commitAll, contextOf, rerun, runProject } from '../support/registered-project.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'

async function registered(folder: string): Promise<Extract<RegisterResult, { kind: 'registered' }>> {
  const outcome = await register.run({ param: [] }, contextOf(folder))
  if (outcome.kind === 'diagnosed' || outcome.result.kind !== 'registered') throw new Error(JSON.stringify(outcome))
  return outcome.result
}

describe('register', () => {
  test('pushes HEAD to the embedded GitHub and publishes the run’s model under its tag', async () => {
    const { folder, git: inProject } = await runProject()
    const head = await inProject('rev-parse', 'HEAD')
    const result = await registered(folder)

    expect(result).toMatchObject({
      isNew: true,
      version: 1,
      commit: head,
      tag: expect.stringMatching(/^parcels-v1-g[0-9a-f]{8}-d[0-9a-f]{8}$/),
    })
    expect(result.assets.map(({ name }) => name).toSorted()).toEqual([
      'contract.yaml',
      'data.lock.yaml',
      'judged.json',
      'model-card.md',
      'model.json',
      'prediction-reference.json',
      'predictions.parquet',
      'provenance.intoto.json',
      'reference.json',
      'run.json',
      'sbom.cdx.json',
      'serve.tar.gz',
      'sums.txt',
    ])
    const bare = `${folder}/.plumbline/github/repository.git`
    expect(await git(bare, 'rev-parse', 'main', `${result.tag}^{commit}`)).toBe(`${head}\n${head}`)
    expect((await register.report(result)).outputs).toEqual({
      tag: result.tag,
      version: '1',
      url: result.url,
      published: 'true',
    })
  })

  test('is a no-op the second time, and after a commit that changes nothing of the model', async () => {
    const project = await runProject()
    const first = await registered(project.folder)
    expect(await registered(project.folder)).toMatchObject({ isNew: false, tag: first.tag })

    project.write('README.md', 'Words\n')
    await commitAll(project, 'Say what it is')
    expect(await registered(project.folder)).toMatchObject({ isNew: false, tag: first.tag })
  })

  test('counts on where the model changes', async () => {
    const project = await runProject()
    await registered(project.folder)
    project.write('features.sql', 'select parcel, distance_km from data\n')
    await commitAll(project, 'Leave the region out')
    await rerun(project)
    expect(await registered(project.folder)).toMatchObject({ isNew: true, version: 2 })
  })

  test('says no to a run that did not pass, and records it', async () => {
    const project = await runProject({ files: { 'plumbline.yaml': tinyYaml.replace('min: 0.7', 'min: 0.999') } })
    const outcome = await register.run({ param: [] }, contextOf(project.folder))
    expect(outcome).toMatchObject({ kind: 'no', result: { kind: 'recorded', isNew: true } })

    await using github = await openLocalGitHub(project.folder)
    const { records } = await readLedger(await openGitHubClient(github))
    expect(records).toMatchObject([
      { kind: 'run', actor: 'Ada', body: { outcome: 'refused', gates: [{ gate: 'floor', kind: 'fail' }, {}] } },
    ])
  })

  test.each([
    ['an uncommitted file', 'registry/uncommitted', { 'docs/notes.md': 'x' }],
    ['a changed policy', 'registry/uncommitted', { 'plumbline.yaml': `${tinyYaml}# a word\n` }],
    ['code that never ran', 'pipeline/no-candidate', { 'train.mjs': 'throw new Error()' }],
  ])('refuses %s', async (_, code, files) => {
    const project = await runProject()
    for (const [path, text] of Object.entries(files)) project.write(path, text)
    await expect(register.run({ param: [] }, contextOf(project.folder))).rejects.toMatchObject({ code, owner: 'user' })
  })

  test('has nothing to say where there is no project', async () => {
    const { folder } = await tinyProject({ files: { 'plumbline.yaml': 'version: 1\n' } })
    expect(await register.run({ param: [] }, contextOf(folder))).toMatchObject({ kind: 'diagnosed' })
  })
})
