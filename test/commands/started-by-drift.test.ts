import { expect, test } from 'vitest'

import { lineage } from '../../action/commands/lineage.ts'
import { register } from '../../action/commands/register.ts'
import { run } from '../../action/commands/run.ts'
import { runsList } from '../../action/commands/runs-list.ts'
import type { DriftFinding } from '../../action/drift/drift-finding.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { recordDrift } from '../../action/registry/record-drift.ts'
import { recordPerformance } from '../../action/registry/record-performance.ts'
import { day, type Proposing, proposing } from '../support/proposing.ts'
import { tinyYaml } from '../support/tiny-project.ts'

const stamp = { at: '2025-02-20T04:23:00.000Z', actor: 'ada' }
const span = { since: '2025-02-10T00:00:00.000Z', until: '2025-02-24T00:00:00.000Z' }
const policy = `retrain:
  any: [ { drift: confirmed }, { metric: roc_auc, drop: 0.03, over: 14d } ]
  limits: { cool-down: 0s }
`
const wholeRun: Parameters<typeof run.run>[0] = {
  ...{ job: undefined, outcome: undefined, stage: undefined, in: undefined, 'dry-run': false, comment: false },
  ...{ data: undefined, param: [], sample: undefined, from: undefined, to: undefined, force: false },
}

const finds: Readonly<Record<string, (world: Proposing, release: string) => Promise<unknown>>> = {
  drift: async ({ github }, release) => {
    const numbers = { drifted: 2, windows: 3, isAtOnce: false, rows: [826, 811], smallestEffect: 0.06 }
    const carrier = { name: 'carrier', standing: 'confirmed', effect: 0.31, ...numbers, before: [], now: [] } as const
    const finding: DriftFinding = {
      ...{ release, until: span.until, verdict: 'drift', confirmedShare: 0.25, effect: 0.1, windowMs: 7 * day },
      ...{ persist: { need: 2, of: 3 }, columns: [carrier] },
    }
    const windows = [{ sinceMs: Date.parse(span.since), untilMs: Date.parse(span.until), rows: 811, columns: [] }]
    return await recordDrift(await openGitHubClient(github), 'parcels', { finding, windows }, stamp)
  },
  performance: async ({ github }, release) => {
    const drop = { drop: 0.049, interval: { low: 0.02, high: 0.078 }, verdict: 'drop' } as const
    const cohort = { cohortSince: span.since, ...span, ...drop, rows: 2300, predicted: 2400, labelled: 2300 }
    const found = {
      ...{ model: 'parcels', release, metric: 'roc_auc', limit: 0.03, overMs: 14 * day, windowMs: 14 * day },
      ...{ reference: { value: 0.861, standardError: 0.006, rows: 3540 }, cohorts: [cohort], columns: [] },
      ...({ better: 'higher', sql: null, cause: 'concept' } as const),
    } as const
    return await recordPerformance(await openGitHubClient(github), found, stamp)
  },
}
const reasons: Readonly<Record<string, string>> = {
  drift: 'carrier drifted: effect 0.31 (limit 0.1), confirmed in 2 of 3 windows (#1)',
  performance:
    'roc_auc fell from 0.861 to 0.812: worse by 0.049 (0.02 … 0.078), limit 0.03, over 14 d; no input drifted: concept, not data (#1)',
}

/** As the workflow does on the default branch. */
async function trainAndRelease(world: Proposing): Promise<string> {
  const environment = { ...process.env, GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push', GITHUB_ACTOR: 'grace' }
  const ran = await run.run(wholeRun, world.context({ environment }))
  expect(ran.kind).toBe('done')
  const outcome = await register.run({ param: [] }, world.context({ environment }))
  if (outcome.kind !== 'done' || outcome.result.kind !== 'registered') throw new Error(JSON.stringify(outcome))
  return outcome.result.tag
}

async function merge(world: Proposing): Promise<void> {
  const { github, git } = world
  expect((await github.call('PUT', '/pulls/1/merge', { merge_method: 'squash' })).status).toBe(200)
  const credentials = Buffer.from(`x-access-token:${github.token}`).toString('base64')
  const header = `http.extraHeader=Authorization: Basic ${credentials}`
  await git('-c', header, 'pull', '--quiet', '--ff-only', github.gitUrl, 'main')
}

test.each(['drift', 'performance'])(
  '%s starts the run of the merge, which run record, list and lineage tell with its numbers, and starts no other',
  async (kind) => {
    const world = await proposing({ files: { 'plumbline.yaml': `${tinyYaml}${policy}` } })
    const first = await trainAndRelease(world)
    await world.addRows(60)
    expect((await world.propose()).did).toEqual([])
    expect(await finds[kind]?.(world, first)).toBe(true)
    expect((await world.propose()).did).toEqual(['write-branch', 'open', 'record'])
    await merge(world)
    const second = await trainAndRelease(world)

    const reason = reasons[kind]
    const listed = await runsList.run({ limit: undefined, metric: undefined, local: false }, world.context())
    if (listed.kind !== 'done') throw new Error(JSON.stringify(listed))
    expect((await runsList.report(listed.result)).text).toMatch(new RegExp(`${kind} by grace .* parcels-v2`))
    const traced = await lineage.run({ subject: second }, world.context())
    if (traced.kind !== 'done') throw new Error(JSON.stringify(traced))
    expect(traced.result.lineage).toMatchObject({ run: { trigger: { kind, actor: 'grace', reason } } })
    expect((await lineage.report(traced.result)).text).toContain(`├─ why       ${kind}: ${reason} · by grace\n`)

    // It has learned what was found.
    await world.addRows(5)
    expect((await world.propose()).report.outputs['reason']).toContain(
      `is of ${first}, whose place another release took`,
    )
  },
)
