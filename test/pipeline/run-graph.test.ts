import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import type { Progress } from '../../action/base/progress.ts'
import { callHooks } from '../../action/pipeline/call-hooks.ts'
import { explainStage } from '../../action/pipeline/explain-stage.ts'
import { findCandidate } from '../../action/pipeline/find-candidate.ts'
import { planRun } from '../../action/pipeline/plan-run.ts'
import { runOnFixtures } from '../../action/pipeline/run-on-fixtures.ts'
import { type RunRequest, runPipeline } from '../../action/pipeline/run-pipeline.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { pinData } from '../support/pin-data.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { type TinyProject, tinyProject, tinyTrain, tinyYaml } from '../support/tiny-project.ts'

interface Wishes extends Partial<RunRequest> {
  readonly notes?: string[]
}

function requestFor(folder: string, { notes = [], ...wishes }: Wishes = {}): RunRequest {
  const progress: Progress = {
    started() {},
    update() {},
    finished() {},
    note: (text) => notes.push(text),
    warn: (text) => notes.push(text),
  }
  return {
    folder,
    environment: { ...process.env, GITHUB_ACTIONS: undefined },
    progress,
    signal: new AbortController().signal,
    now: () => new Date(),
    ...wishes,
  }
}

async function run(folder: string, wishes: Wishes = {}): Promise<RunRecord> {
  const end = await runPipeline(requestFor(folder, wishes))
  if (end.kind === 'diagnosed') throw new Error(JSON.stringify(end.diagnostics, null, 2))
  return end.record
}

function outcomes({ stages }: RunRecord): Record<string, string> {
  return Object.fromEntries(stages.map(({ name, outcome }) => [name, outcome]))
}

/** The tiny project with more stages, and other top-level keys. */
async function project(stages: string, more = '', files: Record<string, string> = {}): Promise<TinyProject> {
  const yaml = `${tinyYaml.replace('  train:\n', `${stages}  train:\n`)}${more}`
  const made = await tinyProject({ files: { 'plumbline.yaml': yaml, ...files } })
  await pinData(made.folder)
  return made
}

describe('runPipeline(), its stages', () => {
  test('runs stages side by side that do not need each other', async () => {
    const meeting = tempFolder()
    const wait = (own: string, other: string) =>
      `touch ${meeting}/${own}; i=0; while [ ! -e ${meeting}/${other} ] && [ $i -lt 600 ]; do sleep 0.05; i=$((i+1)); done; [ -e ${meeting}/${other} ] && echo met > met.txt`
    const { folder } = await project(`  one: { needs: [features], run: '${wait('a', 'b')}', out: { met: met.txt } }
  two: { needs: [features], run: '${wait('b', 'a')}', out: { met: met.txt } }
`)
    const record = await run(folder)
    expect(outcomes(record)).toMatchObject({ one: 'done', two: 'done', refit: 'done' })
    expect(record.stages.map(({ name }) => name).slice(3, 6)).toEqual(['one', 'two', 'train'])
  })

  test('starts nothing more where one failed, and keeps what was under way', async () => {
    const { folder } =
      await project(`  slow: { needs: [features], run: 'sleep 0.5; echo done > x.txt', out: { x: x.txt } }
  bad: { needs: [features], run: exit 3 }
  late: { needs: [slow], run: 'echo late > x.txt', out: { x: x.txt } }
`)
    await expect(run(folder)).rejects.toMatchObject({ code: 'stage/failed' })
    const [record] = await recordsIn(folder)
    expect(outcomes(record as RunRecord)).toMatchObject({ slow: 'done', bad: 'failed' })
    expect(outcomes(record as RunRecord)).not.toHaveProperty('late')
  })

  test('leaves a stage out whose condition does not hold; who needs it goes on without', async () => {
    const tinyTrainFor = `if [ -n "$PLUMBLINE_IN_TUNE" ]; then echo tuned; else echo plain; fi > note.txt`
    const { folder } = await project(
      `  tune: { needs: [features], if: params.deep, run: 'echo 1 > grid.txt', out: { grid: grid.txt } }
  note: { needs: [tune], run: '${tinyTrainFor}', out: { note: note.txt } }
`,
      'params: { deep: false }\n',
    )
    const plain = await run(folder)
    expect(outcomes(plain)).toMatchObject({ tune: 'skipped', note: 'done', train: 'done' })
    const deep = await run(folder, { params: ['deep=true'] })
    expect(outcomes(deep)).toMatchObject({ tune: 'done', note: 'done' })
    expect(deep.askedParams).toEqual({ deep: true })
    const outputOf = (record: RunRecord) => record.stages.find(({ name }) => name === 'note')?.outputs['note']
    expect(outputOf(deep)).not.toBe(outputOf(plain))
  })

  test('asks what a stage reported', async () => {
    const { folder } =
      await project(`  look: { needs: [features], run: 'echo "{\\"share\\": 0.2}" > m.json', out: { metrics: m.json } }
  mend: { needs: [look], if: stages.look.outputs.metrics.share > 0.5, run: 'echo 1 > x.txt', out: { x: x.txt } }
  tell: { needs: [look], if: stages.look.outputs.metrics.share < 0.5 && trigger == 'manual', run: 'echo 1 > x.txt', out: { x: x.txt } }
`)
    expect(outcomes(await run(folder))).toMatchObject({ look: 'done', mend: 'skipped', tell: 'done' })
  })

  test('has a fallback stand in, and does not release what came of it unless that was said before', async () => {
    const stages = (register: string) => `  simple: { needs: [features], run: 'echo 1 > g.txt', out: { grid: g.txt } }
  tune: { needs: [features], run: 'exit 3', out: { grid: g.txt }, fallback: ${register} }
`
    const { folder, write } = await project(stages('simple'))
    const needing = (text: string) =>
      text.replace('needs: [features]\n    run: node train', 'needs: [features, tune]\n    run: node train')
    write('plumbline.yaml', needing(readFileSync(join(folder, 'plumbline.yaml'), 'utf8')))
    const notes: string[] = []
    const record = await run(folder, { notes })
    expect(record.outcome).toBe('passed')
    expect(record.degraded).toEqual(['tune', 'refit-tune'])
    expect(outcomes(record)).toMatchObject({ tune: 'failed', simple: 'done', 'refit-tune': 'failed', refit: 'done' })
    expect(notes.join('\n')).toContain('simple stands in for tune: this run is degraded')
    await expect(findCandidate(folder)).rejects.toMatchObject({ code: 'pipeline/degraded' })

    write(
      'plumbline.yaml',
      readFileSync(join(folder, 'plumbline.yaml'), 'utf8').replace(
        'fallback: simple',
        'fallback: { stage: simple, register: true }',
      ),
    )
    expect((await run(folder)).degraded).toEqual(['tune', 'refit-tune'])
    expect(await findCandidate(folder)).toMatchObject({ ok: true, value: { kind: 'ready' } })
  })

  test('takes a fallback over from the job in which it stood in', async () => {
    const { folder } = await project('', '', {
      'plumbline.yaml': tinyYaml
        .replace('    run: node train.mjs\n', '    run: exit 3\n    fallback: { stage: simple, register: true }\n')
        .replace(
          '  predict:\n',
          `  simple:\n    needs: [features]\n    run: node train.mjs\n    out: { model: model.json }\n    env: { MODULES: ${JSON.stringify(join(process.cwd(), 'node_modules'))} }\n  predict:\n`,
        ),
    })
    let last: RunRecord | undefined
    for (const job of ['prepare', 'train', 'judge', 'refit'] as const) last = await run(folder, { job })
    expect(last).toMatchObject({ outcome: 'passed', degraded: ['train', 'refit'] })
    expect(await findCandidate(folder)).toMatchObject({ ok: true, value: { kind: 'ready' } })
  })
})

async function recordsIn(folder: string): Promise<readonly RunRecord[]> {
  const { readLocalRuns } = await import('../../action/pipeline/run-history.ts')
  return (await readLocalRuns(folder)).records
}

describe('runPipeline(), a part of it', () => {
  test('ends at a stage, and nothing of it can be released', async () => {
    const { folder } = await project('')
    const record = await run(folder, { to: 'split' })
    expect(Object.keys(outcomes(record))).toEqual(['validate', 'features', 'split'])
    expect(record.part).toBe('to split')
    await expect(findCandidate(folder)).rejects.toThrow('its last run was only to split')
    expect(Object.keys(outcomes(await run(folder, { to: 'evaluate' })))).not.toContain('gate')
  })

  test('does a stage again with what follows, or all, or one alone', async () => {
    const { folder } = await project('')
    await run(folder)
    const again = outcomes(await run(folder, { from: 'predict' }))
    expect(again).toMatchObject({ train: 'cached', predict: 'done', evaluate: 'done', gate: 'done', refit: 'done' })
    expect(new Set(Object.values(outcomes(await run(folder, { force: true }))))).toEqual(new Set(['done']))
    const alone = await run(folder, { stage: 'train' })
    expect(outcomes(alone)).toEqual({ validate: 'cached', features: 'cached', split: 'cached', train: 'done' })
  })

  test('runs one stage alone only where what it needs is here', async () => {
    const { folder } = await project('')
    await expect(run(folder, { stage: 'train' })).rejects.toMatchObject({
      code: 'pipeline/missing-result',
      remedy: 'plumbline run --to train',
    })
    await expect(run(folder, { to: 'trian' })).rejects.toMatchObject({ remedy: 'Did you mean "train"?' })
  })

  test('uses a sample of each class’s share, which nobody may release', async () => {
    const { folder } = await project('')
    const record = await run(folder, { sampleRows: 60 })
    expect(record.sample).toEqual({ rows: 60 })
    const { train = 0, test: tested = 0, whole = 0 } = record.split ?? {}
    expect(whole).toBe(60)
    expect(train + tested).toBe(60)
    expect(tested).toBeGreaterThan(10)
    await expect(findCandidate(folder)).rejects.toMatchObject({
      remedy: expect.stringContaining('a sample of 60 rows'),
    })
  })

  test('takes other parameters, by their types, into the key', async () => {
    const { folder } = await project('', 'params: { depth: 6, name: a, deep: false }\n')
    const plain = await run(folder, { to: 'train' })
    const deeper = await run(folder, { to: 'train', params: ['depth=8', 'name=b=c'] })
    expect(deeper.params).toEqual({ depth: 8, name: 'b=c', deep: false })
    expect(deeper.runKey).not.toBe(plain.runKey)
    expect((await run(folder, { to: 'train', params: ['depth=6'] })).runKey).toBe(plain.runKey)
    for (const [param, message] of [
      ['deph=8', 'Did you mean "depth"?'],
      ['depth=deep', 'Give a number'],
      ['deep=1', 'Give a boolean'],
      ['depth', 'Write it as NAME=VALUE.'],
      ['constructor=1', 'Parameters of plumbline.yaml'],
    ] as const) {
      await expect(run(folder, { params: [param] })).rejects.toMatchObject({
        code: 'cli/bad-input',
        remedy: expect.stringContaining(message),
      })
    }
  })

  test('waits while another run goes on in the folder', async () => {
    const { folder } = await project(`  slow: { needs: [features], run: 'sleep 2.5; echo 1 > x.txt', out: { x: x.txt } }
`)
    const notes: string[] = []
    const [first, second] = await Promise.all([run(folder), run(folder, { notes })])
    const both = new Set([outcomes(first)['slow'], outcomes(second)['slow']])
    expect(both).toEqual(new Set(['cached', 'done']))
  })
})

describe('runOnFixtures()', () => {
  const stage = `  count: { needs: [features, split-names], run: 'wc -l < $PLUMBLINE_IN_FEATURES > n.txt; cat $PLUMBLINE_IN_SPLIT_NAMES/*.txt >> n.txt', out: { n: n.txt } }
  split-names: { needs: [features], run: 'echo a > a.txt; echo b > b.txt', out: { a: a.txt, b: b.txt } }
`
  test('runs a stage on somebody’s own inputs, and leaves no run behind', async () => {
    const { folder } = await project(stage, '', {
      'fixtures/features.csv': 'id,x\n1,2\n3,4\n',
      'fixtures/split-names/a.txt': 'left\n',
      'fixtures/split-names/b.txt': 'right\n',
    })
    const request = { ...requestFor(folder), stage: 'count', in: 'fixtures' }
    const ran = await runOnFixtures(request)
    if (!ran.ok) throw new Error(JSON.stringify(ran.diagnostics))
    expect(readFileSync(ran.value.outputs['n'] ?? '', 'utf8')).toBe('3\nleft\nright\n')
    expect(await recordsIn(folder)).toEqual([])
    expect(await runOnFixtures(request)).toMatchObject({ value: { stage: { outcome: 'cached' } } })
    writeFileSync(join(folder, 'fixtures/features.csv'), 'id,x\n1,2\n')
    expect(await runOnFixtures(request)).toMatchObject({ value: { stage: { outcome: 'done' } } })
  })

  test('leaves the logs of a run alone', async () => {
    const { folder } = await project(stage, '', {
      'fixtures/features.csv': 'id,x\n1,2\n',
      'fixtures/split-names/a.txt': 'left\n',
      'fixtures/split-names/b.txt': 'right\n',
    })
    const { runKey } = await run(folder)
    const log = join(folder, '.plumbline/runs', runKey.slice(0, 16), 'logs/train.log')
    expect(readFileSync(log, 'utf8')).toBe('trained\n')
    await runOnFixtures({ ...requestFor(folder), stage: 'count', in: 'fixtures' })
    expect(readFileSync(log, 'utf8')).toBe('trained\n')
  })

  test('says what is missing', async () => {
    const { folder } = await project(stage, '', { 'fixtures/features.csv': 'id\n', 'fixtures/features.parquet': 'x' })
    const at = (name: string, inputs: string) => runOnFixtures({ ...requestFor(folder), stage: name, in: inputs })
    await expect(at('count', 'nowhere')).rejects.toThrow('no such folder')
    await expect(at('count', 'fixtures')).rejects.toThrow('both stand for it')
    await expect(at('predict', 'data')).rejects.toThrow('nothing there is called so')
    await expect(at('features', 'fixtures')).rejects.toThrow('it is no program of yours')
  })
})

describe('planRun()', () => {
  const planned = async (folder: string, wishes: Wishes = {}) => {
    const plan = await planRun(requestFor(folder, wishes))
    if (!plan.ok) throw new Error(JSON.stringify(plan.diagnostics))
    return Object.fromEntries(plan.value.stages.map(({ name, action }) => [name, action]))
  }

  test('says what would run, does nothing of it, and is right', async () => {
    const made = await project('')
    const { folder } = made
    expect(new Set(Object.values(await planned(folder)))).toEqual(new Set(['runs']))
    expect(existsSync(join(folder, '.plumbline/runs'))).toBe(false)
    await run(folder)
    expect(new Set(Object.values(await planned(folder)))).toEqual(new Set(['cached']))

    made.write('predict.mjs', `${readFileSync(join(folder, 'predict.mjs'), 'utf8')}// edited\n`)
    const plan = await planned(folder)
    expect(plan).toMatchObject({ split: 'cached', train: 'runs', predict: 'runs', evaluate: 'open', refit: 'runs' })
    // Predictions come to the same bytes, so that judging them comes from the cache: `open`.
    expect(outcomes(await run(folder))).toMatchObject({
      split: 'cached',
      train: 'done',
      predict: 'done',
      evaluate: 'cached',
      refit: 'done',
    })
  })

  test('follows what is asked for', async () => {
    const { folder } = await project('')
    await run(folder)
    expect(await planned(folder, { from: 'evaluate' })).toMatchObject({
      predict: 'cached',
      evaluate: 'runs',
      gate: 'runs',
    })
    expect(Object.keys(await planned(folder, { to: 'split' }))).toEqual(['validate', 'features', 'split'])
  })
})

describe('explainStage()', () => {
  test('names the input that changed, before and now', async () => {
    const made = await project('', 'params: { depth: 6 }\n')
    await run(made.folder, { to: 'train' })
    expect(await explainStage(requestFor(made.folder), 'train')).toMatchObject({
      value: { stage: { action: 'cached', reasons: [] }, newest: { parts: expect.any(Number) } },
    })
    made.write('more.py', 'print(1)\n')
    expect(await explainStage(requestFor(made.folder, { params: ['depth=7'] }), 'train')).toMatchObject({
      value: {
        stage: {
          action: 'runs',
          reasons: [
            {
              kind: 'changed',
              parts: [
                { name: 'file more.py', before: null, after: expect.any(String) },
                { name: 'param depth', before: '6', after: '7' },
              ],
            },
          ],
        },
      },
    })
  })
})

describe('runHooks()', () => {
  const hooked = (stages: string) =>
    project(
      stages,
      `hooks:
  on-failure: { run: 'echo "$PLUMBLINE_OUTCOME" >> $HOOKED/failed.txt', env: { HOOKED: '${hookFolder()}' } }
  always: { run: 'grep -o "\\"outcome\\": \\"[a-z]*\\"" $PLUMBLINE_IN_RUN | head -1 >> $HOOKED/always.txt', env: { HOOKED: '${lastHookFolder}' } }
`,
    )
  let lastHookFolder = ''
  const hookFolder = () => {
    lastHookFolder = tempFolder()
    return lastHookFolder
  }
  const told = (name: string) => {
    const file = join(lastHookFolder, `${name}.txt`)
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  }

  test('calls each once a run, with what it came to', async () => {
    const { folder } = await hooked('')
    const record = await run(folder)
    expect(record.hooks?.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(['always done'])
    expect([told('failed'), told('always')]).toEqual([[], ['"outcome": "passed"']])
    await run(folder)
    expect(told('always')).toHaveLength(2)
  })

  test('calls both where a stage fails, and where the run is interrupted', async () => {
    const made = await hooked(`  bad: { needs: [features], run: sh bad.sh }
`)
    const { folder } = made
    made.write('bad.sh', 'exit 3\n')
    await expect(run(folder)).rejects.toMatchObject({ code: 'stage/failed' })
    expect([told('failed'), told('always')]).toEqual([['failed'], ['"outcome": "failed"']])

    made.write('bad.sh', 'sleep 60\n')
    const controller = new AbortController()
    const { progress } = requestFor(folder)
    const started = (stage: string) => (stage === 'bad' ? controller.abort() : undefined)
    const interrupted = run(folder, { signal: controller.signal, progress: { ...progress, started } })
    await expect(interrupted).rejects.toMatchObject({ code: 'interrupted' })
    expect([told('failed'), told('always')]).toEqual([
      ['failed', 'interrupted'],
      ['"outcome": "failed"', '"outcome": "interrupted"'],
    ])
  })

  test('changes nothing of the run where a hook fails', async () => {
    const { folder } = await project('', "hooks: { always: { run: 'exit 9' } }\n")
    const notes: string[] = []
    const record = await run(folder, { notes })
    expect(record).toMatchObject({ outcome: 'passed', hooks: [{ name: 'always', outcome: 'failed' }] })
    expect(notes.join('\n')).toContain('the hook always failed')
  })

  test('calls them in a job of their own, once the others are done, with what the workflow says of these', async () => {
    const made = await hooked('')
    const { folder } = made
    const call = async (outcome: 'passed' | 'failed' | 'interrupted') => {
      const called = await callHooks({ ...requestFor(folder), outcome })
      return called.ok ? called.value.map(({ name }) => name) : called.diagnostics
    }
    for (const job of ['prepare', 'train', 'judge', 'refit'] as const) await run(folder, { job })
    expect(told('always')).toEqual([])
    expect(await call('passed')).toEqual(['always'])
    expect(told('always')).toEqual(['"outcome": "passed"'])

    // A job that left no record, as one that never began.
    made.write('train.mjs', '// edited\n')
    expect(await call('failed')).toEqual(['on-failure', 'always'])
    const yaml = readFileSync(join(folder, 'plumbline.yaml'), 'utf8')
    made.write('plumbline.yaml', yaml.replace('min: 0.7', 'min: 0.9999'))
    made.write('train.mjs', tinyTrain)
    for (const job of ['prepare', 'train', 'judge'] as const) {
      await runPipeline(requestFor(folder, { job }))
    }
    expect(await call('failed')).toEqual(['on-failure', 'always'])
    expect(told('failed')).toEqual(['failed', 'refused'])
  })
})
