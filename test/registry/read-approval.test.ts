import { describe, expect, test } from 'vitest'

import { approvalBody, readApprovalBody } from '../../action/registry/read-approval.ts'

const merged = {
  kind: 'merged',
  by: 'ada',
  at: '2025-03-04T06:00:00Z',
  pull: 41,
  url: 'https://github.com/acme/parcels/pull/41',
  approvers: [{ by: 'grace', at: '2025-03-04T05:30:00Z' }],
} as const

describe('readApprovalBody()', () => {
  test('reads what approvalBody() keeps, which is nothing of what was not seen', () => {
    expect(readApprovalBody(approvalBody(merged))).toEqual(merged)
    expect(readApprovalBody(approvalBody({ kind: 'none' }))).toEqual({ kind: 'none' })
    expect(approvalBody({ kind: 'cannot see' })).toBeUndefined()
    expect(approvalBody({ kind: 'not asked' })).toBeUndefined()
  })

  test.each([
    [undefined],
    [null],
    ['ada'],
    [[]],
    [{ kind: 'cannot see' }],
    [{ ...merged, by: 7 }],
    [{ ...merged, pull: '41' }],
    [{ ...merged, approvers: 'grace' }],
  ])('takes %j for a record that tells none', (value) => {
    expect(readApprovalBody(value)).toBeUndefined()
  })

  test('leaves out an approver that is none', () => {
    const approvers = [null, 'eve', { by: 'eve' }, ...merged.approvers, { by: 1, at: 2 }]
    expect(readApprovalBody({ ...merged, approvers })).toEqual(merged)
  })
})
