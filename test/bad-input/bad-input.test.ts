import { afterAll, describe, expect, test } from 'vitest'

import type { BadInput } from './bad-input.ts'
import { type Answer, lookAt } from './look-at.ts'
import { table } from './table.ts'

const answers = new Map<BadInput, Answer>()

describe.each(Object.entries(table))('%s', (_, inputs) => {
  test.each(inputs.map((input) => [input.what, input] as const))('%s', async (_what, input) => {
    const answer = await lookAt(input)
    answers.set(input, answer)

    expect(answer, JSON.stringify(answer)).toEqual(expectedOf(input))
  })
})

function expectedOf({ works, refused }: BadInput): unknown {
  if (!refused) return { kind: 'works', text: like(works ?? /./) }
  const { code, at, message, remedy } = refused
  return { kind: 'refused', code, ...(at !== undefined && { at }), message: like(message), remedy: like(remedy) }
}

function like(sign: RegExp): unknown {
  return expect.stringMatching(sign)
}

afterAll(() => {
  const lines = [...answers].map(([{ what, command }, answer]) => {
    const said = answer.kind === 'works' ? 'works' : [answer.code, answer.at].join('  ')
    return `  ${what.padEnd(50)} ${command.padEnd(10)} ${said}`
  })
  console.log(`Bad input: ${answers.size} cases\n${lines.join('\n')}`)
})
