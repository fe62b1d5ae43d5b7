import { expect, test } from 'vitest'

import { describeFiles } from '../../action/data/describe-files.ts'
import { openEngine } from '../../action/data/engine.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { packedColumns } from '../../action/data/packed-columns.ts'
import { rawRelation } from '../../action/data/read-source.ts'
import { tempFolder } from '../support/temp-folder.ts'

test('packedColumns() types what is spelled in a way of its own, and leaves what does not fit as it is', async () => {
  const folder = tempFolder({ 'a.csv': 'a,b,c\n1,Ja,1\n-,nein,x\n3,,-\n' })
  await using engine = await openEngine({ threads: 1 })
  const described = await describeFiles(engine, await findSourceFiles(folder, ['*']))
  if (!described.ok) throw new Error(JSON.stringify(described))
  const column = (name: string, more: object) =>
    ({ name, logicalType: 'integer', line: 1, aliases: [], rules: [], ...more }) as const
  const columns = [
    column('a', { missing: ['-'] }),
    column('b', { logicalType: 'boolean', truth: { yes: 'ja', no: 'nein' } }),
    column('c', { missing: ['-'] }),
  ]
  const contract = { file: 'contract.yaml', id: 't', version: '1.0.0', columns, table: 't', tableRules: [] }
  const items = await packedColumns(engine, described.value, contract)
  expect(await engine.query(`SELECT ${items.join(', ')} FROM ${rawRelation(described.value)}`)).toEqual([
    { a: 1, b: true, c: '1' },
    { a: null, b: false, c: 'x' },
    { a: 3, b: null, c: '-' },
  ])
})
