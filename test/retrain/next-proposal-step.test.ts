import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  nextProposalStep,
  type ProposalState,
  type SeenHead,
  type SeenProposal,
  type SeenWorld,
  stateOf,
  type Wanted,
} from '../../action/retrain/next-proposal-step.ts'
import { branchOf, type ProposalMark } from '../../action/retrain/proposal-mark.ts'
import { type Act, type HumanAct, ProposalModel, type WorldAct } from '../support/proposal-model.ts'

const sha = (letter: string, digits = 40) => letter.repeat(digits)
const day = 86_400_000

const mark: ProposalMark = {
  model: 'parcels',
  digest: sha('d', 64),
  generation: 1,
  commit: sha('c'),
  lock: sha('1'),
  base: sha('0'),
  until: '2025-03-01T00:00:00Z',
  isForced: false,
  text: sha('e', 64),
}
const head: SeenHead = { sha: sha('c'), lock: sha('1'), isOurs: true, isOnBase: undefined }
const open: SeenProposal = {
  kind: 'pull',
  number: 7,
  state: 'open',
  branch: 'plumbline/retrain/parcels',
  head,
  mark,
  isMarked: true,
}
const world: SeenWorld = {
  base: { sha: sha('b'), lock: sha('0'), digest: sha('a', 64) },
  proposal: open,
  spareIssue: undefined,
  place: undefined,
  mayOpenPulls: true,
  isRecorded: true,
  isCurrent: true,
}
const same: Wanted = {
  digest: sha('d', 64),
  lock: sha('1'),
  until: '2025-03-01T00:00:00Z',
  fires: true,
  goes: true,
  isForced: false,
  refreshMs: 7 * day,
}
const newer: Wanted = { ...same, digest: sha('f', 64), lock: sha('2'), until: '2025-03-08T00:00:00Z' }
const nearlyNewer: Wanted = { ...newer, until: '2025-03-07T23:59:59Z' }
const edited: SeenProposal = { ...open, head: { sha: sha('9'), lock: sha('1'), isOurs: false, isOnBase: false } }
const foreign = { ...edited, head: { ...edited.head, lock: sha('8') } }
const closed: SeenProposal = { ...open, state: 'closed' }
const merged: SeenProposal = { ...open, state: 'merged' }
const branch = 'plumbline/retrain/parcels'
const at = (place: SeenHead | undefined, name = branch) => ({ branch: name, head: place })
const onBase: SeenHead = { ...head, isOnBase: true }

type Row = readonly [
  what: string,
  state: ProposalState,
  seen: Partial<SeenWorld>,
  wanted: Partial<Wanted>,
  step: Record<string, unknown>,
]

const rows: readonly Row[] = [
  ['waits without a reason', 'none', { proposal: undefined }, { goes: false }, { kind: 'rest', why: 'waits' }],
  ['looks for a branch', 'none', { proposal: undefined }, {}, { kind: 'look' }],
  [
    'writes nothing from an old checkout',
    'none',
    { proposal: undefined, isCurrent: false },
    {},
    { why: 'behind the base' },
  ],
  [
    'makes the branch',
    'none',
    { proposal: undefined, place: at(undefined) },
    {},
    { kind: 'write-branch', branch, from: undefined },
  ],
  [
    'takes over what it left there of older data',
    'none',
    { proposal: undefined, place: at({ ...onBase, lock: sha('7') }) },
    {},
    { kind: 'write-branch', branch, from: sha('c') },
  ],
  [
    'takes over what it left there on an older base',
    'none',
    { proposal: undefined, place: at(head) },
    {},
    { kind: 'write-branch', branch, from: sha('c') },
  ],
  [
    'opens the pull request',
    'none',
    { proposal: undefined, place: at(onBase) },
    {},
    { kind: 'open', as: 'pull', branch },
  ],
  [
    'opens an issue where it may open no pull request',
    'none',
    { proposal: undefined, place: at(onBase), mayOpenPulls: false },
    {},
    { kind: 'open', as: 'issue' },
  ],
  ['rests', 'open-clean', {}, {}, { kind: 'rest', why: 'open' }],
  ['rests, whatever limits hold', 'open-clean', {}, { goes: false }, { kind: 'rest', why: 'open' }],
  ['records what is not on record', 'open-clean', { isRecorded: false }, {}, { kind: 'record', mark }],
  ['rests with newer data that is not new enough', 'open-clean', {}, nearlyNewer, { kind: 'rest', why: 'open' }],
  ['closes where nothing speaks for it', 'open-clean', {}, { fires: false }, { kind: 'close', why: 'no reason' }],
  [
    'closes nothing that a person asked for',
    'open-clean',
    { proposal: { ...open, mark: { ...mark, isForced: true } } },
    { fires: false },
    { kind: 'rest', why: 'open' },
  ],
  [
    'closes nothing from an old checkout',
    'open-clean',
    { isCurrent: false },
    { fires: false },
    { kind: 'rest', why: 'open' },
  ],
  [
    'closes what the base pins already',
    'open-clean',
    { base: { ...world.base, digest: same.digest } },
    {},
    { kind: 'close', why: 'same data' },
  ],
  [
    'takes the base merged in by a button for no edit',
    'open-clean',
    { proposal: { ...open, head: { ...head, sha: sha('9'), isOurs: true } } },
    {},
    { kind: 'rest', why: 'open' },
  ],
  [
    'tells what the branch holds where it was killed before it could',
    'open-clean',
    { proposal: { ...open, head: { sha: sha('9'), lock: sha('2'), isOurs: true, isOnBase: true } } },
    newer,
    { kind: 'tell' },
  ],
  [
    'leaves a text without its mark alone',
    'open-clean',
    { proposal: { ...open, isMarked: false, head: { sha: sha('9'), lock: sha('2'), isOurs: true, isOnBase: true } } },
    newer,
    { kind: 'rest' },
  ],
  ['closes the issue beside a pull request', 'open-clean', { spareIssue: 3 }, {}, { kind: 'close-issue', number: 3 }],
  [
    'tries a pull request again where a person asks for it',
    'open-clean',
    { proposal: { ...open, kind: 'issue' } },
    { isForced: true },
    { kind: 'open', as: 'pull' },
  ],
  ['rests with an issue', 'open-clean', { proposal: { ...open, kind: 'issue' } }, {}, { kind: 'rest', why: 'open' }],
  [
    'knows by its lock what it left unmarked',
    'open-clean',
    { proposal: { ...open, mark: undefined } },
    {},
    { why: 'open' },
  ],
  ['leaves edits alone', 'open-edited', { proposal: foreign }, {}, { kind: 'rest', why: 'edited' }],
  ['leaves edits alone with newer data', 'open-edited', { proposal: foreign }, newer, { kind: 'rest', why: 'edited' }],
  ['leaves edits alone without a reason', 'open-edited', { proposal: foreign }, { fires: false }, { why: 'edited' }],
  [
    'leaves edits alone when the base moved, and says so',
    'open-edited',
    { proposal: foreign, base: { ...world.base, lock: sha('5') } },
    {},
    { kind: 'rest', why: 'edited and stale' },
  ],
  [
    'touches nothing that it does not know',
    'open-edited',
    { proposal: { ...foreign, mark: undefined } },
    newer,
    { kind: 'rest', why: 'edited' },
  ],
  ['makes it anew with newer data', 'stale', {}, newer, { kind: 'write-branch', branch, from: sha('c') }],
  [
    'makes it anew where the base has another lock',
    'stale',
    { base: { ...world.base, lock: sha('5') } },
    {},
    { kind: 'write-branch', branch, from: sha('c') },
  ],
  ['puts it on record before it makes it anew', 'stale', { isRecorded: false }, newer, { kind: 'record', mark }],
  ['makes it anew where a person wants it', 'stale', {}, { ...nearlyNewer, isForced: true }, { kind: 'write-branch' }],
  ['makes nothing anew from an old checkout', 'stale', { isCurrent: false }, newer, { why: 'behind the base' }],
  ['closes rather than makes anew', 'stale', {}, { ...newer, fires: false }, { kind: 'close', why: 'no reason' }],
  ['stays closed', 'closed-same-digest', { proposal: closed }, {}, { kind: 'rest', why: 'closed before' }],
  [
    'opens again where a person forces it',
    'closed-same-digest',
    { proposal: closed },
    { isForced: true },
    { kind: 'look' },
  ],
  ['proposes newer data after a no', 'closed-older-digest', { proposal: closed }, newer, { kind: 'look' }],
  [
    'waits after a no',
    'closed-older-digest',
    { proposal: closed },
    { ...newer, goes: false },
    { kind: 'rest', why: 'waits' },
  ],
  [
    'puts a no on record before it proposes newer data',
    'closed-older-digest',
    { proposal: closed, isRecorded: false },
    newer,
    { kind: 'record', mark },
  ],
  ['proposes newer data after a merge', 'merged', { proposal: merged }, newer, { kind: 'look' }],
  [
    'does not propose again what was merged',
    'merged',
    { proposal: merged },
    {},
    { kind: 'rest', why: 'merged before' },
  ],
  ['does so where a person forces it', 'merged', { proposal: merged }, { isForced: true }, { kind: 'look' }],
]

const step = (meanwhile?: HumanAct | 'another run') => ({ kind: 'step', meanwhile }) as const
const worldly = (act: WorldAct) => ({ kind: 'world', act }) as const
/** What once broke a promise: killed before it was on record, closed, and the data comes back; data that came back, recorded without end. */
const onceBroken: [Act[]][] = [
  [
    [
      step('merge'),
      step('merge'),
      worldly('a week of data'),
      step('delete branch'),
      { kind: 'run' },
      { kind: 'human', act: 'merge' },
      worldly('data goes back'),
    ],
  ],
  [
    [
      step('merge'),
      step('merge'),
      worldly('a week of data'),
      step(),
      step('delete branch'),
      worldly('data goes back'),
      { kind: 'human', act: 'merge' },
    ],
  ],
  [
    [
      { kind: 'forced run' },
      worldly('a week of data'),
      step('another run'),
      step('pin on base'),
      worldly('data goes back'),
    ],
  ],
]

describe('nextProposalStep()', () => {
  test.each(rows)('%s (%s)', (_, state, seen, wanted, expected) => {
    const [given, want] = [
      { ...world, ...seen },
      { ...same, ...wanted },
    ]
    expect(stateOf(given, want)).toBe(state)
    expect(nextProposalStep(given, want)).toMatchObject(expected)
  })

  test('integer times only order: any newer one is new enough', () => {
    const yearly = { ...world, proposal: { ...open, mark: { ...mark, until: '2024' } } }
    expect(stateOf(yearly, { ...newer, until: '2025' })).toBe('stale')
    expect(stateOf(yearly, { ...newer, until: '2024' })).toBe('open-clean')
    expect(stateOf({ ...world, proposal: { ...open, mark: { ...mark, until: null } } }, newer)).toBe('open-clean')
  })

  test('among whatever people do, each act between any two steps, keeps what it promises', () => {
    fc.assert(
      fc.property(fc.array(ProposalModel.act, { minLength: 1, maxLength: 60 }), (acts) => {
        const model = new ProposalModel()
        for (const act of acts) {
          model.take(act)
          model.check()
        }
        model.settle()
        model.check()
        expect(model.runOnce()).toBe(0)
      }),
      { numRuns: 20_000, examples: onceBroken },
    )
  })

  test('branchOf() names a generation apart from every other model', () => {
    expect([branchOf('a', 1), branchOf('a', 2), branchOf('a-2', 1)]).toEqual([
      'plumbline/retrain/a',
      'plumbline/retrain/a.2',
      'plumbline/retrain/a-2',
    ])
  })
})
