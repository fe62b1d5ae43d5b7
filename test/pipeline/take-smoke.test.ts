import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import type { Diagnostic } from '../../action/base/diagnostic.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import { pinData } from '../support/pin-data.ts'
import { contextOf } from '../support/registered-project.ts'
import { tinyPredict, tinyProject, tinyYaml } from '../support/tiny-project.ts'

async function smokeOf(files: Readonly<Record<string, string>>) {
  const project = await tinyProject({ files })
  await pinData(project.folder)
  const end = await runPipeline(contextOf(project.folder))
  return { project, end, found: end.kind === 'diagnosed' ? end.diagnostics : [] }
}

/** A program in front of the tiny one, which sees the rows that it is asked about. */
function predictAfter(program: string): string {
  return tinyPredict.replace(
    'await connection.run("copy',
    `const rows = (await connection.runAndReadAll('select * from read_parquet($1)', [features])).getRowObjectsJson()
${program}
await connection.run("copy`,
  )
}

function messages(found: readonly Diagnostic[]): readonly string[] {
  return found.map(({ code, message }) => `${code} ${message}`)
}

describe('takeSmoke()', () => {
  test('asks a model about every kind of rows, each fit once', async () => {
    const { end } = await smokeOf({})

    const stages = end.kind === 'diagnosed' ? [] : end.record.stages
    expect(stages.filter(({ name }) => name.endsWith('smoke')).map(({ name, detail }) => [name, detail])).toEqual([
      ['smoke', 'nulls, unseen categories, extremes, empty'],
      ['refit-smoke', 'nulls, unseen categories, extremes, empty'],
    ])
  })

  test.each([
    [
      'a null',
      "if (rows.some((row) => row.distance_km === null && row.region !== null)) throw new Error('no null please')",
      'smoke/ended Cannot accept the judged model: on null in "distance_km", stage "predict" did not answer: it ended with code 1; expected 0: ',
      'nulls',
    ],
    [
      'a category never seen',
      "if (rows.some((row) => row.region === 'never seen before')) process.exit(4)",
      'smoke/ended Cannot accept the judged model: on a text never seen in "region", stage "predict" did not answer: it ended with code 4; expected 0',
      'unseen',
    ],
    [
      'an extreme',
      'if (rows.some((row) => row.distance_km > 1e30)) process.exit(4)',
      'smoke/ended Cannot accept the judged model: on the highest of its type in "distance_km", stage "predict" did not answer: it ended with code 4; expected 0',
      'extremes',
    ],
    [
      'an empty input',
      "if (rows.length === 0) throw new Error('nothing to do')",
      'smoke/empty Cannot accept the judged model: on an empty input, stage "predict" did not answer: it ended with code 1; expected 0: ',
      'empty',
    ],
  ])('names the row and the column where the program ends at %s', async (_, program, message, kind) => {
    const { project, found } = await smokeOf({ 'predict.mjs': predictAfter(program) })

    expect(messages(found)).toEqual([expect.stringContaining(message)])
    expect(found[0]).toMatchObject({ file: 'plumbline.yaml', line: 12 })
    expect(found[0]?.remedy).toContain(`smoke: { skip: [${kind}] }`)
    expect(existsSync(join(project.folder, '.plumbline/stages/evaluate'))).toBe(false)
  })

  test.each([
    [
      'a row left out',
      "where region is null or region <> ''",
      'smoke/rows',
      'no prediction for 1 made row: an empty text',
    ],
    [
      'an infinite probability',
      '',
      'smoke/probability',
      'a probability that is missing, not finite or outside 0 … 1 for 3 made rows: the lowest of its type in "distance_km"',
    ],
    ['a row made up', "union all select 'p0', 1, 0.5", 'smoke/rows', '1 predictions are of no row that was given'],
  ])('refuses %s', async (name, clause, code, message) => {
    const program = tinyPredict
      .replace('read_parquet($1) order by parcel', `read_parquet($1) ${clause} order by parcel`)
      .replace(
        /least\(1.0.*as probability/,
        name === 'an infinite probability'
          ? "case when abs(distance_km) > 20000 or distance_km < 0 then 'inf'::double else 0.5 end as probability"
          : '0.5 as probability',
      )
    const { found } = await smokeOf({ 'predict.mjs': program })

    expect(found[0]?.code).toBe(code)
    expect(found[0]?.message).toContain(message)
  })

  test('refuses a class that training did not know', async () => {
    const program = tinyPredict.replace('::bigint as prediction', '::bigint + (region is null)::int * 7 as prediction')
    const { found } = await smokeOf({ 'predict.mjs': program })

    expect(found[0]?.code).toBe('smoke/class')
    expect(found[0]?.message).toContain('a class that training did not know for 2 made rows: null in "region"')
  })

  test('refuses rows where there was no input', async () => {
    const program = predictAfter(`if (rows.length === 0) {
  writeFileSync(process.env.PLUMBLINE_OUT_PREDICTIONS.replace('parquet', 'csv'), 'parcel,prediction,probability\\np1,1,0.5\\n')
  process.exit(0)
}`).replace('import { readFileSync }', 'import { readFileSync, writeFileSync }')
    const { found } = await smokeOf({ 'predict.mjs': program })

    expect(messages(found)).toEqual([
      'smoke/empty Cannot accept the judged model: an empty input is answered with rows; expected none',
    ])
  })

  test('asks the released model too, and lets none pass that only it cannot', async () => {
    // The released fit learns more rows.
    const program = predictAfter('if (model.rows > 300 && rows.length === 0) process.exit(9)')
    const { project, found } = await smokeOf({ 'predict.mjs': program })

    expect(messages(found)).toEqual([expect.stringContaining('smoke/empty Cannot accept the released model')])
    const [run] = readRecords(project.folder)
    expect(run).toContain('"outcome": "failed"')
  })

  test('leaves out what plumbline.yaml says, and says so', async () => {
    const program = predictAfter('if (rows.length === 0) process.exit(9)')
    const { end } = await smokeOf({
      'predict.mjs': program,
      'plumbline.yaml': `${tinyYaml}smoke: { skip: [empty] }\n`,
    })

    const smoke = end.kind === 'diagnosed' ? undefined : end.record.stages.find(({ name }) => name === 'smoke')
    expect(smoke?.detail).toBe('nulls, unseen categories, extremes · skipped, as plumbline.yaml says: empty')
  })

  test('makes no row that the contract of the features keeps away', async () => {
    const program = predictAfter(
      "if (rows.some((row) => row.distance_km === null || row.distance_km < 0 || row.distance_km > 5000 || row.region === '')) process.exit(9)",
    )
    const { end } = await smokeOf({
      'predict.mjs': program,
      'plumbline.yaml': tinyYaml.replace('sql: features.sql', 'sql: features.sql, contract: features.contract.yaml'),
      'features.contract.yaml': `apiVersion: v3.1.0
kind: DataContract
id: features
version: 1.0.0
status: active
schema:
  - name: features
    properties:
      - { name: parcel, logicalType: string, required: true }
      - { name: region, logicalType: string, logicalTypeOptions: { minLength: 1 } }
      - { name: distance_km, logicalType: number, required: true, logicalTypeOptions: { minimum: 0, maximum: 5000 } }
`,
    })

    expect(end.kind).toBe('passed')
  })
})

function readRecords(folder: string): readonly string[] {
  const runs = join(folder, '.plumbline/runs')
  return existsSync(runs) ? readdirSync(runs).map((name) => readFileSync(join(runs, name, 'run.json'), 'utf8')) : []
}
