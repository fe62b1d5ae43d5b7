import { describe, expect, test } from 'vitest'

import { wordEnvironment, wordSpoiltEnvironment } from '../../action/report/word-environment.ts'

const plain = { requirements: null, packages: 0, python: null, system: 'linux x64' }

describe('wordEnvironment()', () => {
  test.each([
    [plain, 'no Python · no requirements · linux x64'],
    [
      { ...plain, python: '3.12.4', requirements: '5e0c1a2b3c', packages: 38 },
      'python 3.12.4 · requirements 5e0c1a2b (38 packages) · linux x64',
    ],
    [
      { ...plain, setup: '77aa88bb99', containers: { train: 'r.io:5000/a@sha256:0011223344556677' } },
      'no Python · no requirements · setup 77aa88bb · train in sha256:00112233 · linux x64',
    ],
  ])('%#', (environment, words) => {
    expect(wordEnvironment(environment)).toBe(words)
  })
})

test('wordSpoiltEnvironment() shows a file’s name as text', () => {
  expect(wordSpoiltEnvironment('lib/\u001b[31ma.py')).not.toContain('\u001b')
})
