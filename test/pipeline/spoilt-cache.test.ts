import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { planRun } from '../../action/pipeline/plan-run.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import { pinData } from '../support/pin-data.ts'
import { tinyProject } from '../support/tiny-project.ts'

function requestIn(folder: string, warnings: string[] = []) {
  return {
    folder,
    environment: { PATH: process.env['PATH'] },
    progress: { ...silent, warn: (text: string) => warnings.push(text) },
    signal: new AbortController().signal,
    now: () => new Date(),
  }
}

async function run(folder: string) {
  const warnings: string[] = []
  const end = await runPipeline(requestIn(folder, warnings))
  if (end.kind !== 'passed') throw new Error(JSON.stringify(end))
  return { warnings, stages: Object.fromEntries(end.record.stages.map((stage) => [stage.name, stage])) }
}

test('runPipeline() makes again what lies in the cache with other bytes, says so, and ends the same', async () => {
  const { folder } = await tinyProject()
  await pinData(folder)
  const first = await run(folder)
  const place = (stage: string, file: string) => {
    const stages = join(folder, '.plumbline/stages', stage)
    return join(stages, readdirSync(stages)[0] ?? '', 'out', file)
  }
  writeFileSync(place('features', 'features.parquet'), 'PAR1')
  writeFileSync(place('train', 'model.json'), '{"late":1,"every":999,"rows":300}')

  for (let time = 0; time < 2; time++) {
    const planned = await planRun(requestIn(folder))
    const features = planned.ok ? planned.value.stages.find(({ name }) => name === 'features') : undefined
    expect(features).toMatchObject({ action: 'runs', reasons: [{ kind: 'spoilt' }] })
  }
  const second = await run(folder)

  expect(second.warnings).toEqual([
    'cached features: its bytes changed; made again',
    'cached train: its bytes changed; made again',
  ])
  expect(second.stages).toMatchObject({ features: { outcome: 'done' }, train: { outcome: 'done' } })
  expect(second.stages['predict']?.outcome).toBe('cached')
  for (const [name, { outputs }] of Object.entries(first.stages)) {
    expect(second.stages[name]?.outputs, name).toEqual(outputs)
  }
  expect((await run(folder)).warnings).toEqual([])
})
