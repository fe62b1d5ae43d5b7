import { describe, expect, test } from 'vitest'

import { createdIn } from '../../action/local-github/run-query.ts'
import { type Happening, isTriggered, parseWorkflow } from '../../action/local-github/workflow-triggers.ts'

function triggered(on: string, happening: Happening): boolean {
  const workflow = parseWorkflow(`on: ${on}\njobs: {}\n`)
  if (!workflow) throw new Error('no workflow')
  return isTriggered(workflow, happening)
}

const push = (over: Partial<Happening> = {}): Happening => ({ event: 'push', branch: 'main', ...over })
const tag: Happening = { event: 'push', tag: 'v1' }
const pull = (over: Partial<Happening> = {}): Happening => ({
  event: 'pull_request',
  type: 'opened',
  branch: 'main',
  ...over,
})

describe('isTriggered()', () => {
  test.each<[string, Happening, boolean]>([
    ['push', push(), true],
    ['[push, pull_request]', pull(), true],
    ['workflow_dispatch', push(), false],
    ['{ push: { branches: [main] } }', push({ branch: 'other' }), false],
    ['{ push: { branches: ["releases/*"] } }', push({ branch: 'releases/1' }), true],
    ['{ push: { branches: ["releases/*"] } }', push({ branch: 'releases/1/2' }), false],
    ['{ push: { branches: ["releases/**"] } }', push({ branch: 'releases/1/2' }), true],
    ['{ push: { branches: ["**", "!plumbline/**"] } }', push({ branch: 'plumbline/ledger' }), false],
    ['{ push: { branches-ignore: ["plumbline/**"] } }', push({ branch: 'plumbline/ledger' }), false],
    ['{ push: { branches: [main] } }', tag, false],
    ['{ push: { tags: ["v*"] } }', tag, true],
    ['{ push: { tags: ["v*"] } }', push(), false],
    ['{ push: { paths: ["data/**"] } }', push({ paths: ['data/a/b.csv'] }), true],
    ['{ push: { paths: ["data/**", "!data/*.md"] } }', push({ paths: ['data/a.md'] }), false],
    ['{ push: { paths-ignore: ["docs/**"] } }', push({ paths: ['docs/a.md'] }), false],
    ['{ push: { paths-ignore: ["docs/**"] } }', push({ paths: ['docs/a.md', 'a.ts'] }), true],
    ['pull_request', pull({ type: 'synchronize' }), true],
    ['pull_request', pull({ type: 'closed' }), false],
    ['{ pull_request: { types: [closed] } }', pull({ type: 'closed' }), true],
    ['{ pull_request: { branches: [main] } }', pull({ branch: 'other' }), false],
    ['{ repository_dispatch: { types: [landed] } }', { event: 'repository_dispatch', type: 'landed' }, true],
    ['{ repository_dispatch: { types: [landed] } }', { event: 'repository_dispatch', type: 'other' }, false],
    ['repository_dispatch', { event: 'repository_dispatch', type: 'other' }, true],
  ])('on: %s, at %o: %s', (on, happening, expected) => {
    expect(triggered(on, happening)).toBe(expected)
  })
})

describe('parseWorkflow()', () => {
  test.each(['a: [', '- 1', ''])('takes %j for no workflow', (text) => {
    expect(parseWorkflow(text)).toBeUndefined()
  })

  test('reads the inputs of a dispatch', () => {
    const text =
      'name: W\non:\n  workflow_dispatch:\n    inputs:\n      n: { type: number, default: 3, required: true }\n'
    expect(parseWorkflow(text)).toMatchObject({
      name: 'W',
      triggers: { workflow_dispatch: { inputs: { n: { type: 'number', byDefault: '3', isRequired: true } } } },
    })
  })
})

describe('createdIn()', () => {
  test.each([
    [null, true],
    ['2025-03-04', true],
    ['2025-03-03', false],
    ['>=2025-03-04T06:00:00Z', true],
    ['>2025-03-03', true],
    ['>2025-03-04', false],
    ['<2025-03-04', false],
    ['<=2025-03-04', true],
    ['2025-03-01..2025-03-04', true],
    ['2025-03-01..2025-03-03', false],
    ['*..2025-03-04', true],
    ['2025-03-05..*', false],
  ])('%s: %s', (text, expected) => {
    expect(createdIn(text)('2025-03-04T06:00:00Z')).toBe(expected)
  })

  test('refuses what is no date', () => {
    expect(() => createdIn('yesterday')).toThrow('"yesterday" is no date')
  })
})
