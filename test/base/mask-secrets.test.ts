import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { maskText, maskValue, textsToMask } from '../../action/base/mask-secrets.ts'

const secret = 'p@ss/wörd "5" <&\'+'

describe('textsToMask()', () => {
  test.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ secret })],
    ['in JSON of letters and digits alone', JSON.stringify({ secret }).replace('ö', '\\u00f6')],
    ['in JSON with escaped slashes', JSON.stringify({ secret }).replaceAll('/', '\\/')],
    ['in an address', `https://me:${encodeURIComponent(secret)}@host`],
    ['in a form', String(new URLSearchParams({ secret }))],
    ['in an address of small letters', encodeURIComponent(secret).toLowerCase().replace('%c3%b6', '%c3%b6')],
    [
      'in HTML',
      secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    ],
    ['as hexadecimal digits', Buffer.from(secret).toString('hex')],
    ['as base64', Buffer.from(secret).toString('base64')],
    ['as base64 for addresses', Buffer.from(secret).toString('base64url')],
    ['inside base64', Buffer.from(`user:${secret}\n`).toString('base64')],
  ])('hides a secret %s', (_, said) => {
    const shown = maskText(said, textsToMask([secret]))

    expect(shown).toContain('***')
    for (const part of ['wörd', 'w\\u00f6rd', 'w%C3%B6rd', 'w%c3%b6rd', '5b6c3']) expect(shown).not.toContain(part)
    const decoded = Buffer.from(shown.replace(/^.*\*\*\*/, ''), 'base64').toString()
    expect(decoded).not.toContain('rd "5"')
  })

  test('hides each line of a long base64, as programs break it', () => {
    const key = Array.from({ length: 6 }, (_, i) => `line ${i} of a private key that is long`).join('\n')
    const lines =
      Buffer.from(key)
        .toString('base64')
        .match(/.{1,76}/g) ?? []

    for (const line of lines) expect(maskText(line, textsToMask([key]))).toBe('***')
  })

  test('hides any secret in the middle of any bytes, as base64', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), fc.string(), fc.string(), (hidden, before, after) => {
        fc.pre(hidden.trim() === hidden && !/[\r\n\u2028\u2029]/.test(hidden))
        const said = Buffer.from(before + hidden + after).toString('base64')

        expect(maskText(said, textsToMask([hidden]))).toContain('***')
      }),
    )
  })

  test('leaves what is too short to hide', () => {
    expect(textsToMask(['abc', ' \n}\n'])).toEqual([])
  })
})

describe('maskValue()', () => {
  test('hides in every text of a value, and keeps its shape, its numbers and its digests', () => {
    const digest = `${'ab'.repeat(30)}1234`
    const value = { a: ['x 1234', { b: null, c: 1234 }], 1234: digest, when: new Date(0) }

    expect(maskValue(value, ['1234'])).toEqual({ ...value, a: ['x ***', { b: null, c: 1234 }] })
    expect(maskValue(digest, [digest])).toBe('***')
  })
})
