import type { DoctorReport } from '../report/report-doctor.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag } from './fields.ts'

/** A store that needs longer to say what it has will not serve a run either. */
const storeTimeoutMs = 15_000

export const doctor = defineCommand({
  name: 'doctor',
  group: 'model',
  summary: 'Check every setting of the repository that the loop needs.',
  example: 'plumbline doctor',
  inputs: {
    strict: flag({ description: 'What the token cannot see counts as wrong' }),
  },
  outputs: {
    wrong: 'How many settings are wrong',
    'cannot-see': 'How many settings the token cannot see',
  },
  permissions: { actions: 'read', contents: 'read' },
  effects: ['reads-repository'],

  async run({ strict }, context): Promise<Outcome<DoctorReport>> {
    const { checkSettings } = await import('../doctor/check-settings.ts')
    const { observe } = await import('../doctor/observe.ts')
    const { openGitHubClient } = await import('../github/client.ts')
    const { readProject } = await import('../project/read-project.ts')
    const { readSettingsFile } = await import('../project/settings-file.ts')
    const { repositoryFolder } = await import('../registry/local-git.ts')
    const { folder, environment, signal, progress } = context
    const read = await readProject(folder)
    if (!read.ok)
      progress.warn(`plumbline.yaml cannot be read, so the store is not looked at: plumbline validate tells why`)
    const root = await repositoryFolder(folder)
    const settings = await readSettingsFile(root)
    if (!settings.ok) return { kind: 'diagnosed', diagnostics: settings.diagnostics }
    await using connection = await context.openGitHub(root)
    const client = await openGitHubClient(connection, signal)
    progress.note('Asking GitHub for its settings …')
    const observed = await observe(client, {
      repositoryFolder: root,
      environment,
      signal,
      now: context.now(),
      project: read.ok ? read.value : undefined,
      needs: await permissionsOfCommands(),
      wantedLabels: Object.keys(settings.value.labels),
      storeTimeoutMs,
    })
    const findings = checkSettings(observed)
    const isWrong = findings.some(({ state }) => state === 'wrong' || (strict && state === 'cannot see'))
    const repository = `${connection.owner}/${connection.repository}`
    const result = { repository, strict, findings }
    return { kind: isWrong ? 'no' : 'done', result }
  },

  async report(result) {
    const { reportDoctor } = await import('../report/report-doctor.ts')
    return reportDoctor(result)
  },
})

async function permissionsOfCommands() {
  const { commandTable } = await import('./command-table.ts')
  const commands = await Promise.all(Object.values(commandTable).map(async (load) => await load()))
  return Object.fromEntries(commands.map(({ name, permissions }) => [name, permissions]))
}
