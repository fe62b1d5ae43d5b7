import { describe, expect, test } from 'vitest'

import { judgeComments } from '../../action/doctor/checks/comment-checks.ts'
import { parseWorkflowFile } from '../../action/project/workflow-file.ts'

const [path, commentPath] = ['.github/workflows/plumbline.yml', '.github/workflows/comment.yml']
const step = (command: string, more = '') =>
  `    steps: [{ uses: plumbline-ml/plumbline@v0.1.0, with: { command: ${command}${more} } }]\n`

/** The run of a pull request that is to be commented. */
const checked = (permissions = 'contents: read', name = 'Plumbline') =>
  parseWorkflowFile(
    path,
    `name: ${name}\non: pull_request\njobs:\n  judge:\n    permissions: { ${permissions} }\n${step('run', ', comment: true')}`,
  )
/** The workflow that does it where that run may not. */
const comments = (waitsFor = 'Plumbline', more = '', event = 'workflow_run') =>
  parseWorkflowFile(
    commentPath,
    `on: { ${event}: { workflows: [${waitsFor}], types: [completed] } }\njobs:\n  comment:\n${step('comment', more)}`,
  )
const judged = (files: Parameters<typeof judgeComments>[0]['files'], isPrivate = false) => {
  const { state, found } = judgeComments({ files, repository: { isPrivate } })
  return `${state}: ${found}`
}
const mayWrite = 'contents: read, pull-requests: write'

describe('judgeComments()', () => {
  test('is content where nobody asks for a comment, or somebody writes it', () => {
    expect(judged([])).toBe('ok: no run of a pull request has comment: true')
    expect(judged([comments()])).toBe('ok: no run of a pull request has comment: true')
    expect(judged([checked(), comments()])).toBe(`ok: ${path}: reported by ${commentPath}`)
    expect(judged([checked(), comments('Other, Plumbline', `, workflow: ${path}`)], true)).toMatch(/^ok: /)
    expect(judged([checked(mayWrite)], true)).toBe('ok: runs of this repository comment themselves; forks’ do not')
  })

  test.each([
    ['nobody comments', [checked()], /its runs may not comment, and no workflow runs comment$/],
    ['only the run itself may', [checked(mayWrite)], /runs of forks and of Dependabot may not comment/],
    ['another event starts it', [checked(), comments('Plumbline', '', 'push')], /no workflow runs comment$/],
    [
      'it waits for another name',
      [checked(), comments('Checks')],
      /comment\.yml does not wait for "Plumbline", the name of/,
    ],
    ['the workflow was renamed', [checked('contents: read', 'CI'), comments()], /does not wait for "CI"/],
    [
      'it reports another file',
      [checked(), comments('Plumbline', ', workflow: .github/workflows/ci.yml')],
      /reports \.github\/workflows\/ci\.yml, and not \.github\/workflows\/plumbline\.yml$/,
    ],
  ])('says that %s', (_, files, said) => {
    expect(judged(files)).toMatch(/^wrong: /)
    expect(judged(files)).toMatch(said)
  })
})
