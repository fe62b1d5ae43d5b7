import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { cost } from '../../action/commands/cost.ts'
import type { Command } from '../../action/commands/define-command.ts'
import { runsDiff } from '../../action/commands/runs-diff.ts'
import { runsList } from '../../action/commands/runs-list.ts'
import { runsShow } from '../../action/commands/runs-show.ts'
import { readLocalRuns } from '../../action/pipeline/run-history.ts'
import { plumbline } from '../support/command-line.ts'
import { pinData } from '../support/pin-data.ts'
import { printed, schemaFile, schemaOf } from '../support/result-schema.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { type TinyProject, tinyProject, tinyYaml } from '../support/tiny-project.ts'

const commands = {
  'runs list': { command: runsList, inputs: { limit: undefined, metric: undefined, local: true } },
  'runs show': { command: runsShow, inputs: { run: undefined, local: true } },
  'runs diff': { command: runsDiff, inputs: { a: undefined, b: undefined, all: true, local: true } },
  cost: { command: cost, inputs: { by: undefined, since: undefined, until: undefined, local: true } },
} as const satisfies Readonly<Record<string, { command: Command; inputs: object }>>

const yaml = tinyYaml.replace(
  'split:',
  'params: { depth: 6, fast: true }\ncost: { currency: EUR, per-minute: { local: 0.1 }, budget: { runs: 2 } }\nsplit:',
)

/** A run that passed and one that failed. */
async function ranTwice(): Promise<TinyProject & { readonly logs: readonly string[] }> {
  const project = await tinyProject({ files: { 'plumbline.yaml': yaml } })
  await pinData(project.folder)
  const first = await plumbline(project.folder, ['run', '--log', 'json'])
  project.write('train.mjs', 'console.log("\\u001b[31mno luck"); process.exit(3)')
  const second = await plumbline(project.folder, ['run', '--log=json', '--json'])
  return { ...project, logs: [first.stderr, second.stderr] }
}

describe('schema/', () => {
  test('describes what runs list, runs show, runs diff and cost print, run.json, and each line of a log', async () => {
    const { folder, logs } = await ranTwice()
    for (const name of ['runs list', 'runs show', 'runs diff', 'cost'] as const) {
      const { command, inputs } = commands[name]
      const { json, errors } = await printed(command, name, folder, inputs)
      expect(errors, name).toEqual([])
      expect(json['outcome']).toBe('done')
      const isValid = schemaOf(name)
      expect(isValid({ ...json, more: 1 })).toBe(false)
      expect(isValid({ ...json, result: { ...(json['result'] as object), more: 1 } })).toBe(false)
    }

    const isRecord = schemaFile('run')
    const { records } = await readLocalRuns(folder)
    expect(new Set(records.map(({ outcome }) => outcome))).toEqual(new Set(['passed', 'failed']))
    for (const record of records) expect(isRecord(record) ? [] : isRecord.errors).toEqual([])

    const isLine = schemaFile('log-line')
    const [passed = [], failed = []] = logs.map((log) =>
      log
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    )
    for (const line of [...passed, ...failed]) expect(isLine(line) ? [] : isLine.errors).toEqual([])
    const ofTrain = passed.filter(({ stage }) => stage === 'train')
    expect(ofTrain.map(({ event }) => event)).toEqual(expect.arrayContaining(['started', 'finished']))
    expect(ofTrain.at(-1)).toMatchObject({ model: 'parcels', trigger: 'manual', outcome: 'done', attempt: 1 })
    expect(passed.at(-1)).toMatchObject({ event: 'ended', outcome: 'done' })
    expect(failed.at(-1)).toMatchObject({ event: 'ended', outcome: 'fault', code: 'stage/failed' })
    expect(JSON.stringify(failed)).not.toContain('[31m')
  })

  test('describes what they print where there is nothing, or nothing to read', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, '.plumbline/history'), { recursive: true })
    writeFileSync(join(folder, '.plumbline/history/cut.json'), '{')
    for (const [name, outcome] of [
      ['runs list', 'done'],
      ['runs show', 'fault'],
      ['runs diff', 'fault'],
      ['cost', 'diagnosed'],
    ] as const) {
      const { command, inputs } = commands[name]
      const { json, errors } = await printed(command, name, folder, inputs)
      expect(errors, name).toEqual([])
      expect(json['outcome'], name).toBe(outcome)
    }
  })
})
