import { describe, expect, test } from 'vitest'

import { maskConnection } from '../../../action/data/sources/mask-connection.ts'

describe('maskConnection', () => {
  test.each([
    ['postgresql://ada:p%40ss-word@db.example:5432/shop', 'failed for p%40ss-word, p@ss-word', 'failed for ***, ***'],
    ['postgresql://ada:p@ss@db.example/shop', 'at "postgresql://ada:p@ss@db.example/shop": p@ss', 'at "***": ***'],
    ["host=db user=ada password='it\\'s me' dbname=shop", "no it's me", 'no ***'],
    ['host=db password=secret dbname=shop', 'secret and host=db password=secret dbname=shop', '*** and ***'],
    ['postgresql://db.example/shop?user=a&password=secret', 'as secret', 'as ***'],
    ['host=/tmp dbname=shop', 'could not connect', 'could not connect'],
  ])('hides %s in %s', (connection, text, masked) => {
    expect(maskConnection(text, connection)).toBe(masked)
  })
})
