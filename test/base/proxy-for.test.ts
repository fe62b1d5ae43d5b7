import { describe, expect, test } from 'vitest'

import { proxyFor } from '../../action/base/proxy-for.ts'

const proxy = 'http://proxy.example:3128'

describe('proxyFor', () => {
  test.each<[address: string, environment: Record<string, string>, proxy: string | undefined]>([
    ['https://a.example', {}, undefined],
    ['https://a.example', { HTTPS_PROXY: proxy }, proxy],
    ['https://a.example', { https_proxy: proxy, HTTPS_PROXY: '' }, proxy],
    ['https://a.example', { HTTP_PROXY: proxy }, undefined],
    ['http://a.example', { HTTP_PROXY: proxy }, proxy],
    ['https://a.example', { ALL_PROXY: proxy }, proxy],
    ['https://a.example', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, undefined],
    ['https://a.example', { HTTPS_PROXY: proxy, no_proxy: 'b.example, example' }, undefined],
    ['https://a.example', { HTTPS_PROXY: proxy, NO_PROXY: '.a.example' }, undefined],
    ['https://a.example', { HTTPS_PROXY: proxy, NO_PROXY: 'xa.example' }, proxy],
    ['https://a.example:8443', { HTTPS_PROXY: proxy, NO_PROXY: 'a.example:443' }, proxy],
    ['https://a.example', { HTTPS_PROXY: proxy, NO_PROXY: 'a.example:443' }, undefined],
    ['http://127.0.0.1:9000', { HTTP_PROXY: proxy, NO_PROXY: '127.0.0.1' }, undefined],
  ])('reaches %s with %j by %s', (address, environment, expected) => {
    expect(proxyFor(new URL(address), environment)).toBe(expected)
  })
})
