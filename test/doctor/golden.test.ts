import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import { doctor } from '../../action/commands/doctor.ts'
import { push, type TestGitHub, testGitHub } from '../support/local-github.ts'
import { pinData } from '../support/pin-data.ts'
import { commitAll, contextOf } from '../support/registered-project.ts'
import { tinyProject } from '../support/tiny-project.ts'

/** What people and programs read of the repository that `init` makes, on each kind of GitHub, without what differs by machine. */
const repositories = [
  ['private-free', { isPrivate: true, plan: 'free' }],
  ['public', { isPrivate: false, plan: 'free' }],
  ['enterprise', { isPrivate: true, plan: 'enterprise' }],
] as const

const deploy = `name: Deploy
on: { workflow_dispatch: {} }
permissions: { contents: read }
jobs:
  production:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: ./deploy.sh
        env: { DEPLOY_KEY: "\${{ secrets.DEPLOY_KEY }}" }
`

/** As far as the plan has it: somebody who is asked before production, and a check that nothing reports. */
async function setUp({ call }: TestGitHub): Promise<void> {
  const { body: owner } = await call('GET', '')
  const reviewers = [{ type: 'User', id: owner.owner.id }]
  const { status } = await call('PUT', '/environments/production', { reviewers })
  if (status !== 200) await call('PUT', '/environments/production', {})
  const rule = {
    type: 'required_status_checks',
    parameters: { strict_required_status_checks_policy: false, required_status_checks: [{ context: 'lint' }] },
  }
  const conditions = { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } }
  await call('POST', '/rulesets', { name: 'Main', target: 'branch', enforcement: 'active', conditions, rules: [rule] })
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2027, 0, 1, 9) })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('doctor', () => {
  test.each(repositories)('on a repository that is %s says the same in text and JSON', async (name, settings) => {
    await using github = await testGitHub()
    await github.configure({ ...settings, mayJobsOpenPulls: false })
    const project = await tinyProject()
    await pinData(project.folder)
    rmSync(join(project.folder, '.github'), { recursive: true, force: true })
    cpSync(join(packageFolder(), 'template/.github'), join(project.folder, '.github'), { recursive: true })
    mkdirSync(join(project.folder, '.github'), { recursive: true })
    writeFileSync(join(project.folder, '.github/workflows/deploy.yml'), deploy)
    const wanted =
      'version: 1\nenvironments:\n  production: { reviewers: [acme] }\nlabels:\n  retrain: { color: "0e8a16" }\n'
    writeFileSync(join(project.folder, '.github/plumbline-settings.yaml'), wanted)
    await commitAll(project, 'Begin')
    await push(github, project.folder, '+HEAD:refs/heads/main')
    await setUp(github)
    const openGitHub = async () => ({ ...github, [Symbol.asyncDispose]: async () => {} })
    const context = contextOf(project.folder, { openGitHub, now: () => new Date('2027-01-04T09:00:00Z') })
    const outcome = await doctor.run({ strict: false }, context)
    if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
    const { text } = await doctor.report(outcome.result)
    const plain = (said: string) =>
      said.replaceAll(github.serverUrl, 'https://github.com').replaceAll(project.folder, '<folder>')
    await expect(`${plain(text)}\n`).toMatchFileSnapshot(`../golden/doctor/${name}.txt`)
    const json = JSON.stringify(outcome.result, undefined, 2)
    await expect(`${plain(json)}\n`).toMatchFileSnapshot(`../golden/doctor/${name}.json`)
  })
})
