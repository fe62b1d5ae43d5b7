import { describe, expect, test } from 'vitest'

import { plan } from '../../action/commands/plan.ts'
import { run } from '../../action/commands/run.ts'
import { why } from '../../action/commands/why.ts'
import { pinData } from '../support/pin-data.ts'
import { printed } from '../support/result-schema.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'

const wishes = { data: undefined, param: [], sample: undefined, from: undefined, to: undefined, force: false }
const runInputs = { ...wishes, job: undefined, outcome: undefined, stage: undefined, in: undefined, 'dry-run': false }

/** What programs need to start. */
const programs = { PATH: process.env['PATH'] }

async function pinned(yaml = tinyYaml) {
  const made = await tinyProject({ files: { 'plumbline.yaml': yaml, 'fixtures/features.csv': 'parcel\np1\n' } })
  await pinData(made.folder)
  return made
}

const more = `  tell: { needs: [features], if: params.deep, run: ':' }
  touch: { needs: [features], run: 'echo 1 > x.txt', out: { x: x.txt } }
  train:
`

describe('schema/run-result.schema.json', () => {
  test('describes a run, a part of one, one that a gate refuses, a plan, a stage on fixtures and hooks', async () => {
    const yaml = `${tinyYaml.replace('  train:\n', more)}params: { deep: false }\nhooks: { always: { run: ':' } }\n`
    const made = await pinned(yaml)
    const { folder } = made
    const jsonOf = async (inputs: object) => {
      const { json, errors } = await printed(run, 'run', folder, { ...runInputs, ...inputs }, programs)
      expect(errors).toEqual([])
      return json
    }
    expect(await jsonOf({})).toMatchObject({ outcome: 'done', result: { kind: 'run', outcome: 'passed' } })
    expect(await jsonOf({ to: 'train', param: ['deep=true'], sample: 50 })).toMatchObject({
      result: { part: 'to train', sample: { rows: 50 }, askedParams: { deep: true } },
    })
    expect(await jsonOf({ 'dry-run': true, from: 'train' })).toMatchObject({ result: { kind: 'plan' } })
    expect(await jsonOf({ stage: 'touch', in: 'fixtures' })).toMatchObject({ result: { kind: 'fixture' } })
    expect(await jsonOf({ job: 'hooks', outcome: 'failed' })).toMatchObject({ result: { kind: 'hooks' } })
    made.write('plumbline.yaml', yaml.replace('min: 0.7', 'min: 0.9999'))
    expect(await jsonOf({})).toMatchObject({ outcome: 'no', result: { outcome: 'refused' } })
    made.write('plumbline.yaml', yaml.replace('node train.mjs', 'exit 3'))
    expect(await jsonOf({})).toMatchObject({ outcome: 'fault' })
    made.write('plumbline.yaml', `${yaml}nonsense: 1\n`)
    expect(await jsonOf({})).toMatchObject({ outcome: 'diagnosed' })
  })
})

describe('schema/plan-result.schema.json and why-result.schema.json', () => {
  test('describe what would run and why, before a run, after it, and after an edit', async () => {
    const made = await pinned()
    const { folder } = made
    const checked = async () => {
      const planned = await printed(plan, 'plan', folder, wishes)
      expect(planned.errors).toEqual([])
      for (const stage of ['features', 'train', 'refit']) {
        const asked = await printed(why, 'why', folder, { stage, data: undefined, param: [], sample: undefined })
        expect(asked.errors).toEqual([])
      }
      return planned.json
    }
    expect(await checked()).toMatchObject({ next: 'plumbline run' })
    await printed(run, 'run', folder, runInputs, programs)
    expect(await checked()).not.toHaveProperty('next')
    made.write('train.mjs', '// edited\n')
    expect(await checked()).toMatchObject({ outputs: { verdict: 'pass' }, next: 'plumbline run' })
  })
})
