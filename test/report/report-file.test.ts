import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { Fault } from '../../action/base/fault.ts'
import { namedReport, readReportFile, reportArtifactName, writeReportFile } from '../../action/report/report-file.ts'
import report from '../../schema/report.schema.json' with { type: 'json' }
import run from '../../schema/run-result.schema.json' with { type: 'json' }
import validate from '../../schema/validate-result.schema.json' with { type: 'json' }
import { runEnding } from '../support/fork-pull.ts'

test('reportArtifactName() and namedReport() are each other’s way back', () => {
  for (const key of ['run', 'validate', 'run/models-price', 'run/a-1', 'validate/2', 'contract-diff/a']) {
    for (const attempt of [1, 12]) {
      const [command = ''] = key.split('/')
      expect(namedReport(reportArtifactName(key, attempt))).toEqual({ key, command, attempt })
    }
  }
})

test.each([
  'plumbline-report-run-0',
  'plumbline-report-run--1',
  'plumbline-report-run.-1',
  'plumbline-report-run.a--b-1',
  'plumbline-report-run.a.b-1',
  'plumbline-report-run.../../x-1',
  'plumbline-report-RUN-1',
  'plumbline-report-run-1\n',
  'plumbline-report-run-123456',
  `plumbline-report-run.${'a'.repeat(200)}-1`,
  'plumbline-parcels-train-1',
  '',
])('namedReport() takes %j for none', (name) => {
  expect(namedReport(name)).toBeUndefined()
})

test('writeReportFile() writes what schema/report.schema.json describes', () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
  ajv.addSchema(run, 'run-result.schema.json').addSchema(validate, 'validate-result.schema.json')
  const isValid = ajv.compile(report)
  const fault = new Fault('data/no-files', 'Cannot find data', { remedy: 'Put it there' })
  for (const ending of [runEnding(), { kind: 'fault', fault } as const]) {
    expect(
      isValid({ ...JSON.parse(writeReportFile('run', ending)), plumbline: '0.1.0' }),
      JSON.stringify(isValid.errors),
    ).toBe(true)
  }
  expect(isValid({ ...JSON.parse(writeReportFile('run', runEnding())), pull: 7 })).toBe(false)
})

test('readReportFile() reads what writeReportFile() wrote, and tells a newer one apart', () => {
  const text = writeReportFile('run', runEnding())
  expect(readReportFile(Buffer.from(text))).toMatchObject({ ok: true, file: { report: { command: 'run' } } })
  expect(readReportFile(Buffer.from(text.replace('report/v1', 'report/v2')))).toEqual({
    ok: false,
    problem: 'newer',
    schema: 'plumbline/report/v2',
  })
  expect(readReportFile(Buffer.from(text.replace('report/v1', 'report/v2 <b>')))).toEqual({
    ok: false,
    problem: 'no report',
  })
})
