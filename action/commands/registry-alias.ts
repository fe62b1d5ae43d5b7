import { Fault } from '../base/fault.ts'
import type { AliasResult } from '../report/report-alias.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag, requiredText, text } from './fields.ts'
import { registryFields } from './registry-fields.ts'

export const registryAlias = defineCommand({
  name: 'registry alias',
  group: 'model',
  summary: 'Give a version a name such as champion, move the name to another version, or remove it.',
  example: 'plumbline registry alias champion parcels-v12',
  inputs: {
    alias: requiredText({
      description: 'The name; with its model before it where several models have one: parcels@champion',
      example: 'champion',
      positional: true,
    }),
    version: text(registryFields.version),
    remove: flag({ description: 'Removes the name; its history stays' }),
    expect: text({ description: 'Only where the name points at this version now', example: 'parcels-v11' }),
  },
  outputs: {
    tag: 'The release’s tag: `<model>-v<N>-g<commit>-d<data>`',
    was: 'The tag that the name pointed at before',
  },
  permissions: { contents: 'write' },
  effects: ['reads-repository', 'pushes-commits'],

  async run({ alias, version, remove, expect }, context): Promise<Outcome<AliasResult>> {
    if (remove === (version !== undefined)) throw oneOfBoth(alias, remove)
    const { withGitHub } = await import('./known-releases.ts')
    const { readCodeState } = await import('../pipeline/read-code-state.ts')
    const { readTrigger } = await import('../pipeline/read-trigger.ts')
    const { setAlias } = await import('../registry/set-alias.ts')
    const { user } = await readCodeState(context.folder)
    const stamp = { at: context.now().toISOString(), actor: readTrigger(context.environment, user).actor }
    return withGitHub(context, async (client) => {
      const wish = { alias, version, ...(expect !== undefined && { expected: expect }) }
      const change = await setAlias(client, wish, stamp)
      const { isEmbedded, owner, repository } = client.connection
      return { kind: 'done', result: { ...change, where: { isEmbedded, name: `${owner}/${repository}` } } }
    })
  },

  async report(result: AliasResult) {
    const { reportAlias } = await import('../report/report-alias.ts')
    return reportAlias(result)
  },
})

function oneOfBoth(alias: string, remove: boolean): Fault {
  const state = remove ? 'a version and remove are both given' : 'no version is given'
  return new Fault('cli/bad-input', `Cannot change alias "${alias}": ${state}; expected a version, or --remove`, {
    remedy: `plumbline registry alias ${remove ? `${alias} --remove` : `${alias} VERSION`}`,
    stays: 'no alias was changed',
  })
}
