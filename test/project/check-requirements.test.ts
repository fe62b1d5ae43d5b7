import { describe, expect, test } from 'vitest'

import { checkRequirements, countPackages } from '../../action/project/check-requirements.ts'

const hash = `--hash=sha256:${'0'.repeat(64)}`
const codes = (text: string) => checkRequirements('requirements.txt', text).map(({ code, line }) => `${code} ${line}`)

describe('checkRequirements()', () => {
  test.each([
    ['nothing', ''],
    ['prose', '# made by uv\n\n   # indented\n'],
    ['a package over two lines', `six==1.16.0 \\\n    ${hash}\n`],
    ['the line ends of Windows and a byte-order mark', `\uFEFFsix==1.16.0 \\\r\n    ${hash}\r\n`],
    ['markers and extras', `uvicorn[standard]==0.30 ; python_version >= "3.10" ${hash}\n`],
    ['a URL, with a fragment', `six @ https://host/six.whl#egg=six ${hash}\n`],
    ['options on where packages are', '--index-url https://host/simple\n-f https://host/links\n--only-binary :all:\n'],
  ])('takes %s', (_, text) => {
    expect(codes(text)).toEqual([])
  })

  test('names every package without a hash, with its line', () => {
    const text = `# two\nsix==1.16.0\nnumpy==2.0 ${hash}\n  pandas==2.2 \\\n  ; python_version > "3"  # why\n`

    expect(codes(text)).toEqual(['requirements/unhashed 2', 'requirements/unhashed 4'])
    expect(checkRequirements('requirements.txt', text)[1]?.message).toMatch(/^Cannot install "pandas==2.2"/)
  })

  test.each(['--no-binary :all:', '-r other.txt', '-e .', '--constraint=other.txt', '  -c other.txt'])(
    'refuses %s, which brings in what no hash covers',
    (line) => {
      expect(codes(`${line}\n`)).toEqual(['requirements/option 1'])
    },
  )

  test.each([
    `./six.whl ${hash}`,
    `wheels/six.whl ${hash}`,
    `six-1.16.0-py3-none-any.whl ${hash}`,
    '--find-links wheels',
    '-f=./wheels',
  ])('refuses %s, which is not where the environment is built', (line) => {
    expect(codes(line)).toEqual(['requirements/relative 1'])
  })
})

test('countPackages() counts pinned packages, not their hashes nor options', () => {
  expect(countPackages(`--pre\n# made by uv\na==1 \\\n    ${hash}\n  b==2 \\\n    ${hash}\n`)).toBe(2)
})
