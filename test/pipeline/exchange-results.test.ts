import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { openExchange, receiveResults, sendResults } from '../../action/pipeline/exchange-results.ts'
import { findCandidate } from '../../action/pipeline/find-candidate.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import { type Job, jobs } from '../../action/pipeline/run-session.ts'
import { folderStore } from '../support/folder-store.ts'
import { pinData } from '../support/pin-data.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'

/** A workflow run of the tiny project whose jobs are done on machines of their own. */
async function workflow(yaml = tinyYaml) {
  const { folder } = await tinyProject({ files: { 'plumbline.yaml': yaml } })
  await pinData(folder)
  const root = tempFolder()
  const artifacts = folderStore(root)
  const machine = () => {
    const copy = tempFolder()
    cpSync(folder, copy, { recursive: true })
    return copy
  }
  const open = async (place: string, attempt = 1) => {
    const environment = { GITHUB_RUN_ATTEMPT: String(attempt) }
    const exchange = await openExchange({ folder: place, environment, artifacts })
    if (!exchange) throw new Error('no exchange')
    return exchange
  }
  return {
    /** The folder of an artifact. */
    parcel: (name: string) => join(root, `plumbline-parcels-${name}-1`),
    async run(job: Job, attempt = 1) {
      const place = machine()
      const exchange = await open(place, attempt)
      await receiveResults(job, exchange)
      const received = existsSync(join(place, '.plumbline'))
        ? readdirSync(join(place, '.plumbline'), { recursive: true }).map(String)
        : []
      const run = runPipeline({
        folder: place,
        job,
        environment: { PATH: process.env['PATH'] },
        progress: silent,
        signal: new AbortController().signal,
        now: () => new Date(),
      })
      await run.catch(() => undefined)
      await sendResults(job, exchange)
      const end = await run
      return { end, received }
    },
    async publish() {
      const place = machine()
      await receiveResults('publish', await open(place))
      return findCandidate(place)
    },
  }
}

function runFileOf(parcel: string): string {
  const runs = join(parcel, 'runs')
  return join(runs, readdirSync(runs)[0] ?? '', 'run.json')
}

describe('receiveResults()', () => {
  test('brings each job what it needs, and training neither truth nor the whole', async () => {
    const { run, publish } = await workflow()
    const received: Record<string, string[]> = {}
    for (const job of jobs) {
      const done = await run(job)
      expect(done.end, job).toMatchObject({ kind: 'passed' })
      received[job] = done.received
        .filter((path) => path.endsWith('.parquet'))
        .map((path) => path.split('/').at(-1) ?? '')
    }

    expect(await publish()).toMatchObject({ ok: true, value: { kind: 'ready' } })
    expect(received['train']?.sort()).toEqual(['test.parquet', 'train.parquet'])
    expect(received['refit']).not.toContain('truth.parquet')
  })

  test('brings a job that is run again what it came to before it failed', async () => {
    const meanwhile = join(tempFolder(), 'mended')
    const { run } = await workflow(
      tinyYaml.replace('run: node predict.mjs', `run: test -e ${meanwhile} && node predict.mjs`),
    )
    await run('prepare')
    await expect(run('train')).rejects.toMatchObject({ code: 'stage/failed' })
    writeFileSync(meanwhile, '')

    const { end } = await run('train', 2)

    const outcomes = end.kind === 'diagnosed' ? [] : end.record.stages.map(({ name, outcome }) => `${name} ${outcome}`)
    expect(outcomes).toEqual(expect.arrayContaining(['train cached', 'predict done']))
  })

  test('takes nothing from training but what training makes', async () => {
    const { run, parcel } = await workflow()
    await run('prepare')
    await run('train')
    const forged = parcel('train')
    const runKey = readdirSync(join(forged, 'runs'))[0] ?? ''
    const split = readdirSync(join(parcel('prepare'), 'stages/split'))[0] ?? ''
    writeFiles(forged, {
      [`runs/${runKey}/stages/split.json`]: 'forged',
      [`stages/split/${split}/out/truth.parquet`]: 'forged',
      [`stages/gate/${split}/result.json`]: 'forged',
      'environments/x': 'forged',
    })

    const { end, received } = await run('judge')

    expect(end).toMatchObject({ kind: 'passed' })
    expect(received.filter((path) => /^(environments|stages\/gate)/.test(path))).toEqual([])
  })
})

test('findCandidate() refuses a record that says other than the judging job', async () => {
  const { run, publish, parcel } = await workflow()
  for (const job of jobs) await run(job)
  const file = runFileOf(parcel('refit'))
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"value": 0\.\d+/, '"value": 0.999'))

  await expect(publish()).rejects.toMatchObject({
    code: 'pipeline/no-candidate',
    message: expect.stringContaining('says other than its judged metrics'),
  })
})
