import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { checkContract } from '../../action/data/check-contract.ts'
import { checkSqlRules } from '../../action/data/check-sql-rules.ts'
import { describeFiles } from '../../action/data/describe-files.ts'
import { type Engine, openEngine } from '../../action/data/engine.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { parseContract } from '../../action/project/read-contract.ts'
import { allCases } from '../../scripts/peers/all-cases.mjs'
import { writeSide } from '../../scripts/peers/case.mjs'
import { tempFolder } from '../support/temp-folder.ts'

let engine: Engine
let write: (side: { csv?: string; sql?: string }, format: string, folder: string) => Promise<string>

beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  write = async (side, format, folder) => await writeSide(connection, side, format, folder)
})

afterAll(async () => await engine[Symbol.asyncDispose]())

describe('the cases that npm run peers puts to datacontract-cli too', () => {
  it('differ in name', () => {
    expect(new Set(allCases.map(({ name }) => name)).size).toBe(allCases.length)
  })

  it.each(allCases)('$name', async ({ contract, sides, formats, expected }) => {
    for (const format of formats) {
      for (const side of ['keeps', 'breaks'] as const) {
        const folder = tempFolder({})
        await write(sides[side], format, folder)
        const verdict = await judge(folder, contract)
        expect({ format, side, verdict }).toEqual({ format, side, verdict: expected[side] })
      }
    }
  })
})

async function judge(folder: string, text: string): Promise<string> {
  const contract = parseContract('contract.yaml', text)
  if (!contract.ok) return 'refuses'
  const files = await findSourceFiles(folder, ['*'])
  const described = await describeFiles(engine, files)
  if (!described.ok) return 'cannot read'
  const ofRows = await checkContract(engine, described.value, contract.value)
  const ofSql = await checkSqlRules(files, contract.value, ofRows.rows)
  const diagnostics = [...ofRows.diagnostics, ...ofSql.diagnostics]
  if (diagnostics.length > 0) return diagnostics.map(({ message }) => message).join('; ')
  const failing = [...ofRows.checks, ...ofSql.checks].filter(({ outcome }) => outcome === 'fail')
  if (failing.length === 0) return 'passes'
  return failing.some(({ severity }) => severity === 'error') ? 'fails' : 'warns'
}
