import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Engine } from '../data/engine.ts'
import type { Reach } from '../data/reading-engine.ts'
import type { SourceFile } from '../data/source-file.ts'
import type { Contract } from '../project/contract.ts'
import type { SourceContract } from '../project/join-contracts.ts'
import type { Project } from '../project/project.ts'
import type { Validation } from '../report/report-validation.ts'
import { commentField, refuseCommentHere } from './comment-report.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag, list, text } from './fields.ts'

export const validate = defineCommand({
  name: 'validate',
  group: 'data',
  summary: 'Hold the data that the next snapshot would pin against its contract.',
  example: 'plumbline validate',
  inputs: {
    'accept-rename': list({
      description: 'Adds the new name of a column to its contract as an alias, OLD=NEW, or TABLE.OLD=NEW',
      example: 'region=state',
    }),
    suggest: flag({
      description: 'Suggests a patch to the contract from the data, and says what is rather to be mended in the data',
    }),
    patch: text({
      description: 'With suggest: writes the patch to this file instead of showing it',
      example: 'contract.patch',
    }),
    junit: text({ description: 'Writes the checks as JUnit XML to this file', example: 'validation.xml' }),
    environment: text({
      description:
        'Whose files these are: serving expects no target, and no promise of a whole snapshot unless the contract says so',
      example: 'serving',
      default: 'training',
    }),
    'failing-rows': text({
      description: 'Writes every row that breaks a promise to this file; classified columns stay empty',
      example: 'failing.parquet',
    }),
    ...commentField,
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
    refuseCommentHere(inputs.comment, context)
    const failingRows = inputs['failing-rows']
    if (failingRows !== undefined && !failingRows.endsWith('.parquet')) throw await notParquet(failingRows)
    if (inputs.patch !== undefined && !inputs.suggest) throw await needsSuggest()
    const { startReader } = await import('../data/reading-engine.ts')
    await using reader = startReader(context.signal)
    const { readProject } = await import('../project/read-project.ts')
    const { readContracts } = await import('../project/read-contract.ts')
    const { isFetched } = await import('../project/read-sources.ts')
    const project = await readProject(context.folder)
    if (!project.ok) return { kind: 'diagnosed', diagnostics: project.diagnostics }
    const accepted = inputs['accept-rename']
    let acceptedIn: readonly string[] = []
    if (accepted.length > 0) {
      const written = await readContracts(project.value)
      if (!written.ok) return { kind: 'diagnosed', diagnostics: written.diagnostics }
      const { acceptRenames } = await import('../pipeline/accept-renames.ts')
      const done = await acceptRenames(project.value, written.value.tables, accepted)
      acceptedIn = done.map((rename) => rename.contract)
    }
    const contract = await readContracts(project.value)
    if (!contract.ok) return { kind: 'diagnosed', diagnostics: contract.diagnostics }

    const { dataIn, requireEnvironment, training } = await import('../project/contract-environments.ts')
    const { environment = training } = inputs
    requireEnvironment(contract.value.whole, environment)

    const { withoutAnyValues } = await import('../project/join-contracts.ts')
    const { allFiles, findSections } = await import('../data/section-files.ts')
    const { tables } = contract.value
    if (project.value.data.sources.some(isFetched)) {
      const { landSources } = await import('../pipeline/land-sources.ts')
      await landSources({ ...context, project: project.value, onlyMissing: true, runsPrograms: false })
    }
    const files = await findSections(dataIn(project.value, environment))
    const failingRowsFile = failingRows === undefined ? undefined : resolve(context.folder, failingRows)
    // Loaded while the engine opens.
    const loading = Promise.all([import('../pipeline/row-privacy.ts'), import('../pipeline/validate-data.ts')])
    const { readWithinMemory } = await import('../data/read-within-memory.ts')
    const columns = contract.value.whole.columns.length
    const reach = { columns, ...(await reachOf(project.value, allFiles(files), failingRowsFile)) }
    const validating = readWithinMemory(reader, reach, context.signal, async (engine) => {
      const [{ mayShowRows }, { validateData }] = await loading
      const data = {
        project: project.value,
        tables: (await mayShowRows(project.value, context.environment)) ? tables : withoutAnyValues(tables),
        files,
        now: context.now(),
        environment,
        ...(inputs.suggest && { contractTexts: await readTexts(project.value, tables) }),
        signal: context.signal,
        openReference: async () => {
          const { openReference } = await import('../pipeline/open-reference.ts')
          return await openReference(project.value, context.signal, context)
        },
        ...(failingRowsFile !== undefined && { failingRowsFile }),
      }
      const validated = await validateData(data, engine)
      const wrong = await metricFaults(project.value, contract.value.whole, engine)
      return { ...validated, diagnostics: [...validated.diagnostics, ...wrong] }
    })
    const [result, isPinned] = await Promise.all([
      validating,
      arePinned(project.value, contract.value.whole),
      // Read while the engine is at work.
      import('../report/report-validation.ts'),
    ])
    const validation = {
      ...result,
      ...(inputs.patch !== undefined && { patchFile: inputs.patch }),
      environment,
      accepted,
      ...(tables.length > 1 && acceptedIn.length > 0 && { acceptedIn }),
      isPinned,
      seconds: (performance.now() - start) / 1000,
    }
    await writeAsked(validation, inputs, context.folder)
    if (result.diagnostics.length === 0) return { kind: 'done', result: validation }
    return { kind: 'diagnosed', diagnostics: result.diagnostics, result: validation }
  },

  async report(result) {
    const { reportValidation } = await import('../report/report-validation.ts')
    return reportValidation(result)
  },
})

async function metricFaults({ metrics }: Project, { columns }: Contract, engine: Engine): Promise<Diagnostic[]> {
  if (metrics.length === 0) return []
  const { checkSqlMetrics } = await import('../data/check-sql-metrics.ts')
  return await checkSqlMetrics(
    engine,
    metrics,
    columns.map(({ name }) => name),
  )
}

/** The contracts as they are written, by file. */
async function readTexts({ folder }: Project, tables: readonly SourceContract[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const { source, contract } of tables) {
    if (!texts.has(contract.file)) texts.set(contract.file, await readFile(join(folder, source.contract), 'utf8'))
  }
  return texts
}

/** Reaches the found files, what the pinned snapshot may be read from, and the file to be written. */
async function reachOf(
  project: Project,
  files: readonly SourceFile[],
  failingRowsFile: string | undefined,
): Promise<Reach> {
  const { referencePlaces } = await import('../pipeline/reference-places.ts')
  const { paths, folders } = await referencePlaces(project)
  const written = failingRowsFile === undefined ? [] : [await draftOf(failingRowsFile)]
  return { files, otherPaths: [...paths, ...written], folders }
}

async function draftOf(failingRowsFile: string): Promise<string> {
  const { failingRowsDraft } = await import('../data/write-failing-rows.ts')
  return failingRowsDraft(failingRowsFile)
}

/** The patch and the checks, where they are asked for as files. */
async function writeAsked(
  validation: Validation,
  { patch, junit }: { readonly patch: string | undefined; readonly junit: string | undefined },
  folder: string,
): Promise<void> {
  const { writeWhole } = await import('../base/write-whole.ts')
  if (patch !== undefined && validation.suggestion)
    await writeWhole(resolve(folder, patch), validation.suggestion.patch)
  if (junit === undefined) return
  const { junitXml } = await import('../report/junit.ts')
  await writeWhole(resolve(folder, junit), junitXml(validation))
}

async function notParquet(file: string): Promise<Error> {
  const { Fault } = await import('../base/fault.ts')
  const message = `Cannot write "${file}": its ending is unknown; expected .parquet`
  return new Fault('cli/bad-input', message, { remedy: 'For example: --failing-rows failing.parquet' })
}

async function needsSuggest(): Promise<Error> {
  const { Fault } = await import('../base/fault.ts')
  const message = 'Cannot write "--patch": nothing is suggested; expected --suggest beside it'
  return new Fault('cli/bad-input', message, { remedy: 'For example: --suggest --patch contract.patch' })
}

async function arePinned(project: Project, contract: Contract): Promise<boolean> {
  const { readPinned } = await import('../data/pin-snapshot.ts')
  const { compareWithLock } = await import('../data/compare-with-lock.ts')
  const lock = await readPinned(project)
  return lock?.ok === true && (await compareWithLock(project, lock.value, contract)) === undefined
}
