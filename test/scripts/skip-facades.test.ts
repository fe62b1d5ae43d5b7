import { describe, expect, it } from 'vitest'

import { skipFacades } from '../../scripts/skip-facades.mjs'

const chunk = (fileName: string, code: string) => ({ fileName, code, isEntry: !fileName.startsWith('chunks/') })
const facade = 'import { a as one, b } from "./many-1.js";\n\nexport { one as first, b, one as default };'

describe('skipFacades()', () => {
  it('asks the chunk itself, from the folder of entries and from that of chunks', () => {
    const kept = skipFacades([
      chunk('cli.js', 'const { first } = await import("./chunks/thin-2.js");'),
      chunk('chunks/other-3.js', 'import("./thin-2.js").then(go); import("./many-1.js")'),
      chunk('chunks/thin-2.js', facade),
      chunk('chunks/many-1.js', 'export { a, b };'),
    ])
    const asked = '.then((m) => ({ first: m.a, b: m.b, default: m.a }))'
    expect(Object.fromEntries(kept)).toEqual({
      'cli.js': `const { first } = await import("./chunks/many-1.js")${asked};`,
      'chunks/other-3.js': `import("./many-1.js")${asked}.then(go); import("./many-1.js")`,
      'chunks/many-1.js': 'export { a, b };',
    })
  })

  it.each([
    ['an entry', chunk('main.js', facade.replace('./many', './chunks/many'))],
    ['what does more than hand on', chunk('chunks/thin-2.js', `${facade}\nstart();`)],
    ['what hands on from two', chunk('chunks/thin-2.js', `import { c } from "./few-4.js";\n${facade}`)],
  ])('keeps %s', (_, kept) => {
    expect([...skipFacades([kept])]).toEqual([[kept.fileName, kept.code]])
  })
})
