import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { settle } from '../../action/commands/settle.ts'
import { openEngine } from '../../action/data/engine.ts'
import { quoteText } from '../../action/data/quote.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { wordFault } from '../../action/report/word-fault.ts'
import { tempFolder } from '../support/temp-folder.ts'

const { signal } = new AbortController()

describe('settle()', () => {
  it.each([
    ['too many fields', '"canary\nmore canary",4,5'],
    ['an open quote', '"canary\nmore canary,4'],
    ['no UTF-8', Buffer.from('canary é,4', 'latin1')],
  ])('repeats no row of a file where nobody foresaw that it cannot be read: %s', async (_what, row) => {
    const folder = tempFolder({ 'a.csv': Buffer.concat([Buffer.from('a,b\n1,2\n'), Buffer.from(row)]) })
    await using engine = await openEngine()
    const reader = `read_csv(${quoteText(join(folder, 'a.csv'))}, auto_detect = false, header = true, columns = {a: 'VARCHAR', b: 'VARCHAR'})`
    const ending = await settle(async () => {
      await engine.run(`SELECT count(a) FROM ${reader}`)
      throw new Error('it was read')
    }, signal)
    if (ending.kind !== 'fault') throw new Error('it did not end with a fault')
    const words = `${wordFault(ending.fault)}\n${jsonEnding('x', ending)}`
    expect(ending.fault).toMatchObject({ code: 'bug/unexpected', owner: 'bug' })
    expect(words).toMatch(/Plumbline stopped unexpectedly: .*CSV Error on Line: \d/)
    expect(words).not.toContain('canary')
  })
})
