import type { DeploymentAct, DeploymentState } from '../project/deployment-state.ts'

/** What somebody wants of a model's rollout in one environment. `share` is in percent, above 0 and below 100. */
export type RolloutWish =
  | { readonly kind: 'start'; readonly tag: string; readonly share: number }
  /** Without a share: for everybody. */
  | { readonly kind: 'promote'; readonly tag: string; readonly share?: number }
  /** Without a tag: whatever came last. */
  | { readonly kind: 'rollback'; readonly tag?: string }

export interface Wisher {
  /** ISO 8601. */
  readonly at: string
  readonly actor: string
  readonly reason?: string
}

export type NextDeployment =
  | { readonly kind: 'change'; readonly state: DeploymentState }
  /** It is so already. */
  | { readonly kind: 'same'; readonly state: DeploymentState }
  /** `why` follows "Cannot … \"<tag>\": ". */
  | { readonly kind: 'refused'; readonly tag: string; readonly why: string; readonly remedy: string }

/**
 * The state that follows, or why there is none. One release at a time is a candidate; a wish that names its release can be
 * made twice, so that one who does not know whether the first came through makes it again.
 */
export function nextDeployment(
  model: string,
  state: DeploymentState | undefined,
  wish: RolloutWish,
  wisher: Wisher,
): NextDeployment {
  if (wish.kind === 'start') return start(model, state, wish, wisher)
  if (!state) {
    return refused(
      wish.tag ?? model,
      'nothing of this model is live here',
      'Start with plumbline rollout start RELEASE.',
    )
  }
  return wish.kind === 'promote' ? promote(state, wish, wisher) : rollBack(state, wish, wisher)
}

function start(
  model: string,
  state: DeploymentState | undefined,
  { tag, share }: { readonly tag: string; readonly share: number },
  wisher: Wisher,
): NextDeployment {
  if (!state) {
    const first = { schema: 'plumbline/state/v1', model, previous: null, candidate: null } as const
    return changed({ ...first, stable: { tag, since: wisher.at } }, 'first', tag, wisher)
  }
  const { stable, candidate } = state
  if (candidate && candidate.tag !== tag) {
    const remedy = 'Promote that one, or roll it back, first.'
    return refused(tag, `${candidate.tag} is being rolled out (${candidate.share} %); expected one at a time`, remedy)
  }
  if (stable.tag === tag) return { kind: 'same', state }
  if (candidate) return shared(state, tag, share, wisher)
  return changed({ ...state, candidate: { tag, share, since: wisher.at } }, 'started', tag, wisher)
}

function promote(
  state: DeploymentState,
  { tag, share }: { readonly tag: string; readonly share?: number },
  wisher: Wisher,
): NextDeployment {
  if (state.stable.tag === tag) return { kind: 'same', state }
  if (state.candidate?.tag !== tag) {
    const remedy = `Start with plumbline rollout start ${tag}.`
    return refused(tag, 'it is not being rolled out; expected the candidate', remedy)
  }
  if (share !== undefined) return shared(state, tag, share, wisher)
  const stable = { tag, since: wisher.at }
  return changed({ ...state, stable, previous: { tag: state.stable.tag }, candidate: null }, 'promoted', tag, wisher)
}

function shared(state: DeploymentState, tag: string, share: number, wisher: Wisher): NextDeployment {
  if (state.candidate?.share === share) return { kind: 'same', state }
  return changed({ ...state, candidate: { ...state.candidate, tag, share } }, 'shared', tag, wisher)
}

function rollBack(state: DeploymentState, wish: { readonly tag?: string }, wisher: Wisher): NextDeployment {
  const { stable, previous, candidate, last } = state
  const isBack = last?.did === 'withdrawn' || last?.did === 'restored'
  // Pressed twice, one that names nothing must not take the next release, too.
  if (wish.tag === undefined && isBack && !candidate) return { kind: 'same', state }
  const tag = wish.tag ?? candidate?.tag ?? stable.tag
  if (candidate?.tag === tag) return changed({ ...state, candidate: null }, 'withdrawn', tag, wisher)
  if (stable.tag !== tag) {
    if (isBack && last.tag === tag) return { kind: 'same', state }
    return refused(tag, 'it is neither live nor being rolled out here', 'plumbline rollout status shows what is.')
  }
  if (candidate) {
    const remedy = `Roll that one back first: plumbline rollout rollback ${candidate.tag}`
    return refused(tag, `${candidate.tag} is compared with it (${candidate.share} %)`, remedy)
  }
  if (!previous) {
    return refused(
      tag,
      'there is no release before it to go back to',
      'Start an older one: plumbline rollout start RELEASE.',
    )
  }
  const restored = { ...previous, since: wisher.at }
  return changed({ ...state, stable: restored, previous: null }, 'restored', tag, wisher)
}

function changed(
  state: DeploymentState,
  did: DeploymentAct,
  tag: string,
  { at, actor, reason }: Wisher,
): NextDeployment {
  return { kind: 'change', state: { ...state, last: { did, tag, at, actor, ...(reason !== undefined && { reason }) } } }
}

function refused(tag: string, why: string, remedy: string): NextDeployment {
  return { kind: 'refused', tag, why, remedy }
}
