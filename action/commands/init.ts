import type { Initialisation } from '../report/report-init.ts'
import { type CommandContext, defineCommand, type InputsOf, type Outcome } from './define-command.ts'
import { choice, flag, list, requiredText, text } from './fields.ts'

const inputs = {
  data: list({ description: 'The data files, or globs of them, in this folder', example: 'data/landing/*.csv' }),
  target: requiredText({ description: 'The column to be predicted', example: 'late' }),
  id: text({ description: 'The column that names a row', default: 'a unique column that looks like one' }),
  time: text({ description: 'The column that says when a row happened', default: 'the only date or time' }),
  group: text({ description: 'Rows of one value in this column stay on one side of the split' }),
  labels: list({ description: 'Where the target arrives later: files that hold the id and the target' }),
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
  force: flag({ description: 'Overwrite files that are there' }),
  'dry-run': flag({ description: 'Changes nothing; only says what would be written or removed' }),
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
    }
    const { refuseOverwriting } = await import('../project/write-starter.ts')
    if (!given.force) refuseOverwriting(context.folder)
    const { startReader } = await import('../data/reading-engine.ts')
    await using reader = startReader(context.signal)
    const { examineSource } = await import('../data/examine-source.ts')
    const { findSourceFiles } = await import('../data/find-source-files.ts')
    const { inferModel } = await import('../data/infer-model.ts')
    const { settleModel } = await import('../data/settle-model.ts')
    const { wordQuestion } = await import('../report/word-question.ts')

    const found = await findSourceFiles(context.folder, wishes.source)
    const foundLabels = wishes.labels.length > 0 ? await findSourceFiles(context.folder, wishes.labels) : []
    const engine = await reader.open({ files: [...found, ...foundLabels] })
    const examined = await examineSource(engine, found, foundLabels)
    if (!examined.ok) return { kind: 'diagnosed', diagnostics: examined.diagnostics }
    const { ask } = given.yes ? {} : context
    const inferred = ask
      ? await settleModel(
          engine,
          examined.value,
          wishes,
          async (question, model) => await ask(wordQuestion(question, model)),
        )
      : await inferModel(engine, examined.value, wishes)
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

async function writeProject(
  model: Initialisation['model'],
  wishes: { readonly name: string; readonly source: readonly string[]; readonly labels: readonly string[] },
  given: InputsOf<typeof inputs>,
  { folder }: CommandContext,
): Promise<readonly string[]> {
  const { promiseColumns } = await import('../data/promise-columns.ts')
  const { writeFeatureSql } = await import('../data/write-feature-sql.ts')
  const { formatContract } = await import('../project/write-contract.ts')
  const { starterFiles } = await import('../project/starter.ts')
  const { readTemplates, writeStarter } = await import('../project/write-starter.ts')
  const texts = { contract: formatContract(wishes.name, promiseColumns(model)), featureSql: writeFeatureSql(model) }
  const files = starterFiles(model, wishes, await readTemplates(), texts)
  if (given['dry-run']) return [...files.keys()]
  return await writeStarter(folder, files)
}
