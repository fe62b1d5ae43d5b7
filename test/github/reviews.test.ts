import { describe, expect, test } from 'vitest'

import { openGitHubClient } from '../../action/github/client.ts'
import { approversOf, listReviews, type Review } from '../../action/github/reviews.ts'
import { commitFile } from '../support/branches.ts'
import { caller, testGitHub } from '../support/local-github.ts'

const head = 'a'.repeat(40)
let minute = 0
const said = (by: string, verdict: Review['verdict'], change: Partial<Review> = {}): Review => ({
  by,
  verdict,
  head,
  at: new Date(60_000 * minute++).toISOString(),
  ...change,
})

describe('approversOf()', () => {
  test.each<readonly [string, readonly Review[], readonly string[]]>([
    ['nobody', [], []],
    [
      'each once, by their last yes',
      [said('ada', 'approved'), said('bob', 'approved'), said('ada', 'approved')],
      ['bob', 'ada'],
    ],
    ['not who said no later', [said('ada', 'approved'), said('ada', 'changes requested')], []],
    ['who came round', [said('ada', 'changes requested'), said('ada', 'approved')], ['ada']],
    ['who only added words', [said('ada', 'approved'), said('ada', 'commented')], ['ada']],
    ['not whose yes was dismissed', [said('ada', 'dismissed'), said('bob', 'approved')], ['bob']],
    ['not who approved an earlier head', [said('ada', 'approved', { head: 'b'.repeat(40) })], []],
    ['not who approved what GitHub knows no more', [said('ada', 'approved', { head: null })], []],
  ])('names %s', (_, reviews, expected) => {
    expect(approversOf(reviews, head).map(({ by }) => by)).toEqual(expected)
  })

  test('takes no yes, and no no, that came after the merge', () => {
    const [yes, no, late] = [said('ada', 'approved'), said('ada', 'changes requested'), said('bob', 'approved')]
    expect(approversOf([yes, no, late], head, yes.at)).toEqual([{ by: 'ada', at: yes.at }])
  })
})

describe('listReviews()', () => {
  test('reads them all, page by page, and none where the pull request is no more', async () => {
    await using github = await testGitHub()
    const sha = await commitFile(github, 'retrain', { 'a.txt': 'a\n' })
    await github.call('POST', '/pulls', { title: 'Retrain', head: 'retrain', base: 'main' })
    const token = await github.issueToken({ kind: 'user', login: 'grace', role: 'write' })
    const grace = caller(github, token)
    for (let more = 0; more < 101; more++)
      await grace('POST', '/pulls/1/reviews', { event: 'COMMENT', body: `${more}` })
    await grace('POST', '/pulls/1/reviews', { event: 'APPROVE' })
    const client = await openGitHubClient(github)
    const reviews = await listReviews(client, 1)
    expect(reviews).toHaveLength(102)
    expect(reviews.at(-1)).toMatchObject({ by: 'grace', verdict: 'approved', head: sha })
    expect(await listReviews(client, 9)).toEqual([])
  })
})
