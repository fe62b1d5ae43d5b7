import { describe, expect, test } from 'vitest'

import { sha256 } from '../../action/base/sha256.ts'
import type { LedgerRecord } from '../../action/registry/ledger-record.ts'
import { lineageEvents } from '../../action/registry/lineage-events.ts'
import { mlflowWishes } from '../../action/registry/mlflow-wishes.ts'
import { auditCsv } from '../../action/report/audit-csv.ts'
import { junitXml } from '../../action/report/junit.ts'
import { plainText } from '../../action/report/terminal.ts'
import { runEventErrors } from '../support/openlineage-schema.ts'
import { readCsv, readXml } from '../support/read-documents.ts'
import { hostileNames, longNames } from './hostile-names.ts'
import { validationNamed } from './reports-of-data.ts'
import { entryNamed } from './reports-of-runs.ts'
import { runNamed } from './run-named.ts'

const names = Object.entries(hostileNames)

describe('in the CSV of an audit', () => {
  test('every name is the text of one cell, which no spreadsheet takes for a formula', async () => {
    const formulas = ['=cmd|"/c calc"!A1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', ' =1'].map((one) => [
      one,
      one,
    ])
    const all = [...names, ...formulas, ...Object.entries(longNames)]
    const documents = await readCsv(all.map(([, name = '']) => auditCsv([entryNamed(name)])))
    const [[header = []] = []] = documents
    for (const [index, rows] of documents.entries()) {
      const [what, name = ''] = all[index] ?? []
      expect({ what, lengths: rows.map((row) => row.length) }).toEqual({
        what,
        lengths: [header.length, header.length],
      })
      const cell = rows[1]?.[header.indexOf('model')] ?? ''
      expect({ what, cell: cell.replace(/^'/, '') }).toEqual({ what, cell: plainText(name).replace(/^'/, '') })
      expect({ what, formulas: rows.flat().filter((text) => /^\s*[=+\-@＝＋－＠]/.test(text)) }).toEqual({
        what,
        formulas: [],
      })
    }
  })
})

describe('in the JUnit XML of a validation', () => {
  test('every name is text of an attribute or an element', async () => {
    const [expected, ...documents] = await readXml(['name', ...names.map(([, name]) => name)].map(junitOf))
    for (const [index, tree] of documents.entries()) {
      expect({ what: names[index]?.[0], tree }).toEqual({ what: names[index]?.[0], tree: expected })
    }
  })
})

function junitOf(name: string): string {
  return junitXml(validationNamed(name))
}

const repository = {
  ...{ gitUrl: 'https://github.com/acme/parcels.git', isEmbedded: false, owner: 'acme', repository: 'parcels' },
}

describe('in OpenLineage events', () => {
  test.each(names)('%s is a value of two events that the standard allows', (_, name) => {
    const text = lineageEvents({ run: runNamed(name), assets: { [`model${name}`]: sha256('model') } }, repository)
    const lines = text.split('\n')
    expect(lines).toHaveLength(3)
    const events = lines
      .slice(0, 2)
      .map((line) => JSON.parse(line) as { readonly job: object; readonly outputs: object[] })
    expect(events.map(runEventErrors)).toEqual([[], []])
    expect(events.map(({ job }) => job)).toMatchObject([{ name }, { name }])
    expect(events[1]?.outputs).toMatchObject([{ name: `${name}/model${name}` }])
  })
})

describe('in what MLflow is sent', () => {
  test.each([...names, ...Object.entries(longNames)])('%s is a value, or a name that MLflow takes', (_, name) => {
    const run = runNamed(name)
    const body = { ...({ run } as object), tag: 'price-v1' }
    const record = {
      schema: 'plumbline/ledger/v1',
      seq: 1,
      previous: null,
      kind: 'published',
      model: 'price',
      at: '',
      actor: name,
    }
    const { runs } = mlflowWishes([{ ...record, body } as LedgerRecord], 'price', 'newest', () => run)
    const [wanted] = runs
    for (const key of [...Object.keys(wanted?.params ?? {}), ...Object.keys(wanted?.metrics ?? {})]) {
      expect(key).toMatch(/^[\w\-. /:]{0,250}$/)
    }
    const texts = [...Object.values(wanted?.params ?? {}), ...Object.values(wanted?.tags ?? {})]
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(500)
    expect(wanted?.tags['plumbline.trigger']?.slice(0, 499)).toBe(`manual by ${name}: ${name}`.slice(0, 499))
  })
})
