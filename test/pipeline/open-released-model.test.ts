import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { openEngine } from '../../action/data/engine.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { hashFiles } from '../../action/data/hash-files.ts'
import { openReleasedModel } from '../../action/pipeline/open-released-model.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { type TinyProject, tinyPredict, tinyProject, tinyYaml } from '../support/tiny-project.ts'

const files = ['contract.yaml', 'features.sql', 'plumbline.yaml', 'predict.mjs', 'train.mjs']
const model = '{"late":800,"every":500,"rows":300}'

function opened({ folder }: TinyProject) {
  const place = tempFolder({ 'model.json': model })
  const world = { caller: process.env, logFolder: join(place, 'logs'), progress: silent }
  const { signal } = new AbortController()
  return openReleasedModel({ tag: 'parcels-v1', folder, files, model: join(place, 'model.json') }, { ...world, signal })
}

/** Rows as they are asked: nobody knows yet whether they are late. */
async function askedRows(project: TinyProject) {
  const { folder } = project
  const rows = readFileSync(join(folder, 'data/parcels.csv'), 'utf8').replace(/,[^,\n]*(?=\n)/g, '')
  project.write('asked/rows.csv', rows)
  return { features: await hashFiles(folder, await findSourceFiles(folder, ['asked/*.csv'])), labels: [], joined: {} }
}

async function count(file: string): Promise<unknown> {
  await using engine = await openEngine()
  return await engine.query(`SELECT count(*) AS rows, count(prediction) AS predictions FROM read_parquet('${file}')`)
}

describe('openReleasedModel()', () => {
  test('answers rows without the target, by the release’s own SQL and code', async () => {
    const project = await tinyProject({ rows: 50 })
    const released = await opened(project)
    const work = tempFolder()
    const features = await released.features(await askedRows(project), join(work, 'features'))
    if (!features.ok) throw new Error(JSON.stringify(features.diagnostics))
    expect(await count(await released.predict(features.value, join(work, 'predict')))).toEqual([
      { rows: 50, predictions: 50 },
    ])
  })

  test('answers a model without an id, by `_row`', async () => {
    const yaml = tinyYaml.replace(', id: parcel', '')
    const predict = tinyPredict.replaceAll('parcel,', '_row,').replace('order by parcel', 'order by _row')
    const project = await tinyProject({
      rows: 20,
      files: { 'plumbline.yaml': yaml, 'features.sql': 'select _row, distance_km from data\n', 'predict.mjs': predict },
    })
    const released = await opened(project)
    const work = tempFolder()
    const features = await released.features(await askedRows(project), join(work, 'features'))
    if (!features.ok) throw new Error(JSON.stringify(features.diagnostics))
    expect(await count(await released.predict(features.value, join(work, 'predict')))).toEqual([
      { rows: 20, predictions: 20 },
    ])
  })

  test('gives predict a folder where train has more outputs than the model', async () => {
    const yaml = tinyYaml.replace('out: { model: model.json }', 'out: { model: model.json, metrics: train.json }')
    const predict = tinyPredict.replace(
      'process.env.PLUMBLINE_IN_TRAIN,',
      "process.env.PLUMBLINE_IN_TRAIN + '/model.json',",
    )
    const project = await tinyProject({ rows: 20, files: { 'plumbline.yaml': yaml, 'predict.mjs': predict } })
    const released = await opened(project)
    const work = tempFolder()
    const features = await released.features(await askedRows(project), join(work, 'features'))
    if (!features.ok) throw new Error(JSON.stringify(features.diagnostics))
    await expect(released.predict(features.value, join(work, 'predict'))).resolves.toMatch(/predictions/)
  })

  test('refuses a release whose predict needs what no release holds, and one whose files were spoilt', async () => {
    const yaml = tinyYaml.replace(
      '  predict:\n    needs: [features, train]',
      '  encode: { needs: [features], run: ":", out: { codes: codes.json } }\n  predict:\n    needs: [features, train, encode]',
    )
    const project = await tinyProject({ rows: 20, files: { 'plumbline.yaml': yaml } })
    await expect(opened(project)).rejects.toMatchObject({
      code: 'serving/cannot-serve',
      message: expect.stringContaining('predict needs the outputs of "encode"'),
    })
    writeFileSync(join(project.folder, 'plumbline.yaml'), 'version: 1\n')
    await expect(opened(project)).rejects.toMatchObject({ code: 'serving/cannot-serve' })
  })
})
