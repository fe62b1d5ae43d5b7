import type { DataFetch } from '../report/report-data-fetch.ts'
import type { Project } from '../project/project.ts'
import { type CommandContext, defineCommand, type Outcome } from './define-command.ts'
import { list } from './fields.ts'

export const dataFetch = defineCommand({
  name: 'data fetch',
  group: 'data',
  summary: 'Bring the files of remote sources into their folders.',
  example: 'plumbline data fetch --source orders',
  inputs: {
    source: list({ description: 'Only this source; all that are remote where none is named', example: 'orders' }),
  },
  outputs: {
    verdict: '`pass`: a fetch that fails is a fault',
    changed: '`true` where the files are not those that were there before, else `false`',
    'landed-files': 'How many files were landed and lie there now',
    'fetched-bytes': 'How many bytes were fetched',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files', 'runs-user-code'],

  async run({ source }, context): Promise<Outcome<DataFetch>> {
    const { readProject } = await import('../project/read-project.ts')
    const { landSources } = await import('../pipeline/land-sources.ts')
    const start = performance.now()
    const project = await readProject(context.folder)
    if (!project.ok) return { kind: 'diagnosed', diagnostics: project.diagnostics }
    const sources = await landSources({ ...context, project: project.value, names: source, runsPrograms: true })
    await handOn(context, project.value)
    const files = sources.flatMap((landed) => landed.files)
    const isNews = files.some(({ change }) => change !== 'unchanged')
    const result = {
      sources,
      isChanged: isNews || sources.some(({ gone }) => gone.length > 0),
      files: files.length,
      fetchedBytes: sources.reduce((sum, { fetchedBytes }) => sum + fetchedBytes, 0),
      seconds: (performance.now() - start) / 1000,
    }
    return { kind: 'done', result }
  },

  async report(result) {
    const { reportDataFetch } = await import('../report/report-data-fetch.ts')
    return reportDataFetch(result)
  },
})

/** In a workflow, what programs landed goes on to the job that pins it. */
async function handOn(context: CommandContext, { data }: Project): Promise<void> {
  const hasProgram = data.sources.some(({ places }) => places.some(({ kind }) => kind === 'program'))
  if (!hasProgram || context.artifacts === undefined) return
  const { openExchange } = await import('../pipeline/exchange-results.ts')
  const { sendLanded } = await import('../pipeline/exchange-landed.ts')
  const exchange = await openExchange(context)
  if (exchange) await sendLanded(exchange)
}
