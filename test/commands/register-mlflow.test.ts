import { randomBytes } from 'node:crypto'

import { expect, test } from 'vitest'

import { openHiddenTexts } from '../../action/base/hidden-texts.ts'
import { silent } from '../../action/base/progress.ts'
import { register } from '../../action/commands/register.ts'
import { openMlflow } from '../../action/registry/mlflow-client.ts'
import { readModel } from '../../action/registry/mlflow-state.ts'
import { fakeMlflow } from '../support/mlflow-fake.ts'
import { commitAll, contextOf, runProject } from '../support/registered-project.ts'
import { type TinyProject, tinyYaml } from '../support/tiny-project.ts'

/** A real server, where one is given: `npm run peers -- mlflow`. */
const real = process.env['PLUMBLINE_TEST_MLFLOW']
const secret = 't0ken-of-nobody'

async function registered({ folder }: TinyProject, variables: Readonly<Record<string, string>> = {}) {
  const told: string[] = []
  const hidden = openHiddenTexts()
  const context = contextOf(folder, {
    environment: { ...process.env, GITHUB_ACTIONS: undefined, ...variables },
    progress: { ...silent, note: (text) => void told.push(text), warn: (text) => void told.push(`warning: ${text}`) },
    hidden,
  })
  const outcome = await register.run({ param: [] }, context)
  const mlflow = told.filter((line) => line.includes('MLflow'))
  return { outcome, mlflow, isHidden: !hidden.text(`x ${secret} y`).includes(secret) }
}

async function setUrl(project: TinyProject, url: string, more = ''): Promise<void> {
  project.write('plumbline.yaml', `${tinyYaml}mlflow: { url: "${url}", token: MLFLOW_TOKEN${more} }\n`)
  await commitAll(project, 'Another MLflow')
}

test('register tells MLflow after it has published; what is in the way is a warning, and is made good the next time', async () => {
  const fake = real === undefined ? await fakeMlflow(`Bearer ${secret}`) : undefined
  const url = real ?? fake?.url ?? ''
  const experiment = `, experiment: parcels-${randomBytes(6).toString('hex')}`
  const yaml = `${tinyYaml}mlflow: { url: "http://127.0.0.1:9", token: MLFLOW_TOKEN${experiment} }\n`
  const project = await runProject({ files: { 'plumbline.yaml': yaml } })

  const unset = await registered(project)
  expect(unset.outcome).toMatchObject({ kind: 'done', result: { kind: 'registered', isNew: true } })
  expect(unset.mlflow).toEqual([expect.stringMatching(/^warning: .*MLFLOW_TOKEN is not set.*\[mlflow\/no-token\]$/)])
  const unreachable = await registered(project, { MLFLOW_TOKEN: secret })
  expect(unreachable.outcome).toMatchObject({ kind: 'done', result: { isNew: false } })
  expect(unreachable.mlflow).toEqual([
    expect.stringMatching(/^warning: .*The next register tells.*\[mlflow\/unreachable\]$/),
  ])

  await setUrl(project, url, experiment)
  const told = await registered(project, { MLFLOW_TOKEN: secret })
  expect(told.isHidden).toBe(true)
  expect(told.mlflow).toEqual([`MLflow at ${url} was told of 1 run, 1 release, 1 alias`])
  const again = await registered(project, { MLFLOW_TOKEN: secret })
  expect(again.mlflow).toEqual([`MLflow at ${url} knows all of it already`])
  const tag = told.outcome.kind === 'done' && told.outcome.result.kind === 'registered' ? told.outcome.result.tag : ''
  const client = openMlflow({ url, token: secret, environment: {}, signal: new AbortController().signal })
  const model = await readModel(client, 'parcels')
  expect(model?.aliases.get('newest')).toBe(model?.versions.get(tag))
  expect(model?.versions.get(tag)).toBeDefined()
  for (const line of [unset, unreachable, told, again].flatMap(({ mlflow }) => mlflow))
    expect(line).not.toContain(secret)
  await fake?.[Symbol.asyncDispose]()
})
