import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { SetupReport } from '../report/report-setup.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag } from './fields.ts'

export const setup = defineCommand({
  name: 'setup',
  group: 'model',
  summary: 'Make the labels, environments, rulesets and permissions that .github/plumbline-settings.yaml asks for.',
  example: 'plumbline setup --plan',
  inputs: {
    plan: flag({ description: 'Says what would be written, and writes nothing' }),
    apply: flag({ description: 'Does what is planned; without it nothing is changed' }),
  },
  outputs: {
    changes: 'How many things were, or would be, created or changed',
    left: 'How many are not as the file asks, and for a person to do',
  },
  permissions: { actions: 'read', contents: 'read', issues: 'write' },
  effects: ['reads-repository', 'changes-settings'],

  async run({ plan, apply }, context): Promise<Outcome<SetupReport>> {
    if (plan === apply) {
      throw new Fault('cli/bad-input', 'Cannot run "setup": expected one of --plan and --apply', {
        remedy: 'Look first: plumbline setup --plan',
      })
    }
    const { applySetup, readPresent } = await import('../doctor/apply-setup.ts')
    const { planSetup } = await import('../doctor/plan-setup.ts')
    const { openGitHubClient } = await import('../github/client.ts')
    const { readSettingsFile } = await import('../project/settings-file.ts')
    const { repositoryFolder } = await import('../registry/local-git.ts')
    const root = await repositoryFolder(context.folder)
    const settings = await readSettingsFile(root)
    if (!settings.ok) return { kind: 'diagnosed', diagnostics: settings.diagnostics }
    const models = await modelsIn(root, context.folder)
    await using connection = await context.openGitHub(root)
    const client = await openGitHubClient(connection, context.signal)
    const repository = `${connection.owner}/${connection.repository}`
    if (plan) {
      const steps = planSetup(settings.value, await readPresent(client), models)
      const left = steps.flatMap(({ thing, kind, what, where }) =>
        kind === 'cannot' ? [{ thing, what: '', where, why: what }] : [],
      )
      return { kind: 'done', result: { repository, isApplied: false, steps: steps.map(shown), left } }
    }
    const { planned, left } = await applySetup(client, settings.value, models)
    const result = { repository, isApplied: true, steps: planned.map(shown), left }
    return { kind: left.length > 0 ? 'no' : 'done', result }
  },

  async report(result) {
    const { reportSetup } = await import('../report/report-setup.ts')
    return reportSetup(result)
  },
})

function shown({ thing, kind, what, where }: SetupReport['steps'][number]): SetupReport['steps'][number] {
  return { thing, kind, what, where }
}

/** Of the whole repository, wherever the command was started: one ruleset keeps the tags of all. */
async function modelsIn(root: string, folder: string): Promise<readonly string[]> {
  const { readdir } = await import('node:fs/promises')
  const { readProject } = await import('../project/read-project.ts')
  const below = await readdir(join(root, 'models')).catch(() => [])
  const folders = [...new Set([root, folder, ...below.map((name) => join(root, 'models', name))])]
  const read = await Promise.all(folders.map(async (one) => await readProject(one)))
  return [...new Set(read.flatMap((project) => (project.ok ? [project.value.model.name] : [])))].sort()
}
