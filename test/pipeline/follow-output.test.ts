import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { maskText } from '../../action/base/mask-secrets.ts'
import { followOutput } from '../../action/pipeline/follow-output.ts'

async function follow(chunks: readonly Uint8Array[], masked: readonly string[] = []) {
  const told: string[] = []
  let text = ''
  async function* stream() {
    yield* chunks
  }
  await followOutput(stream(), {
    masked,
    write: async (block) => {
      text += block
    },
    tell: (line) => told.push(line),
  })
  return { text, told }
}

const pieces = fc.constantFrom('secret', 'sec', 'ret', 'ä€😀', '\n', '\r\n', '\r', 'x', ' ')

describe('followOutput()', () => {
  test('says the same wherever the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pieces), fc.array(fc.integer({ min: 1, max: 9 })), async (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''))
        const chunks: Buffer[] = []
        let at = 0
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut))
          at += cut
        }
        chunks.push(bytes.subarray(at))
        const { text } = await follow(chunks, ['secret'])

        const whole = maskText(bytes.toString(), ['secret'])
        expect(text).toBe(whole === '' || /[\n\r]$/.test(whole) ? whole : `${whole}\n`)
      }),
    )
  })

  test('finds a secret at every place of an endless line, and splits no character', async () => {
    for (let shift = 0; shift < 12; shift += 1) {
      const line = Buffer.from(`${'€'.repeat(30_000)}${'x'.repeat(shift)}secret${'😀'.repeat(30_000)}`)
      const chunks = Array.from({ length: Math.ceil(line.length / 65_536) }, (_, at) =>
        line.subarray(at * 65_536, (at + 1) * 65_536),
      )

      const { text } = await follow(chunks, ['secret'])

      expect(text).toBe(`${line.toString().replace('secret', '***')}\n`)
    }
  })

  test('tells the last lines of very many, and each line by its beginning', async () => {
    const many = Array.from({ length: 100_000 }, (_, at) => `${at}\n`).join('')

    const { told } = await follow([Buffer.from(`${many}${'x'.repeat(5000)}\nend`)])

    expect(told.at(-1)).toBe('end')
    expect(told.at(-2)).toBe(`${'x'.repeat(2000)}…`)
    expect(told.length).toBeLessThan(10_000)
  })

  test('waits for each block to be written', async () => {
    let [open, most] = [0, 0]
    async function* stream() {
      for (let at = 0; at < 50; at += 1) yield Buffer.from('line\n')
    }
    await followOutput(stream(), {
      masked: [],
      write: async () => {
        open += 1
        most = Math.max(most, open)
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
        open -= 1
      },
      tell() {},
    })

    expect(most).toBe(1)
  })
})
