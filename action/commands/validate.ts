import type { Project } from '../project/project.ts'
import type { Validation } from '../report/report-validation.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { list } from './fields.ts'

export const validate = defineCommand({
  name: 'validate',
  group: 'data',
  summary: 'Hold the data that the next snapshot would pin against its contract.',
  example: 'plumbline validate',
  inputs: {
    'accept-rename': list({
      description: 'Adds the new name of a column to the contract as an alias, OLD=NEW',
      example: 'region=state',
    }),
  },
  outputs: {
    verdict: '`pass`, or `no` where a promise is broken',
    checks: 'How many promises were checked',
    failing: 'How many of them are broken',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files'],

  async run(inputs, context): Promise<Outcome<Validation>> {
    const start = performance.now()
    const { readProject } = await import('../project/read-project.ts')
    const { readContract } = await import('../project/read-contract.ts')
    const project = await readProject(context.folder)
    if (!project.ok) return { kind: 'diagnosed', diagnostics: project.diagnostics }
    const written = await readContract(project.value)
    if (!written.ok) return { kind: 'diagnosed', diagnostics: written.diagnostics }
    const accepted = inputs['accept-rename']
    if (accepted.length > 0) {
      const { acceptRenames } = await import('../pipeline/accept-renames.ts')
      await acceptRenames(project.value, written.value, accepted)
    }
    const contract = accepted.length > 0 ? await readContract(project.value) : written
    if (!contract.ok) return { kind: 'diagnosed', diagnostics: contract.diagnostics }

    const { openEngine } = await import('../data/engine.ts')
    const { isPublic } = await import('../github/runner/is-public.ts')
    const { withoutValues } = await import('../project/contract.ts')
    const { findSourceFiles } = await import('../data/find-source-files.ts')
    const { validateData } = await import('../pipeline/validate-data.ts')
    const { folder, data } = project.value
    const files = {
      features: await findSourceFiles(folder, data.source),
      labels: data.labels ? await findSourceFiles(folder, data.labels.source) : [],
    }
    await using engine = await openEngine()
    const result = await validateData(
      {
        project: project.value,
        contract: (await isPublic(context.environment)) ? withoutValues(contract.value) : contract.value,
        files,
        signal: context.signal,
        openReference: async () => {
          const { openReference } = await import('../pipeline/open-reference.ts')
          return await openReference(project.value, context.signal)
        },
      },
      engine,
    )
    const isPinned = await arePinned(project.value)
    const validation = { ...result, accepted, isPinned, seconds: (performance.now() - start) / 1000 }
    if (result.diagnostics.length === 0) return { kind: 'done', result: validation }
    return { kind: 'diagnosed', diagnostics: result.diagnostics, result: validation }
  },

  async report(result) {
    const { reportValidation } = await import('../report/report-validation.ts')
    return reportValidation(result)
  },
})

async function arePinned(project: Project): Promise<boolean> {
  const { readPinned } = await import('../data/pin-snapshot.ts')
  const { compareWithLock } = await import('../data/compare-with-lock.ts')
  const lock = await readPinned(project)
  return lock?.ok === true && (await compareWithLock(project, lock.value)) === undefined
}
