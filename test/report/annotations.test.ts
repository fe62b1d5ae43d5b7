import { describe, expect, test } from 'vitest'

import { annotation, diagnosticAnnotations, warningAnnotations } from '../../action/report/annotations.ts'

const diagnostics = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    code: `contract/rule-${n}`,
    file: 'contract.yaml',
    line: n + 1,
    column: 1,
    message: 'No',
    remedy: 'Mend it',
  }))

describe('diagnosticAnnotations()', () => {
  test('marks all where GitHub shows all', () => {
    const marks = diagnosticAnnotations(diagnostics(10))
    expect(marks).toHaveLength(10)
    expect(marks[9]).toEqual({
      level: 'error',
      title: 'contract/rule-9',
      message: 'No\n→ Mend it',
      file: 'contract.yaml',
      line: 10,
      column: 1,
    })
  })

  test('says with the last how many more there are', () => {
    const marks = diagnosticAnnotations(diagnostics(50))
    expect(marks).toHaveLength(10)
    expect(marks[9]).toMatchObject({ level: 'error', title: 'and 41 more' })
  })
})

test.each([
  [0, 0, undefined],
  [9, 9, undefined],
  [10, 9, 'and 1 more'],
  [30, 9, 'and 21 more'],
])('warningAnnotations() of %i warnings marks %i of them, then %s', (count, shown, last) => {
  const warnings = warningAnnotations()
  const marks = Array.from({ length: count }, () => warnings.next('Look')).filter(Boolean)
  expect(marks).toHaveLength(shown)
  expect(warnings.last()?.title).toBe(last)
})

test('annotation() is plain text of a length that GitHub shows', () => {
  const { title, message, file } = annotation(
    'error',
    `a\n${'t'.repeat(1e6)}`,
    `\u001B[31mb\u202E\n${'😀'.repeat(1e6)}`,
    { file: 'x\u0000y' },
  )
  expect(title).toHaveLength(200)
  expect(title.startsWith('a t')).toBe(true)
  expect(message.length).toBeLessThanOrEqual(4000)
  expect(message.startsWith('b\n😀')).toBe(true)
  expect(message).not.toMatch(/[\uD800-\uDBFF]…/)
  expect(file).toBe('xy')
})
