import { describe, expect, test } from 'vitest'
import { checkTable } from '../../action/doctor/check.table.ts'
import { checkSettings } from '../../action/doctor/check-settings.ts'
import type { Observed } from '../../action/doctor/observed.ts'
import { seen, unseen } from '../../action/github/settings/seen.ts'
import { parseWorkflowFile } from '../../action/project/workflow-file.ts'

const step = (command: string, more = '') =>
  `      - uses: actions/checkout@v5\n        with: { fetch-depth: 0 }\n      - uses: plumbline-ml/plumbline@v0.1.0\n        with: { command: ${command}${more} }\n`

const workflow = `
on:
  pull_request:
  push: { branches: [main] }
  workflow_dispatch:
  merge_group:
  schedule: [{ cron: '17 4 * * 1' }]
permissions: {}
jobs:
  train:
    name: Train, predict
    runs-on: ubuntu-latest
    permissions: { contents: read }
    env:
      STORE_KEY: \${{ secrets.STORE_KEY }}
    steps:
${step('run', ', job: train')}
  publish:
    runs-on: ubuntu-latest
    environment: production
    permissions: { contents: write }
    steps:
${step('register')}
  propose:
    runs-on: ubuntu-latest
    permissions: { contents: write, pull-requests: write }
    steps:
${step('propose')}
`

const path = '.github/workflows/plumbline.yml'
const rule = (type: string, parameters: Record<string, unknown> = {}, rulesetId: number | undefined = 1) => ({
  type,
  parameters,
  rulesetId,
})
const checks = (context: string, more = {}) =>
  rule('required_status_checks', { required_status_checks: [{ context, ...more }] })
const ruleset = {
  id: 1,
  name: 'Strict',
  target: 'branch',
  enforcement: 'active',
  include: ['~ALL'],
  exclude: [],
  rules: [],
  bypass: [],
  page: undefined,
} as const

/** A repository in which nothing is wrong and everything is seen. */
const good: Observed = {
  now: new Date('2025-06-01T12:00:00Z'),
  repository: {
    page: 'https://github.com/acme/parcels',
    isPrivate: false,
    isFork: false,
    isArchived: false,
    defaultBranch: 'main',
    pushedAt: '2025-05-30T00:00:00Z',
    isAdmin: true,
    onlySquashes: false,
  },
  token: { kind: 'person', login: 'ada' },
  actions: seen({ isOn: true, allowed: 'all', isPinned: false, selected: undefined }),
  defaults: seen({ jobsMay: 'read', mayOpenPulls: true }),
  rulesets: seen({ kind: 'some', rulesets: [{ ...ruleset }] }),
  branchRules: seen([
    { branch: 'main', rules: [checks('Train, predict')] },
    { branch: 'plumbline/ledger', rules: [rule('non_fast_forward'), rule('deletion')] },
    { branch: 'plumbline/retrain/parcels', rules: [] },
    { branch: 'plumbline/deploy/production', rules: [] },
  ]),
  immutableReleases: seen(true),
  workflows: seen([{ path, state: 'active' }]),
  measured: { [path]: seen([{ minutes: 4 }, { minutes: 6 }]) },
  environments: seen([
    { name: 'production', reviewers: ['ada'], approvers: [], barsSelfReview: false, waitMinutes: 0, branches: 'all' },
  ]),
  labels: seen([{ name: 'retrain', color: '0075ca', description: '' }]),
  secrets: seen(['STORE_KEY']),
  files: [parseWorkflowFile(path, workflow)],
  needs: {
    run: { contents: 'read' },
    register: { contents: 'write' },
    propose: { contents: 'write', 'pull-requests': 'write' },
  },
  wantedLabels: ['retrain'],
  project: {
    model: 'parcels',
    secrets: ['STORE_KEY'],
    prices: { currency: 'USD', perMinute: { 'ubuntu-latest': 0.01 } },
    store: { kind: 'git', isShallow: false, probe: { kind: 'answered', pinned: 3, held: 3 } },
  },
}

const rewritten = (from: string | RegExp, to: string): Partial<Observed> => {
  const text = workflow.replace(from, to)
  if (text === workflow) throw new Error(`nothing to replace: ${String(from)}`)
  return { files: [parseWorkflowFile(path, text)] }
}
const branches = (
  main: readonly ReturnType<typeof rule>[],
  own: readonly ReturnType<typeof rule>[] = [],
  branch = 'plumbline/ledger',
): Partial<Observed> => ({
  branchRules: seen([
    { branch: 'main', rules: main },
    { branch, rules: own },
  ]),
})
const hidden = unseen('GitHub answers 403; it takes administration: read')
const tagRuleset = {
  ...ruleset,
  target: 'tag',
  include: ['refs/tags/parcels-v*'],
  rules: [{ type: 'creation', parameters: {} }],
} as const
const store = (probe: NonNullable<Observed['project']>['store']['probe'], kind = 'git'): Partial<Observed> => ({
  project: good.project && { ...good.project, store: { ...good.project.store, kind, probe } },
})
const settings = (change: Partial<Observed['repository']>): Partial<Observed> => ({
  repository: { ...good.repository, ...change },
})
const policy = (change: object): Partial<Observed> => ({
  actions: seen({ isOn: true, allowed: 'all', isPinned: false, selected: undefined, ...change }),
})

function judged(id: string, change: Partial<Observed> = {}) {
  const finding = checkSettings({ ...good, ...change }).find((one) => one.id === id)
  if (!finding) throw new Error(`no check ${id}`)
  return finding
}

describe('checkSettings()', () => {
  test('is all ok where everything is as the loop needs it, and lets each check say what it found', () => {
    const findings = checkSettings(good)
    expect(findings.filter(({ state }) => state !== 'ok')).toEqual([])
    expect(findings).toHaveLength(checkTable.length)
    expect(findings.every(({ found }) => found !== '')).toBe(true)
  })

  test.each<[id: string, what: string, change: Partial<Observed>, found: RegExp]>([
    ['actions/on', 'Actions are off', policy({ isOn: false }), /off/],
    ['actions/on', 'the repository is archived', settings({ isArchived: true }), /archived/],
    ['actions/allowed', 'only local actions', policy({ allowed: 'local_only' }), /actions\/checkout@v5, plumbline-ml/],
    [
      'actions/allowed',
      'a selection without Plumbline',
      policy({ allowed: 'selected', selected: seen({ ofGitHub: true, ofVerified: true, patterns: ['other/*'] }) }),
      /not allowed: plumbline-ml\/plumbline@v0\.1\.0$/,
    ],
    [
      'actions/allowed',
      'a pattern that takes Plumbline back',
      policy({
        allowed: 'selected',
        selected: seen({ ofGitHub: true, ofVerified: true, patterns: ['plumbline-ml/*', '!plumbline-ml/plumbline'] }),
      }),
      /not allowed: plumbline-ml/,
    ],
    ['actions/pinned', 'tags where commits are required', policy({ isPinned: true }), /checkout@v5/],
    ['permissions/default', 'write by default', { defaults: seen({ jobsMay: 'write', mayOpenPulls: true }) }, /write/],
    [
      'permissions/pull-requests',
      'the switch is off',
      { defaults: seen({ jobsMay: 'read', mayOpenPulls: false }) },
      /off/,
    ],
    [
      'permissions/jobs',
      'a job that trains may write',
      rewritten('{ contents: read }', 'write-all'),
      /train: runs your code and may write/,
    ],
    [
      'permissions/jobs',
      'publish only reads',
      rewritten('permissions: { contents: write }\n', 'permissions: { contents: read }\n'),
      /publish: lacks contents: write/,
    ],
    [
      'permissions/jobs',
      'publish may write more',
      rewritten('permissions: { contents: write }\n', 'permissions: { contents: write, packages: write }\n'),
      /publish: may write packages/,
    ],
    ['permissions/jobs', 'no job runs Plumbline', { files: [] }, /no workflow/],
    [
      'comments/workflow',
      'nobody comments for forks',
      rewritten('job: train', 'job: judge, comment: true'),
      /no workflow runs comment$/,
    ],
    [
      'branches/default',
      'the trigger names another branch',
      rewritten('branches: [main]', 'branches: [master]'),
      /a push to main does not start/,
    ],
    ['branches/default', 'nothing registers', rewritten('command: register', 'command: lineage'), /register/],
    [
      'branches/pushes',
      'a pull request is required',
      branches([], [rule('pull_request')]),
      /pull_request on plumbline\/ledger/,
    ],
    ['branches/pushes', 'signatures are required', branches([], [rule('required_signatures')]), /required_signatures/],
    [
      'branches/pushes',
      'a retrain branch must not be rewritten',
      branches([], [rule('non_fast_forward')], 'plumbline/retrain/parcels'),
      /non_fast_forward/,
    ],
    [
      'branches/pushes',
      'names must be others',
      branches([], [rule('branch_name_pattern', { operator: 'starts_with', pattern: 'feature/' })]),
      /branch_name_pattern/,
    ],
    [
      'branches/signatures',
      'main wants signatures',
      branches([rule('required_signatures')]),
      /required_signatures on main/,
    ],
    [
      'branches/checks',
      'the check filters paths',
      rewritten('pull_request:\n', 'pull_request: { paths: ["src/**"] }\n'),
      /leaves out/,
    ],
    [
      'branches/checks',
      'the check ignores locks',
      rewritten('pull_request:\n', 'pull_request: { paths-ignore: ["**/*.yaml"] }\n'),
      /leaves out/,
    ],
    [
      'branches/checks',
      'the check is of another branch',
      rewritten('pull_request:\n', 'pull_request: { branches: [develop] }\n'),
      /leaves out/,
    ],
    [
      'branches/checks',
      'Actions have no such job',
      branches([checks('Lint', { integration_id: 15368 })]),
      /no workflow has a job/,
    ],
    [
      'branches/checks-of-bot',
      'it cannot be dispatched',
      {
        token: { kind: 'job', permissions: undefined, mayActionsOpenPulls: true },
        ...rewritten('  workflow_dispatch:\n', ''),
      },
      /cannot be dispatched/,
    ],
    [
      'branches/merge-queue',
      'the workflow is deaf to it',
      { ...branches([rule('merge_queue'), checks('Train, predict')]), ...rewritten('  merge_group:\n', '') },
      /merge_group/,
    ],
    [
      'branches/tags',
      'tags of models are restricted',
      { rulesets: seen({ kind: 'some', rulesets: [tagRuleset] }) },
      /"Strict" refuses/,
    ],
    [
      'schedule/enabled',
      'it is switched off',
      { workflows: seen([{ path, state: 'disabled_manually' }]) },
      /disabled_manually/,
    ],
    ['schedule/enabled', 'it is not on main', { workflows: seen([]) }, /not on main/],
    [
      'schedule/enabled',
      'it is no workflow',
      { files: [...good.files, parseWorkflowFile('.github/workflows/broken.yml', 'on: [push')] },
      /no workflow: .*broken\.yml/,
    ],
    [
      'schedule/fork',
      'schedules of a fork',
      { ...settings({ isFork: true }), workflows: seen([{ path, state: 'disabled_fork' }]) },
      /fork/,
    ],
    [
      'schedule/idle',
      'fifty days of silence',
      settings({ pushedAt: '2025-04-12T00:00:00Z' }),
      /50 days ago: off in 10 days/,
    ],
    ['schedule/minute', 'at the full hour', rewritten('17 4', '0 4'), /:00 or :30/],
    ['schedule/minute', 'every ten minutes', rewritten('17 4', '*/10 4'), /:00 or :30/],
    ['schedule/minute', 'no schedule', rewritten('17 4 * * 1', '17 25 * * 1'), /no schedule/],
    [
      'schedule/minutes',
      'more than the plan has',
      { ...settings({ isPrivate: true }), rulesets: seen({ kind: 'none' }), ...rewritten('17 4 * * 1', '17 * * * *') },
      /3650 min.*the Free plan has 2000/,
    ],
    ['store/reachable', 'bytes are missing', store({ kind: 'answered', pinned: 3, held: 2 }), /2 of 3/],
    [
      'store/reachable',
      'it refuses',
      store({ kind: 'failed', message: 'Access denied', remedy: 'Give a key.' }, 's3'),
      /s3: Access denied/,
    ],
    ['store/reachable', 'it is silent', store({ kind: 'timed out', afterMs: 15_000 }, 's3'), /15 s/],
    ['store/checkout', 'a shallow checkout', rewritten(/fetch-depth: 0/g, 'fetch-depth: 1'), /shallow: .* publish/],
    ['names/secrets', 'one is missing', { secrets: seen([]) }, /missing: STORE_KEY/],
    [
      'names/secrets',
      'no workflow passes it on',
      rewritten('STORE_KEY: ${{ secrets.STORE_KEY }}', 'OTHER: x'),
      /no workflow sets STORE_KEY/,
    ],
    ['names/environments', 'it is missing', { environments: seen([]) }, /missing: production/],
    [
      'names/reviewers',
      'nobody is asked',
      {
        environments: seen([
          { name: 'production', reviewers: [], approvers: [], barsSelfReview: false, waitMinutes: 0, branches: 'all' },
        ]),
      },
      /none in production$/,
    ],
    [
      'names/reviewers',
      'the plan has none',
      {
        ...settings({ isPrivate: true }),
        rulesets: seen({ kind: 'none' }),
        environments: seen([
          { name: 'production', reviewers: [], approvers: [], barsSelfReview: false, waitMinutes: 0, branches: 'all' },
        ]),
      },
      /this plan cannot ask anybody/,
    ],
    ['names/labels', 'one is missing', { labels: seen([]) }, /missing: retrain/],
  ])('%s is wrong: %s', (id, _, change, found) => {
    const finding = judged(id, change)
    expect(finding).toMatchObject({ state: 'wrong', found: expect.stringMatching(found) })
    expect(finding.mend).not.toBe('')
    expect(finding.mend).not.toBeNull()
  })

  test.each<[id: string, change: Partial<Observed>]>([
    ['actions/on', { actions: hidden }],
    ['actions/allowed', { actions: hidden }],
    ['actions/allowed', policy({ allowed: 'selected', selected: hidden })],
    ['actions/pinned', { actions: hidden }],
    ['permissions/token', { token: { kind: 'unknown' } }],
    ['permissions/default', { defaults: hidden }],
    ['permissions/pull-requests', { defaults: hidden }],
    ['permissions/jobs', { defaults: hidden, ...rewritten(/ *permissions: \{.*\n/g, '') }],
    ['branches/pushes', { branchRules: hidden }],
    [
      'branches/pushes',
      {
        ...branches([], [rule('update')]),
        rulesets: seen({ kind: 'some', rulesets: [{ ...ruleset, bypass: undefined }] }),
      },
    ],
    ['branches/signatures', { branchRules: hidden }],
    ['branches/checks', { branchRules: hidden }],
    ['branches/checks', branches([checks('elsewhere')])],
    ['branches/checks-of-bot', { branchRules: hidden }],
    ['branches/merge-queue', { branchRules: hidden }],
    ['branches/tags', { rulesets: hidden }],
    ['branches/tags', { rulesets: seen({ kind: 'some', rulesets: [{ ...tagRuleset, bypass: undefined }] }) }],
    ['releases/immutable', { immutableReleases: hidden }],
    ['schedule/enabled', { workflows: hidden }],
    ['schedule/fork', { ...settings({ isFork: true }), workflows: hidden }],
    ['schedule/idle', settings({ pushedAt: null })],
    ['store/reachable', { project: undefined }],
    ['store/reachable', store({ kind: 'no lock' })],
    ['names/secrets', { secrets: hidden }],
    ['names/environments', { environments: hidden }],
    ['names/reviewers', { environments: hidden }],
    ['names/labels', { labels: hidden }],
  ])('%s is never ok where the token cannot see', (id, change) => {
    expect(judged(id, change)).toMatchObject({ state: 'cannot see', mend: null })
  })

  test.each<[id: string, what: string, change: Partial<Observed>]>([
    [
      'branches/pushes',
      'an App may bypass it',
      {
        ...branches([], [rule('update')]),
        rulesets: seen({
          kind: 'some',
          rulesets: [{ ...ruleset, bypass: [{ actorType: 'Integration', actorId: 15368, mode: 'always' }] }],
        }),
      },
    ],
    [
      'branches/signatures',
      'GitHub signs squash merges',
      { ...branches([rule('required_signatures')]), ...settings({ onlySquashes: true }) },
    ],
    [
      'branches/tags',
      'it is of other tags',
      { rulesets: seen({ kind: 'some', rulesets: [{ ...tagRuleset, include: ['refs/tags/v*'] }] }) },
    ],
    [
      'branches/tags',
      'it is not enforced',
      { rulesets: seen({ kind: 'some', rulesets: [{ ...tagRuleset, enforcement: 'evaluate' }] }) },
    ],
    ['branches/checks', 'of a matrix', branches([checks('Train, predict (3.12)')])],
    ['branches/checks', 'paths that hold the lock', rewritten('pull_request:\n', 'pull_request: { paths: ["**"] }\n')],
    [
      'permissions/pull-requests',
      'an App does not need the switch',
      { token: { kind: 'app', login: 'retrainer[bot]' }, defaults: seen({ jobsMay: 'read', mayOpenPulls: false }) },
    ],
  ])('%s is ok: %s', (id, _, change) => {
    expect(judged(id, change)).toMatchObject({ state: 'ok' })
  })

  test('says what the schedules cost, and from what it knows', () => {
    expect(judged('schedule/minutes').found).toMatch(
      /^22 min: .* 4 runs × 5\.0 min \(mean of the last 2\), 0\.22 USD; free/,
    )
    expect(judged('schedule/minutes', { measured: { [path]: seen([]) } }).found).toMatch(
      /6\.0 min \(assumed 2 a job: no run yet\)/,
    )
    expect(judged('schedule/minutes', { measured: { [path]: hidden } }).found).toMatch(/past runs cannot be seen/)
  })

  test('has for each check that asks GitHub a test of a token that may not', () => {
    const asks = [
      'actions',
      'defaults',
      'rulesets',
      'branchRules',
      'immutableReleases',
      'workflows',
      'environments',
      'labels',
      'secrets',
    ] as const
    const blind: Observed = { ...good, ...Object.fromEntries(asks.map((key) => [key, hidden])) }
    const stillOk = checkSettings(blind)
      .filter(({ state }) => state === 'ok')
      .map(({ id }) => id)
    expect(stillOk).toEqual([
      'permissions/token',
      'permissions/jobs',
      'comments/workflow',
      'branches/default',
      'schedule/fork',
      'schedule/idle',
      'schedule/minute',
      'schedule/minutes',
      'store/reachable',
      'store/checkout',
    ])
  })
})
