import { describe, expect, test } from 'vitest'

import { Fault } from '../../action/base/fault.ts'
import { progressJson } from '../../action/report/progress-json.ts'
import { schemaFile } from '../support/result-schema.ts'

const isLine = schemaFile('log-line')

function recorder() {
  const clock = { ms: 0 }
  let text = ''
  const log = progressJson({
    write: (more) => void (text += more),
    command: 'run',
    now: () => new Date(Date.UTC(2025, 2, 4) + clock.ms),
    clock: () => clock.ms,
  })
  const lines = () => {
    const read = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    for (const line of read) expect(isLine(line) ? [] : isLine.errors, JSON.stringify(line)).toEqual([])
    return read
  }
  return { clock, log, text: () => text, lines }
}

describe('progressJson()', () => {
  test('tells each event with its time, run, stage and attempt', () => {
    const { clock, log, lines } = recorder()
    const runKey = 'a'.repeat(64)

    log.note('hello')
    log.about?.({ model: 'parcels', runKey, trigger: 'schedule' })
    log.started('train')
    log.about?.({ stage: 'train', attempt: 2 })
    clock.ms = 1500
    log.update('train', 'epoch 3')
    log.finished('train', 'failed', '', 1.5)
    log.warn('look here')
    log.ended({ kind: 'fault', fault: new Fault('stage/failed', 'Cannot finish', { remedy: 'Mend it.' }) })

    const shared = { command: 'run', model: 'parcels', runKey, trigger: 'schedule' }
    const time = '2025-03-04T00:00:01.500Z'
    expect(lines()).toEqual([
      { time: '2025-03-04T00:00:00.000Z', level: 'info', command: 'run', event: 'note', detail: 'hello' },
      { time: '2025-03-04T00:00:00.000Z', level: 'info', ...shared, event: 'started', stage: 'train' },
      { time, level: 'info', ...shared, event: 'update', stage: 'train', attempt: 2, detail: 'epoch 3' },
      {
        time,
        level: 'error',
        ...shared,
        event: 'finished',
        stage: 'train',
        attempt: 2,
        outcome: 'failed',
        seconds: 1.5,
        detail: '',
      },
      { time, level: 'warn', ...shared, event: 'warn', detail: 'look here' },
      {
        time,
        level: 'error',
        ...shared,
        event: 'ended',
        outcome: 'fault',
        code: 'stage/failed',
        detail: 'Cannot finish',
        remedy: 'Mend it.',
      },
    ])
  })

  test('tells at most one update a second of a stage, however often it is told', () => {
    const { clock, log, lines } = recorder()
    log.started('train')
    log.started('tune')
    for (; clock.ms < 3000; clock.ms += 10) {
      log.update('train', `epoch ${clock.ms}`)
      log.update('tune', `trial ${clock.ms}`)
    }
    const updates = lines().filter(({ event }) => event === 'update')
    expect(updates.map(({ detail }) => detail)).toEqual([0, 1000, 2000].flatMap((ms) => [`epoch ${ms}`, `trial ${ms}`]))
  })

  test('keeps one event on one line, without colour, whatever a program says', () => {
    const { log, text, lines } = recorder()
    log.started('train')
    log.update('train', '\u001b[31mred\u001b[0m\u009b2J\r\nnext\u2028line\u0000\ud800')
    log.ended({
      kind: 'diagnosed',
      diagnostics: [{ code: 'x/y', file: 'a\u001b[1m.csv', line: 3, column: 1, message: 'Cannot\nread' }],
    })

    expect(text().trimEnd().split('\n')).toHaveLength(4)
    expect(text()).not.toMatch(/\\u001b|\u009b|\u2028|\\u0000/)
    expect(lines().map(({ detail }) => detail)).toEqual([undefined, 'red \nnext line', 'Cannot\nread', undefined])
  })
})
