import { randomBytes } from 'node:crypto'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { Fault } from '../../action/base/fault.ts'
import { version } from '../../action/base/version.ts'
import { commandTable } from '../../action/commands/command-table.ts'
import { commentedCommands } from '../../action/commands/commented-commands.ts'
import type { RecordedArtifact } from '../../action/local-github/record-run.ts'
import type { Ending } from '../../action/report/ending.ts'
import { writeReportFile } from '../../action/report/report-file.ts'
import { hostileNames } from '../bad-input/hostile-names.ts'
import { runRecord } from '../support/candidate.ts'
import { artifactOf, type ForkPull, forkPull, leftReport, lyingReport, runEnding } from '../support/fork-pull.ts'
import { shapeOf } from '../support/markdown-tree.ts'
import { schemaOf } from '../support/result-schema.ts'
import { runNamed } from '../support/run-named.ts'

const good = JSON.parse(writeReportFile('run', runEnding()))
const changed = (change: object) => lyingReport(JSON.stringify({ ...good, ...change }))
const reported = (change: object) => changed({ report: { ...good.report, ...change } })
const inResult = (change: object) => reported({ result: { ...good.report.result, ...change } })
const bytes = Buffer.from(JSON.stringify(good))

describe('comment()', () => {
  test('writes what a fork’s run left, once, under words that nobody vouches for it', async () => {
    await using fork = await forkPull()
    const run = await fork.run([leftReport()])

    const first = await fork.comment(run)
    expect(first).toMatchObject({
      kind: 'done',
      result: { state: 'written', pull: 1, origin: 'fork', comments: [{ key: 'run', outcome: 'created' }] },
    })
    const [text = ''] = await fork.texts()
    expect(text.split('\n').slice(0, 5)).toEqual([
      `<!-- plumbline run run=${run} -->`,
      expect.stringMatching(
        /^> \*\*Reported by the run of a fork, mallory\/parcels; not verified\.\*\* Nobody of this repository has reviewed the code/,
      ),
      '',
      '## parcels',
      '',
    ])
    expect(text).toContain(`/actions/runs/${run}) at \`${fork.head.slice(0, 8)}\``)
    expect(text).not.toContain('**Next:**')

    const calls = fork.github.calls().length
    expect((await fork.comment(run)).result?.comments).toMatchObject([{ outcome: 'unchanged' }])
    const written = fork.github
      .calls()
      .slice(calls)
      .filter(({ method }) => method !== 'GET' && method !== 'POST')
    expect(written).toEqual([])
    expect(await fork.texts()).toEqual([text])
  })

  test('prints what its schema describes, and words it', async () => {
    await using fork = await forkPull()
    const isValid = schemaOf('comment')
    const { jsonEnding } = await import('../../action/report/word-ending.ts')
    const endings = [
      await fork.comment(await fork.run([leftReport()])),
      await fork.comment(await fork.run([lyingReport('x')])),
      await fork.comment(99),
    ]
    for (const { ending } of endings) {
      isValid(JSON.parse(jsonEnding('comment', ending)))
      expect(isValid.errors ?? []).toEqual([])
    }
    const [done, , none] = endings.map(({ ending }) => (ending.kind === 'fault' ? '' : (ending.report?.text ?? '')))
    expect(done).toMatch(/^DONE {2}#1: 1 report\n {2}run \d+ of \.github.+\n {2}Comment written: http.+ \(run\)$/)
    expect(none).toBe('NONE  no comment: this repository has no such workflow run')
  })

  test('keeps one comment a command and model, and takes the newest attempt', async () => {
    await using fork = await forkPull()
    const validated: Ending = { kind: 'diagnosed', diagnostics: [diagnosticOf('region is missing')] }
    const failed: Ending = {
      kind: 'fault',
      fault: new Fault('stage/failed', 'Cannot run stage "train": it ended with 1', { remedy: 'Look at its log.' }),
    }
    const run = await fork.run([
      leftReport(runEnding({ model: 'first' }), 'run/models-price', 1),
      leftReport(validated, 'validate', 1),
      leftReport(failed, 'run', 1),
    ])
    expect((await fork.comment(run)).result?.comments.map(({ key }) => key)).toEqual([
      'run',
      'run/models-price',
      'validate',
    ])
    await fork.github.updateRun(run, { artifacts: [leftReport(runEnding({ model: 'second' }), 'run/models-price', 2)] })
    // Not yet: the attempt that GitHub tells is the first.
    expect((await fork.comment(run)).result?.comments.map(({ outcome }) => outcome)).toEqual(Array(3).fill('unchanged'))
    await fork.github.call('POST', `/actions/runs/${run}/rerun`)
    expect(await fork.comment(run)).toMatchObject({ kind: 'done', result: { state: 'goes on' } })
    await fork.github.updateRun(run, { conclusion: 'success' })

    expect((await fork.comment(run)).result?.comments).toMatchObject([
      { key: 'run', outcome: 'unchanged' },
      { key: 'run/models-price', outcome: 'updated' },
      { key: 'validate', outcome: 'unchanged' },
    ])
    const texts = (await fork.texts()).join('\n')
    expect(texts).toContain('## second')
    expect(texts).not.toContain('## first')
    expect(texts).toContain('region is missing')
    expect(texts).toContain('### ✗ run: Cannot run stage "train": it ended with 1')
  })

  test('vouches for a run of the repository, and says of Dependabot’s that nobody does', async () => {
    await using fork = await forkPull()
    const { github } = fork
    const main = (await github.call('GET', '/git/ref/heads/main')).body.object.sha
    const { tree } = (await github.call('GET', `/git/commits/${main}`)).body
    const made = await github.call('POST', '/git/commits', { message: 'Own', tree: tree.sha, parents: [main] })
    await github.call('POST', '/git/refs', { ref: 'refs/heads/own', sha: made.body.sha })
    const { number } = (await github.call('POST', '/pulls', { title: 'Own', head: 'own', base: 'main' })).body
    const own = { workflow: '.github/workflows/plumbline.yml', event: 'pull_request', branch: 'own' }
    const done = { ...own, status: 'completed', conclusion: 'success', artifacts: [leftReport()] } as const
    const textOf = async () => (await github.call('GET', `/issues/${number}/comments`)).body[0].body as string

    expect(await fork.comment(await github.recordRun(done))).toMatchObject({
      result: { pull: number, origin: 'repository' },
    })
    expect(await textOf()).not.toContain('verified')
    expect(await textOf()).toContain('**Next:** `plumbline register`')
    const theirs = await github.recordRun({ ...done, actor: 'dependabot[bot]' })
    expect(await fork.comment(theirs)).toMatchObject({ result: { pull: number, origin: 'dependabot' } })
    expect(await textOf()).toContain('Reported by the run of Dependabot’s change; not verified.')
  })

  test('needs a token that may comment', async () => {
    await using fork = await forkPull()
    const token = await fork.github.issueToken({ kind: 'job', permissions: { actions: 'read', pull_requests: 'read' } })
    expect((await fork.comment(await fork.run([leftReport()]), token)).codes).toEqual(['github/forbidden'])
    expect(await fork.texts()).toEqual([])
  })

  test('is about a run, and says so where there is none', async () => {
    await using fork = await forkPull()
    for (const run of [0, -1, 1.5, 2 ** 60]) expect((await fork.comment(run)).codes).toEqual(['cli/missing-input'])
  })
})

describe('comment(), of a run that', () => {
  test('is none that is reported, writes nothing', async () => {
    await using fork = await forkPull()
    const left = [leftReport()]
    const stateOf = async (run: number) => {
      const { kind, result } = await fork.comment(run)
      expect(kind).toBe('done')
      return result?.state
    }
    expect(await stateOf(await fork.run(left, { event: 'push' }))).toBe('no pull request')
    expect(await stateOf(await fork.run(left, { event: 'pull_request_target' }))).toBe('no pull request')
    expect(await stateOf(await fork.run(left, { workflow: '.github/workflows/evil.yml' }))).toBe('other workflow')
    expect(await stateOf(await fork.run(left, { conclusion: null, status: 'in_progress' }))).toBe('goes on')
    expect(await stateOf(await fork.run(left, { branch: 'another' }))).toBe('not found')
    expect(await stateOf(await fork.run(left, { fork: 'eve' }))).toBe('not found')
    expect(await stateOf(await fork.run([], {}))).toBe('no report')
    expect(await stateOf(await fork.run([{ ...leftReport(), name: 'coverage-report-1' }]))).toBe('no report')
    expect(await fork.texts()).toEqual([])
  })

  test('is not of the newest commit any more, or of a closed pull request, writes nothing', async () => {
    await using fork = await forkPull()
    const run = await fork.run([leftReport()])
    const next = await fork.moveOn()
    expect((await fork.comment(run)).result).toMatchObject({ state: 'moved on', pull: 1 })
    const newer = await fork.run([leftReport()], { sha: next })
    await fork.github.call('PATCH', '/pulls/1', { state: 'closed' })
    expect((await fork.comment(newer)).result).toMatchObject({ state: 'closed', pull: 1 })
    expect(await fork.texts()).toEqual([])
  })

  test('may be of either of two pull requests, writes to none', async () => {
    await using fork = await forkPull()
    const { github } = fork
    const sha = (await github.call('GET', '/git/ref/heads/main')).body.object.sha
    await github.call('POST', '/git/refs', { ref: 'refs/heads/stable', sha })
    expect((await github.call('POST', '/pulls', { title: 'Two', head: 'mallory:change', base: 'stable' })).status).toBe(
      201,
    )
    expect((await fork.comment(await fork.run([leftReport()]))).result?.state).toBe('several')
    expect(await fork.texts()).toEqual([])
  })
})

describe('comment(), raced', () => {
  test('leaves one comment, the newest run’s, whoever comes last', async () => {
    await using fork = await forkPull()
    const first = await fork.run([leftReport(runEnding({ model: 'first' }))])
    const second = await fork.run([leftReport(runEnding({ model: 'second' }))])

    await Promise.all([first, second, first, second].map((run) => fork.comment(run)))
    await fork.comment(first)

    expect(await fork.texts()).toEqual([expect.stringContaining('## second')])
  })

  test('comes to one comment whatever breaks at any of its calls, once it is run again', async () => {
    await using fork = await forkPull()
    const run = await fork.run([leftReport()])
    const before = fork.github.calls().length
    await fork.comment(run)
    const calls = fork.github.calls().slice(before)
    expect(calls.length).toBeGreaterThan(5)
    for (const kind of ['500', 'drop-after', '502-after'] as const) {
      for (let at = 1; at <= calls.length; at += 1) {
        fork.github.fault({ kind, at })
        await fork.comment(run)
        fork.github.faultless()
        expect((await fork.comment(run)).kind).toBe('done')
        expect(await fork.texts()).toHaveLength(1)
      }
    }
  })
})

/** What a run may leave whose code somebody wrote who means no good; each with what is said of it. */
const lies: readonly (readonly [what: string, artifact: () => RecordedArtifact, code: string])[] = [
  ['is no zip file', () => ({ name: 'plumbline-report-run-1', zip: Buffer.from('<html>') }), 'bad-artifact'],
  ['holds nothing', () => artifactOf('plumbline-report-run-1', []), 'bad-artifact'],
  ['holds no report', () => artifactOf('plumbline-report-run-1', [{ path: 'x.json', content: bytes }]), 'bad-artifact'],
  [
    'holds the report elsewhere',
    () => artifactOf('plumbline-report-run-1', [{ path: 'a/report.json', content: bytes }]),
    'bad-artifact',
  ],
  [
    'leads out of its folder',
    () => artifactOf('plumbline-report-run-1', [{ path: '../report.json', content: bytes }]),
    'bad-artifact',
  ],
  [
    'leads to the root',
    () => artifactOf('plumbline-report-run-1', [{ path: '/tmp/report.json', content: bytes }]),
    'bad-artifact',
  ],
  [
    'holds a link',
    () =>
      artifactOf('plumbline-report-run-1', [
        { path: 'report.json', content: Buffer.from('/etc/passwd'), mode: 0o120_777 },
      ]),
    'bad-artifact',
  ],
  [
    'holds a folder of that name',
    () => artifactOf('plumbline-report-run-1', [{ path: 'report.json/', content: Buffer.from('') }]),
    'bad-artifact',
  ],
  [
    'holds many files',
    () =>
      artifactOf(
        'plumbline-report-run-1',
        ['report.json', 'a', 'b'].map((path) => ({ path, content: bytes })),
      ),
    'bad-artifact',
  ],
  [
    'unpacks to 200 MB',
    () => artifactOf('plumbline-report-run-1', [{ path: 'report.json', content: 200_000_000 }]),
    'bad-artifact',
  ],
  [
    'is huge',
    () => artifactOf('plumbline-report-run-1', [{ path: 'report.json', content: randomBytes(2 << 20) }]),
    'bad-artifact',
  ],
  ['has expired', () => ({ ...leftReport(), expiresAt: '2024-01-01T00:00:00Z' }), 'bad-artifact'],
  ['is no JSON', () => lyingReport('PASS'), 'no-report'],
  ['is half a JSON', () => lyingReport(bytes.toString().slice(0, -9)), 'no-report'],
  ['is nested without end', () => lyingReport('['.repeat(1_000_000)), 'no-report'],
  [
    'is no UTF-8',
    () => artifactOf('plumbline-report-run-1', [{ path: 'report.json', content: Buffer.from([0xff, 0xfe]) }]),
    'no-report',
  ],
  ['is a list', () => lyingReport('[]'), 'no-report'],
  ['is nothing', () => lyingReport('null'), 'no-report'],
  ['names a pull request', () => changed({ pull: 7 }), 'no-report'],
  ['names its own key', () => changed({ key: 'run/other' }), 'no-report'],
  ['has a version that is none', () => changed({ plumbline: '<b>' }), 'no-report'],
  ['has a schema that is none', () => changed({ schema: 'plumbline/run/v1' }), 'no-report'],
  ['is from the future', () => changed({ schema: 'plumbline/report/v2' }), 'newer'],
  ['is of a newer version with a key more', () => changed({ plumbline: '99.0.0', report: { new: 1 } }), 'misfit'],
  [
    'is of a command that is not commented',
    () => lyingReport(bytes.toString(), 'plumbline-report-drift-1'),
    'unknown-command',
  ],
  ['is of another command than its name', () => lyingReport(bytes.toString(), 'plumbline-report-validate-1'), 'misfit'],
  ['has Markdown of its own', () => reported({ report: { markdown: '@everyone' } }), 'misfit'],
  ['has an outcome that is none', () => reported({ outcome: 'wonderful' }), 'misfit'],
  ['has no result', () => reported({ result: undefined }), 'misfit'],
  ['has a result of another kind', () => reported({ result: { kind: 'run' } }), 'misfit'],
  ['has a text for a number', () => inResult({ seed: '42' }), 'misfit'],
  ['has a number for a text', () => inResult({ model: 42 }), 'misfit'],
  ['has a digest that is none', () => inResult({ runKey: '`x`' }), 'misfit'],
  ['has a gate of another kind', () => inResult({ gates: [{ gate: 'x', kind: 'wonderful' }] }), 'misfit'],
  ['has stages without end', () => inResult({ stages: 'x'.repeat(1000) }), 'misfit'],
  [
    'has a fault that nobody knows',
    () =>
      changed({
        report: {
          command: 'run',
          outcome: 'fault',
          fault: { code: '`x` <b>', owner: 'user', message: 'm', remedy: 'r' },
        },
      }),
    'misfit',
  ],
  [
    'hides a key in a prototype',
    () => lyingReport(bytes.toString().replace('"outcome":"done"', '"outcome":"done","__proto__":{"x":1}')),
    'misfit',
  ],
]

describe('comment(), of an artifact that', () => {
  let folder: string
  let fork: ForkPull & AsyncDisposable
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'plumbline-')))
    fork = await forkPull(folder)
  })
  afterAll(async () => {
    await fork[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  test.each(lies)('%s, says so and writes nothing', async (_, artifact, code) => {
    const { kind, codes, ending } = await fork.comment(await fork.run([artifact()]))

    expect({ kind, codes }).toEqual({ kind: 'diagnosed', codes: [`report/${code}`] })
    expect(JSON.stringify(ending).length).toBeLessThan(3000)
    expect(await fork.texts()).toEqual([])
  })

  test('lies beside one that does not, writes the other', async () => {
    const run = await fork.run([leftReport(runEnding(), 'run/price'), lyingReport('x')])
    const { codes, result } = await fork.comment(run)
    expect(codes).toEqual(['report/no-report'])
    expect(result?.comments).toMatchObject([{ key: 'run/price', outcome: 'created' }])
    await fork.github.call('DELETE', `/issues/comments/${result?.comments[0]?.url.replace(/.*-/, '')}`)
  })

  test('is one of very many, writes nothing', async () => {
    const left = leftReport()
    const many = Array.from({ length: 21 }, (_, n) => ({ ...left, name: `plumbline-report-run.m${n}-1` }))
    expect((await fork.comment(await fork.run(many))).codes).toEqual(['report/many-reports'])
    expect(await fork.texts()).toEqual([])
  })

  test.each([
    'plumbline-report-run.../x-1',
    'plumbline-report-RUN-1',
    'plumbline-report-run',
    'plumbline-report-run-0',
  ])('is called %s, is no report', async (name) => {
    expect((await fork.comment(await fork.run([{ ...leftReport(), name }]))).result?.state).toBe('no report')
  })

  test('asks for the version that the run has, where it is another', async () => {
    const { ending } = await fork.comment(await fork.run([changed({ plumbline: '99.0.0', report: { new: 1 } })]))
    const [diagnostic] = ending.kind === 'diagnosed' ? ending.diagnostics : []
    expect(diagnostic?.remedy).toBe(
      `Use one version of Plumbline in both workflows: the run has 99.0.0, this one is ${version}. Nothing of it was written.`,
    )
  })
})

test('comment() shows hostile texts as texts, wherever a report has any', async () => {
  await using fork = await forkPull()
  // All of them are held to it where they are worded (test/bad-input); these are what a comment would obey.
  const asked = /command$|everyone|closes|marker|comment|colours|right to left|NUL|HTML|newlines|link$/
  const names = Object.entries(hostileNames).filter(([what]) => asked.test(what))
  const left = ['name', ...names.map(([, name]) => name).slice(0, 19)].map((name, index) =>
    leftReport(runEnding(runNamed(name)), `run/m${index}`),
  )
  expect(left.length).toBeGreaterThan(12)

  expect((await fork.comment(await fork.run(left))).codes).toEqual([])

  const texts = await fork.texts()
  expect(texts).toHaveLength(left.length)
  const shapes = texts.map((text) => JSON.stringify(shapeOf(text.replace(/^<!-- .+ -->\n/, ''))))
  expect(new Set(shapes).size).toBe(1)
  for (const text of texts) {
    expect(text.split('\n').filter((line) => line.trimStart().startsWith('<!--'))).toHaveLength(1)
  }
})

test('comment() cuts what is long', async () => {
  await using fork = await forkPull()
  const [stage] = runRecord().stages
  if (!stage) throw new Error('The record has no stage')
  const stages = Array.from({ length: 5000 }, (_, n) => ({ ...stage, name: `stage-${n}` }))
  expect((await fork.comment(await fork.run([leftReport(runEnding({ stages }))]))).codes).toEqual([])
  const [text = ''] = await fork.texts()
  expect(text.length).toBeGreaterThan(60_000)
  expect(text.length).toBeLessThanOrEqual(65_536)
  expect(text).toMatch(/_Cut here, for want of room.+\[The job’s summary\]\(http.+\) has all of it\._$/)
})

test('commentedCommands() are those with the input comment', async () => {
  const commented: string[] = []
  for (const load of Object.values(commandTable)) {
    const { name, inputs } = await load()
    if ('comment' in inputs) commented.push(name)
  }
  expect([...(await commentedCommands()).keys()].sort()).toEqual(commented.sort())
})

function diagnosticOf(message: string) {
  return { code: 'contract/missing-column', file: 'contract.yaml', line: 3, column: 1, message }
}
