import type { FilesToJoin } from '../data/infer-model.ts'
import type { SourceFile } from '../data/source-file.ts'
import type { JoinWish } from '../project/read-joins.ts'
import type { StarterWishes } from '../project/starter.ts'
import type { Initialisation } from '../report/report-init.ts'
import { type CommandContext, defineCommand, type InputsOf, type Outcome } from './define-command.ts'
import { choice, flag, list, requiredText, text } from './fields.ts'
import { tellIfLong } from './tell-if-long.ts'

const inputs = {
  data: list({ description: 'The data: files, or globs of them in quotes', example: 'data/landing/*.csv' }),
  target: requiredText({ description: 'The column to be predicted', example: 'late' }),
  id: text({ description: 'The column that names a row', default: 'a unique column that looks like one' }),
  time: text({ description: 'The column that says when a row happened', default: 'the only date or time' }),
  group: text({ description: 'Rows of one value in this column stay on one side of the split' }),
  labels: list({ description: 'Where the target arrives later: files that hold the id and the target' }),
  join: list({
    description: 'Another table, joined onto the rows by a key: NAME=GLOB',
    example: 'carriers=data/carriers.csv',
  }),
  on: list({
    description:
      'The columns by which a table is joined, where several would do, or it calls them otherwise: NAME=COLUMN[,COLUMN=ITS_COLUMN]',
    default: 'the columns of both that name one of its rows and that nearly all rows find there',
    example: 'carriers=carrier',
  }),
  exclude: list({ description: 'A column that the model must not see', example: 'sex' }),
  keep: list({ description: 'A column that stays a feature, although it looks like a leak', example: 'score' }),
  task: choice(['binary', 'multiclass', 'regression'], {
    description: 'What is predicted: one of two classes, one of several, or a number',
    default: 'what the target’s values suggest',
  }),
  positive: text({ description: 'For two classes, the one whose probability is judged', example: 'yes' }),
  format: list({
    description: 'How a column spells dates, or the mark before its decimals: COLUMN=PATTERN',
    example: 'day=dd/MM/yyyy',
  }),
  test: text({
    description: 'The test set: 30d, 1000 rows, 0.2 or from:VALUE',
    default: 'the newest fifth, in days where there is a time',
  }),
  name: text({ description: 'Name of the model', default: 'the folder’s name' }),
  yes: flag({ description: 'Ask nothing and take every guess; as in CI, where nobody is asked' }),
  force: flag({
    description: 'Do it all the same: over files and results that are there, past triggers and limits of retraining',
  }),
  'dry-run': flag({ description: 'Changes nothing; only says what would be done' }),
}

export const init = defineCommand({
  name: 'init',
  group: 'data',
  summary: 'Infer a model from data files and write a project that runs as it is.',
  example: 'plumbline init --data data/landing/*.csv --target late',
  inputs,
  outputs: { task: '`binary`, `multiclass` or `regression`', files: 'The files written, one a line' },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files'],

  async run(given, context): Promise<Outcome<Initialisation>> {
    const { checkWishes } = await import('../project/check-wishes.ts')
    const asked = checkWishes(given, context.folder)
    const { expandFolders } = await import('../data/expand-folders.ts')
    const wishes = {
      ...asked,
      source: await expandFolders(context.folder, asked.source),
      labels: await expandFolders(context.folder, asked.labels),
      joins: await expandJoins(context.folder, asked.joins),
      keys: new Map(asked.joins.flatMap(({ name, on }) => (on === undefined ? [] : [[name, on] as const]))),
    }
    const { refuseOverwriting } = await import('../project/write-starter.ts')
    if (!given.force)
      refuseOverwriting(
        context.folder,
        wishes.joins.map(({ name }) => name),
      )
    const { startReader } = await import('../data/reading-engine.ts')
    await using reader = startReader(context.signal)
    const { examineSource } = await import('../data/examine-source.ts')
    const { findSourceFiles } = await import('../data/find-source-files.ts')
    const { inferModel } = await import('../data/infer-model.ts')
    const { settleModel } = await import('../data/settle-model.ts')
    const { wordReading } = await import('../report/word-files.ts')
    const { wordQuestion } = await import('../report/word-question.ts')

    const files = await findSourceFiles(context.folder, wishes.source)
    const labelFiles = wishes.labels.length > 0 ? await findSourceFiles(context.folder, wishes.labels) : []
    const joins: FilesToJoin<SourceFile>[] = []
    for (const { name, source, called } of wishes.joins) {
      const found = await findSourceFiles(context.folder, [source])
      joins.push({ name, files: found, ...(called && { called }) })
    }
    const all = [...files, ...labelFiles, ...joins.flatMap((join) => join.files)]
    const engine = await reader.open({ files: all })
    const size = wordReading(all)
    const examined = await tellIfLong(context.progress, 'read', size, async () => {
      return await examineSource(engine, { files, labelFiles, joins }, wishes.target)
    })
    if (!examined.ok) return { kind: 'diagnosed', diagnostics: examined.diagnostics }
    const { ask } = given.yes ? {} : context
    const inferred = ask
      ? await settleModel(
          engine,
          examined.value,
          wishes,
          async (question, model) => await ask(wordQuestion(question, model)),
        )
      : await tellIfLong(context.progress, 'infer', size, async () => {
          return await inferModel(engine, examined.value, wishes)
        })
    if (!inferred.ok) return { kind: 'diagnosed', diagnostics: inferred.diagnostics }
    const model = inferred.value
    const written = await writeProject(model, wishes, given, context)
    const { ensureRepository, placeInRepository } = await import('../project/ensure-repository.ts')
    const startedGit = !given['dry-run'] && (await ensureRepository(context.folder))
    const place = await placeInRepository(context.folder)
    const { showModel } = await import('../data/show-model.ts')
    return { kind: 'done', result: { model: showModel(model), written, startedGit, place, isDryRun: given['dry-run'] } }
  },

  async report(result) {
    const { reportInit } = await import('../report/report-init.ts')
    return reportInit(result)
  },
})

/** A join has one glob: its folder holds files of one ending. */
async function expandJoins(folder: string, joins: readonly JoinWish[]): Promise<readonly JoinWish[]> {
  const { expandFolders } = await import('../data/expand-folders.ts')
  return await Promise.all(
    joins.map(async (join) => {
      const advise = (glob: string) => `Say which: --join ${join.name}='${glob}'.`
      const [source = join.source] = await expandFolders(folder, [join.source], advise)
      return { ...join, source }
    }),
  )
}

async function writeProject(
  model: Initialisation['model'],
  wishes: StarterWishes,
  given: InputsOf<typeof inputs>,
  { folder }: CommandContext,
): Promise<readonly string[]> {
  const { keysOfSeveral, promiseColumns, promiseJoined } = await import('../data/promise-columns.ts')
  const { writeFeatureSql } = await import('../data/write-feature-sql.ts')
  const { rowsSource } = await import('../project/read-joins.ts')
  const { formatContract } = await import('../project/write-contract.ts')
  const { starterFiles } = await import('../project/starter.ts')
  const { readTemplates, writeStarter } = await import('../project/write-starter.ts')
  const { joined = [] } = model
  const table = joined.length > 0 ? { table: rowsSource, references: keysOfSeveral(model) } : {}
  const texts = {
    driftWindow: await driftWindowOf(model),
    contract: formatContract(wishes.name, promiseColumns(model), table),
    joined: new Map(joined.map((source) => [source.name, formatContract(source.name, promiseJoined(source, model))])),
    featureSql: writeFeatureSql(model),
  }
  const files = starterFiles(model, wishes, await readTemplates(), texts)
  if (given['dry-run']) return [...files.keys()]
  return await writeStarter(folder, files)
}

/** Where windows of the usual length would hold too few rows to see what matters. */
async function driftWindowOf(model: Initialisation['model']) {
  const { windowedData } = await import('../data/windowed-data.ts')
  const data = windowedData(model)
  if (!data) return undefined
  const { suggestWindow } = await import('../drift/suggest-window.ts')
  const { drift, driftPolicy } = await import('../project/drift-schema.ts')
  return suggestWindow(data, driftPolicy(drift.parse({})))
}
