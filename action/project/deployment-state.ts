import { z } from 'zod'

/** Names a model's release: `<model>-v<N>-g<commit8>-d<data8>`. */
const release = z.looseObject({ tag: z.string().regex(/^[a-z][a-z0-9-]*-v\d+-g[0-9a-f]{8}-d[0-9a-f]{8}$/) })

/** `first`: live at once, for there was nothing to compare it with; `shared`: its share changed; `withdrawn`: a candidate. */
export const deploymentActs = ['first', 'started', 'shared', 'promoted', 'withdrawn', 'restored'] as const
export type DeploymentAct = (typeof deploymentActs)[number]

/** What is live of a model in an environment, as `models/<model>/state.json` of `plumbline/deploy/<environment>` holds it. */
const deploymentState = z.looseObject({
  schema: z.literal('plumbline/state/v1'),
  model: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  /** Answers whatever the candidate does not. */
  stable: release,
  /** What a rollback goes back to. */
  previous: release.nullable(),
  /** `share` in percent, 0-100: of what is answered. */
  candidate: release.extend({ share: z.number().min(0).max(100) }).nullable(),
  /** What made it so. */
  last: z
    .looseObject({
      did: z.enum(deploymentActs),
      tag: release.shape.tag,
      at: z.string(),
      actor: z.string(),
      reason: z.string().optional(),
    })
    .optional(),
})

export type DeploymentState = z.infer<typeof deploymentState>

export type ReadState =
  | { readonly ok: true; readonly state: DeploymentState }
  /** What is wrong with it, in words: `stable.tag: …`. */
  | { readonly ok: false; readonly problem: string }

/** Reads a `state.json`. Keys that are not known here are kept, so that one who writes it back loses nothing. */
export function readDeploymentState(text: string): ReadState {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, problem: 'it is no JSON' }
  }
  const parsed = deploymentState.safeParse(value)
  if (parsed.success) return { ok: true, state: parsed.data }
  const [issue] = parsed.error.issues
  return { ok: false, problem: `${issue?.path.join('.') || 'state'}: ${issue?.message ?? 'malformed'}` }
}
