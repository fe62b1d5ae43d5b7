import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { cost } from '../../action/commands/cost.ts'
import { register } from '../../action/commands/register.ts'
import { run } from '../../action/commands/run.ts'
import { commitAll, contextOf, runProject } from '../support/registered-project.ts'
import { tinyTrain, tinyYaml } from '../support/tiny-project.ts'

const wholeRun: Parameters<typeof run.run>[0] = {
  job: undefined,
  outcome: undefined,
  stage: undefined,
  in: undefined,
  'dry-run': false,
  comment: false,
  data: undefined,
  param: [],
  sample: undefined,
  from: undefined,
  to: undefined,
  force: false,
}

function workflow(event: string, id: string) {
  return {
    ...process.env,
    GITHUB_ACTIONS: 'true',
    GITHUB_RUN_ID: id,
    GITHUB_EVENT_NAME: event,
    GITHUB_ACTOR: 'ada',
    RUNNER_OS: 'Linux',
    RUNNER_ENVIRONMENT: 'github-hosted',
  }
}

test('a workflow’s runs are added up in the ledger, also of a release that was there already, and a schedule keeps to the budget', async () => {
  const project = await runProject({
    files: {
      'plumbline.yaml': tinyYaml.replace(
        'split:',
        'cost: { per-minute: { default: 0.01 }, budget: { runs: 2 } }\nsplit:',
      ),
    },
  })
  const { folder } = project
  const started = (event: string, id: string) =>
    run.run(wholeRun, contextOf(folder, { environment: workflow(event, id) }))
  const registered = (id: string) =>
    register.run({ param: [] }, contextOf(folder, { environment: workflow('push', id) }))
  const forget = async () => {
    for (const name of ['stages', 'runs', 'history'])
      await rm(join(folder, '.plumbline', name), { recursive: true, force: true })
  }
  const spent = async () => {
    const inputs = { by: 'trigger', since: undefined, until: undefined, local: false } as const
    const outcome = await cost.run(inputs, contextOf(folder))
    if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
    return outcome.result
  }

  await forget()
  await started('push', '1')
  await registered('1')
  await forget()
  expect((await spent()).rows).toMatchObject([{ name: 'commit', runs: 1, billedMinutes: 1, money: 0.01 }])

  await started('push', '2')
  expect(await registered('2')).toMatchObject({ kind: 'done', result: { isNew: false } })
  await registered('2')
  await forget()
  expect(await spent()).toMatchObject({
    total: { runs: 2, trained: 2, billedMinutes: 2, money: 0.02 },
    budget: { kind: 'spent', reached: ['runs'], used: { runs: 2 } },
  })

  project.write('train.mjs', `${tinyTrain}\n// slower\n`)
  await commitAll(project, 'Slower')
  const refused = await started('schedule', '3')
  expect(refused).toMatchObject({ kind: 'no', result: { outcome: 'refused', stages: [] } })
  expect(await registered('3')).toMatchObject({ kind: 'no', result: { kind: 'recorded', isNew: true } })
  await forget()
  expect((await spent()).rows.map(({ name, runs, trained }) => `${name} ${runs} ${trained}`)).toEqual([
    'commit 2 2',
    'schedule 1 0',
  ])
})
