import { expect, test } from 'vitest'

import { register } from '../../action/commands/register.ts'
import { openLocalGitHub } from '../../action/local-github/open-local-github.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { downloadAsset, listReleases } from '../../action/github/releases.ts'
import { commitAll, contextOf } from '../support/registered-project.ts'
import { pinData } from '../support/pin-data.ts'
import { tinyPredict, tinyProject, tinyTrain, tinyYaml } from '../support/tiny-project.ts'

/** Trains as ever, and saves the model behind a pickle that would run `id`. */
const train = tinyTrain.replace(
  'JSON.stringify(reader.getRowObjectsJson()[0])',
  `"cos\\nsystem\\n(S'id'\\ntR." + JSON.stringify(reader.getRowObjectsJson()[0])`,
)
const predict = tinyPredict.replace(
  "JSON.parse(readFileSync(process.env.PLUMBLINE_IN_TRAIN, 'utf8'))",
  "JSON.parse(readFileSync(process.env.PLUMBLINE_IN_TRAIN, 'utf8').replace(/^[^{]*/, ''))",
)

test('a model that can run code is refused where it is first seen, and published with its scan once that is allowed', async () => {
  expect(train).not.toBe(tinyTrain)
  expect(predict).not.toBe(tinyPredict)
  const project = await tinyProject({ files: { 'train.mjs': train, 'predict.mjs': predict } })
  const context = contextOf(project.folder)
  await pinData(project.folder)
  await commitAll(project, 'First model')
  const refused = await runPipeline(context)
  expect(refused).toMatchObject({
    kind: 'diagnosed',
    diagnostics: [
      {
        code: 'model/unsafe-format',
        file: 'plumbline.yaml',
        line: 7,
        message: expect.stringContaining('"model.json" is a pickle, which can run code when it is loaded'),
        remedy: expect.stringContaining('unsafe-format: true'),
      },
    ],
  })

  project.write('plumbline.yaml', tinyYaml.replace('id: parcel }', 'id: parcel, unsafe-format: true }'))
  await commitAll(project, 'Allow it')
  const steps: [string, string][] = []
  const progress = {
    ...context.progress,
    finished: (step: string, outcome: string) => void steps.push([step, outcome]),
  }
  expect(await runPipeline({ ...context, progress })).toMatchObject({ kind: 'passed' })
  expect(steps).toContainEqual(['train', 'cached'])
  const outcome = await register.run({ param: [] }, context)
  const scan = {
    isData: false,
    unsafe: [{ path: 'model.json', format: 'a pickle' }],
    imports: [{ module: 'os', name: 'system', risk: 'runs code' }],
  }
  expect(outcome).toMatchObject({ kind: 'done', result: { scan } })
  if (outcome.kind !== 'done') throw new Error('not registered')
  const report = await register.report(outcome.result)
  expect(report.text).toContain(
    'can run code when loaded; it imports 1 name, known to run code or reach files: os.system',
  )
  await using github = await openLocalGitHub(project.folder)
  const client = await openGitHubClient(github)
  const [release] = await listReleases(client)
  const card = release?.assets.find(({ name }) => name === 'model-card.md')
  if (!card) throw new Error('no card')
  const text = Buffer.from(await downloadAsset(client, card)).toString()
  expect(text).toContain('## How it is saved')
  expect(text).toContain('`os.system`')
  expect(text).toContain('advisory')

  project.write('plumbline.yaml', tinyYaml)
  await commitAll(project, 'Forbid it again')
  expect(await register.run({ param: [] }, context)).toMatchObject({
    kind: 'diagnosed',
    diagnostics: [{ code: 'model/unsafe-format', line: 7 }],
  })
})
