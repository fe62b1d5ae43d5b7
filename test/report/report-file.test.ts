import { expect, test } from 'vitest'

import { namedReport, readReportFile, reportArtifactName, writeReportFile } from '../../action/report/report-file.ts'
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
