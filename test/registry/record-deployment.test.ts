import { describe, expect, test } from 'vitest'

import type { LedgerRecord } from '../../action/registry/ledger-record.ts'
import { firstDeployedMs } from '../../action/registry/record-deployment.ts'

const tag = 'parcels-v2-g22222222-dbbbbbbbb'
const place = { model: 'parcels', environment: 'production', tag }

function deployed(at: string, body: LedgerRecord['body'], model = 'parcels', kind: LedgerRecord['kind'] = 'deployed') {
  const whole = { environment: 'production', stable: 'parcels-v1-g11111111-daaaaaaaa', candidate: null, ...body }
  return { schema: 'plumbline/ledger/v1', seq: 1, previous: null, kind, model, at, actor: 'ada', body: whole } as const
}

describe('firstDeployedMs()', () => {
  test('is when a release was first given a share in an environment', () => {
    const records = [
      deployed('2025-01-01T00:00:00Z', {}),
      deployed('2025-01-02T00:00:00Z', { candidate: tag, environment: 'staging' }),
      deployed('2025-01-03T00:00:00Z', { candidate: tag }, 'quotes'),
      deployed('soon', { candidate: tag }),
      deployed('2025-01-05T00:00:00Z', { candidate: tag }),
      deployed('2025-01-06T00:00:00Z', { stable: tag }),
    ]
    expect(firstDeployedMs(records, place)).toBe(Date.UTC(2025, 0, 5))
    expect(firstDeployedMs(records.slice(-1), place)).toBe(Date.UTC(2025, 0, 6))
    expect(firstDeployedMs(records.slice(0, 4), place)).toBeUndefined()
  })
})
