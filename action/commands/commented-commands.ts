import type { Command } from './define-command.ts'

/** A command whose report is worth a comment: one with the input `comment`. */
export interface CommentedCommand {
  readonly load: () => Promise<Command>
  /** The first thing that what its `--json` printed has wrong; undefined where there is none. */
  readonly check: (report: unknown) => string | undefined
}

/** By name. */
export async function commentedCommands(): Promise<ReadonlyMap<string, CommentedCommand>> {
  const { jsonSchemaCheck } = await import('../project/match-json-schema.ts')
  const run = await import('../../schema/run-result.schema.json', { with: { type: 'json' } })
  const validate = await import('../../schema/validate-result.schema.json', { with: { type: 'json' } })
  const checkOf = (schema: object) => jsonSchemaCheck(schema, 'report')
  return new Map([
    ['run', { load: async () => (await import('./run.ts')).run, check: checkOf(run.default) }],
    ['validate', { load: async () => (await import('./validate.ts')).validate, check: checkOf(validate.default) }],
  ])
}
