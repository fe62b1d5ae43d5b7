import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { plumbline } from '../support/command-line.ts'
import { keys, onTerminal } from '../support/on-terminal.ts'
import { tempFolder } from '../support/temp-folder.ts'

const words = ['init', '--data', 'data/a.csv', '--target', 'fate']

/** Two classes of which neither says "yes", dates that may be read in two ways, and a second moment. */
function doubtful(): string {
  const lines = Array.from({ length: 300 }, (_, i) => {
    const [day, month] = [1 + (i % 12), 1 + (Math.floor(i / 12) % 12)].map((part) => String(part).padStart(2, '0'))
    return [`P${i}`, `${day}/${month}/2024`, `2024-${month}-${day}`, (i * 7) % 11, i % 3 ? 'kept' : 'lost'].join(',')
  })
  return `parcel,sent,seen,weight,fate\n${lines.join('\n')}\n`
}

describe('plumbline init on a terminal', () => {
  test('asks what it is unsure of, and Enter takes its guess', async () => {
    const folder = tempFolder({ 'data/a.csv': doubtful() })
    const { code, screen } = await onTerminal(folder, words, [
      { seen: 'How does sent write dates?', keys: keys.down + keys.enter },
      { seen: 'Which column says when', keys: keys.down + keys.enter },
      { seen: 'Which class of fate', keys: keys.enter },
    ])
    expect(code, screen).toBe(0)
    expect(readFileSync(join(folder, 'plumbline.yaml'), 'utf8')).toMatch(/positive: lost[\s\S]*time: seen/)
    expect(readFileSync(join(folder, 'contract.yaml'), 'utf8')).toContain('format: MM/dd/yyyy')
    expect(screen).toMatch(/time +seen +as you said; tests on the newest: \d+d +sure/)
  })

  test('writes nothing where the person leaves', async () => {
    const folder = tempFolder({ 'data/a.csv': doubtful() })
    const { code, screen } = await onTerminal(folder, words, [
      { seen: 'How does sent write dates?', keys: keys.enter },
      { seen: 'Which column says when', keys: keys.interrupt },
    ])
    expect(code, screen).toBe(130)
    expect(screen).toContain('Interrupted')
    expect(readdirSync(folder)).toEqual(['data'])
  })

  test.each([
    ['in CI', [], { CI: 'true' }],
    ['with --yes', ['--yes'], {}],
    ['with --json', ['--json'], {}],
    ['with --quiet', ['--quiet'], {}],
  ])('asks nothing %s', async (_where, more, environment) => {
    const folder = tempFolder({ 'data/a.csv': doubtful() })
    const { code, screen } = await onTerminal(folder, [...words, ...more], [], environment)
    expect(code, screen).toBe(0)
    expect(screen).not.toContain('How does')
    expect(existsSync(join(folder, 'plumbline.yaml'))).toBe(true)
  })

  test('asks nothing in a pipe, and says what it doubts', async () => {
    const folder = tempFolder({ 'data/a.csv': doubtful() })
    const { code, stdout } = await plumbline(folder, [...words, '--dry-run'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/target +fate .*positive is lost \(the rarer\?\) +check this/)
    expect(stdout).toMatch(/left out +sent .*as dd\/MM\/yyyy, or MM\/dd\/yyyy|time +sent .*or MM\/dd\/yyyy/)
    expect(readdirSync(folder)).toEqual(['data'])
  })
})
