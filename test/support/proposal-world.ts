import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { sha256 } from '../../action/base/sha256.ts'
import { type GitHubClient, openGitHubClient } from '../../action/github/client.ts'
import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { proposedIn, recordProposed } from '../../action/registry/record-proposed.ts'
import { blobName } from '../../action/retrain/checkout-state.ts'
import { decideRetrain } from '../../action/retrain/decide-retrain.ts'
import { type KeptProposal, keepProposal, type ProposalRequest } from '../../action/retrain/keep-proposal.ts'
import { readMark } from '../../action/retrain/proposal-mark.ts'
import { git, push, type TestGitHub, testGitHub } from './local-github.ts'
import { keptOpen } from './proposing.ts'

/** A repository with a lock, and proposals of locks that are made up: all of `propose` but the data. */
export interface ProposalWorld {
  readonly github: TestGitHub
  readonly run: () => Promise<KeptProposal>
  /** The data that lies there now: its newest day, and whether anything speaks for it. */
  readonly set: (day: number, fires?: boolean) => void
  readonly endState: () => Promise<object>
}

const model = 'parcels'
const date = '2025-01-01T00:00:00.000Z'
const lockOf = (day: number) => `version: 1\nuntil: 2025-01-${String(day).padStart(2, '0')}T00:00:00Z\n`

export async function proposalWorld(interrupt?: Interrupt): Promise<ProposalWorld> {
  const github = await testGitHub(interrupt ? { interrupt } : {})
  const folder = join(github.folder, 'work')
  writeFileSync(join(folder, 'data.lock.yaml'), lockOf(1))
  await git(folder, 'add', '--all')
  await git(folder, 'commit', '--quiet', '-m', 'Pin')
  await push(github, folder, 'HEAD:refs/heads/main')
  const base = await git(folder, 'rev-parse', 'HEAD')
  let [day, fires] = [1, true]
  return {
    github,
    set(newDay, newFires = true) {
      day = newDay
      fires = newFires
    },
    async run() {
      const client = await openGitHubClient(keptOpen(github))
      const { records } = await readLedger(client)
      return await keepProposal(client, requestOf(client, base, day, fires, proposedIn(records, model)))
    },
    endState: () => endStateOf(github),
  }
}

function requestOf(
  client: GitHubClient,
  base: string,
  day: number,
  fires: boolean,
  records: ProposalRequest['records'],
): ProposalRequest {
  const lockText = lockOf(day)
  const digest = sha256(lockText)
  const decision = decideRetrain(
    {
      when: { kind: 'any', of: [{ kind: 'new-rows', rows: fires ? 1 : 1e6 }] },
      limits: { coolDownMs: 0, refreshMs: 0, minNewShare: 0 },
    },
    {
      now: new Date(date),
      data: { digest, until: date, newRows: day, labelledRows: 100 },
      pinned: { digest: sha256(lockOf(1)), until: date },
      ...{ learnedUntil: null, last: null, proposedAt: null, refused: null, monthly: null, budget: null },
      ...{ release: null, drift: null, performance: [], proposedFindings: [] },
    },
    null,
  )
  return {
    place: {
      model,
      lockPath: 'data.lock.yaml',
      base: { sha: base, lock: blobName(lockOf(1)), digest: sha256(lockOf(1)) },
      isCurrent: true,
      baseBranch: 'main',
    },
    wanted: {
      digest,
      lock: blobName(lockText),
      until: `2025-01-${String(day).padStart(2, '0')}T00:00:00Z`,
      fires,
      goes: fires && !records.some(({ dataDigest }) => dataDigest === digest),
      isForced: false,
      refreshMs: 86_400_000,
    },
    lockText,
    facts: {
      model,
      decision,
      snapshot: {
        lock: { version: 1, until: null, sections: {} },
        digest,
        files: { features: [], labels: [], joined: {} },
        found: { features: [], labels: [], joined: {} },
        ...{ rows: 100, since: null, until: null, oddities: [], isPacked: false },
        leftOut: { paths: [], rows: 0, before: null },
        ...{ added: [], removed: [], changed: [], schema: [] },
      },
      previousDigest: sha256(lockOf(1)),
      ...{ newRows: day, labelledRows: 100, gates: [], refits: true, minutes: null },
    },
    baseDate: date,
    records,
    mayOpenPulls: async () => true,
    storeData: async () => {},
    async record({ kind, number, branch }, mark) {
      const proposed = {
        ...{ model, dataDigest: mark.digest, previousDigest: null, trigger: 'new data' as const, reason: '', branch },
        commit: mark.commit,
        pull: kind === 'pull' ? number : null,
        issue: kind === 'issue' ? number : null,
        ...{ mark: { ...mark }, findings: [], decision: {} },
      } as const
      const stamp = { at: date, actor: 'ada' }
      await recordProposed(client, proposed, stamp)
      return { ...proposed, ...stamp }
    },
    signal: new AbortController().signal,
  }
}

interface ShownPull {
  readonly number: number
  readonly state: string
  readonly title: string
  readonly body: string
  readonly head: { readonly ref: string; readonly sha: string }
}

/** All that is there, without ids and times. */
async function endStateOf(github: TestGitHub): Promise<object> {
  const pulls = (await github.call('GET', '/pulls?state=all&direction=asc')).body as readonly ShownPull[]
  const client = await openGitHubClient(keptOpen(github))
  const { records } = await readLedger(client)
  const { body: refs } = await github.call('GET', '/git/matching-refs/heads/plumbline/retrain/')
  const comments: number[] = []
  for (const { number } of pulls) {
    comments.push(((await github.call('GET', `/issues/${number}/comments`)).body as readonly unknown[]).length)
  }
  return {
    pulls: pulls.map(({ state, title, body, head }) => {
      const mark = readMark(body, model)
      return { state, title, branch: head.ref, isTold: mark?.commit === head.sha, digest: mark?.digest }
    }),
    branches: (refs as readonly { readonly ref: string }[]).map(({ ref }) => ref),
    proposals: proposedIn(records, model).map(({ dataDigest, branch, pull }) => ({ dataDigest, branch, pull })),
    comments,
  }
}
