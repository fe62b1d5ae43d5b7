import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { declareRun } from '../../action/pipeline/declare-run.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { parseProject } from '../../action/project/read-project.ts'
import { pinData } from '../support/pin-data.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyTrain, tinyYaml } from '../support/tiny-project.ts'

const retry = 'retry: { attempts: 3, backoff: 1ms }'

/** Trains at the nth time of asking only; `count` holds a letter an execution. */
function failing(times: number, after = tinyTrain) {
  const count = join(tempFolder(), 'count')
  const train = `import { appendFileSync, readFileSync } from 'node:fs'
appendFileSync(${JSON.stringify(count)}, 'x')
if (readFileSync(${JSON.stringify(count)}, 'utf8').length <= ${times}) process.exit(3)
${after}`
  return { train, executions: () => (existsSync(count) ? readFileSync(count, 'utf8').length : 0) }
}

/** `rows` is the contract of a second output of `train`. */
async function project(train: string, lines: string, rows?: string) {
  const out = rows === undefined ? 'model: model.json }' : 'model: model.json, rows: rows.parquet }'
  const yaml = tinyYaml
    .replace('run: node train.mjs', `run: node train.mjs\n    ${lines}`)
    .replace('model: model.json }', out)
  const { folder } = await tinyProject({
    files: { 'train.mjs': train, 'plumbline.yaml': yaml, ...(rows !== undefined && { 'rows.yaml': rows }) },
  })
  await pinData(folder)
  return folder
}

function run(folder: string) {
  const signal = new AbortController().signal
  return runPipeline({ folder, environment: process.env, progress: silent, signal, now: () => new Date() })
}

function stageOf(folder: string, name: string): RunRecord['stages'][number] | undefined {
  const runs = join(folder, '.plumbline/runs')
  const record = JSON.parse(readFileSync(join(runs, readdirSync(runs)[0] ?? '', 'run.json'), 'utf8')) as RunRecord
  return record.stages.find((stage) => stage.name === name)
}

describe('`retry:`', () => {
  test('brings a stage through that fails at first, and the record tells how often it ran', async () => {
    const { train, executions } = failing(2)
    const folder = await project(train, retry)

    expect((await run(folder)).kind).toBe('passed')

    // Two failures and a judged fit, then a released fit.
    expect(executions()).toBe(4)
    expect(stageOf(folder, 'train')).toMatchObject({
      outcome: 'done',
      attempts: 3,
      detail: 'judged fit · in 3 attempts',
    })
    expect(stageOf(folder, 'refit')).toMatchObject({ outcome: 'done', attempts: 1 })
    await run(folder)
    expect(stageOf(folder, 'train')).toMatchObject({ outcome: 'cached', attempts: 3 })
  })

  test('is told of a stage that failed every time, too', async () => {
    const { train } = failing(9)
    const folder = await project(train, retry)

    await expect(run(folder)).rejects.toMatchObject({ code: 'stage/failed' })

    expect(stageOf(folder, 'train')).toMatchObject({ outcome: 'failed', attempts: 3 })
  })

  test('never comes after a contract that the rows do not keep', async () => {
    const { train, executions } = failing(
      0,
      `${tinyTrain}
await connection.run("copy (select 1 as a) to '" + process.env.PLUMBLINE_OUT_ROWS + "' (format parquet)")`,
    )
    const rows = `apiVersion: v3.1.0
kind: DataContract
id: rows
version: 1.0.0
status: active
schema:
  - name: rows
    properties: [{ name: a, logicalType: integer, logicalTypeOptions: { minimum: 2 } }]
`
    const folder = await project(train, `${retry}\n    contract: rows.yaml`, rows)

    expect((await run(folder)).kind).toBe('diagnosed')
    expect(executions()).toBe(1)
  })

  test('changes no key', async () => {
    const [without, withRetry] = await Promise.all(
      ['', `${retry}\n    timeout: 1h`].map(async (lines) => {
        const declared = await declareRun(await project(tinyTrain, lines), undefined)
        if (!declared.ok) throw new Error(JSON.stringify(declared.diagnostics))
        return declared.value.keys.runKey
      }),
    )
    expect(withRetry).toBe(without)
  })

  test.each([
    ['retry: { attempts: 0 }', /stages\.train\.retry\.attempts/],
    ['retry: { attempts: 3, backoff: soon }', /a duration such as 90s, 6h or 30d is expected/],
    ['retry: { attempts: 3, factor: 0.5 }', /stages\.train\.retry\.factor/],
    ['retry: { attempts: 3, codes: [0] }', /stages\.train\.retry\.codes/],
    ['retry: { atempts: 3 }', /atempts/],
    ['retry: 3', /stages\.train\.retry/],
  ])('is a diagnostic where it reads %s', (line, message) => {
    const read = parseProject('/', tinyYaml.replace('run: node train.mjs', `run: node train.mjs\n    ${line}`))

    expect(read).toMatchObject({ ok: false })
    expect(read.ok || read.diagnostics.map((diagnostic) => diagnostic.message).join('\n')).toMatch(message)
  })
})
