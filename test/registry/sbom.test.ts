import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'

import { billOfMaterials } from '../../action/registry/sbom.ts'
import { runRecord } from '../support/candidate.ts'

/** CycloneDX's own schemas, as its library brings them. */
function cycloneDx() {
  const entry = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')
  const read = (name: string) =>
    JSON.parse(readFileSync(join(dirname(entry), 'res/schema', `${name}.SNAPSHOT.schema.json`), 'utf8')) as object
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addFormat('idn-email', true).addFormat('iri-reference', true)
  ajv.addSchema(read('spdx'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json')
  ajv.addSchema(read('jsf-0.82'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json')
  return ajv.compile(read('bom-1.6'))
}

const isBill = cycloneDx()
const starter = readFileSync(new URL('../../template/requirements.txt', import.meta.url), 'utf8')
const [one, other] = ['a'.repeat(64), 'b'.repeat(64)]

describe('billOfMaterials()', () => {
  test.each<[string, Parameters<typeof billOfMaterials>]>([
    ['the starter’s environment', [runRecord(), 12, starter]],
    [
      'no environment',
      [runRecord({ environment: { requirements: null, packages: 0, python: null, system: 'x' } }), 1, null],
    ],
    [
      'containers',
      [
        runRecord({
          environment: {
            ...runRecord().environment,
            containers: {
              train: `registry.example.org:5000/team/cuda:12@sha256:${one}`,
              predict: `cuda@sha256:${other}`,
            },
          },
        }),
        3,
        null,
      ],
    ],
    [
      'odd names',
      [
        runRecord(),
        2,
        `Zope.Interface[test]==1.0+cpu ; python_version > "3" --hash=sha256:${one}\nx @ https://example.org/x.whl --hash=sha256:${other}`,
      ],
    ],
  ])('is what CycloneDX 1.6 asks for, of %s', (_, subject) => {
    const bill = JSON.parse(billOfMaterials(...subject))
    expect(isBill(bill) ? [] : isBill.errors).toEqual([])
    expect(isBill({ ...bill, specVersion: 16 })).toBe(false)
  })

  test('names each package of the lock by purl, with its hashes, and nothing of a machine', () => {
    const text = billOfMaterials(runRecord(), 12, starter)
    expect(billOfMaterials(runRecord(), 12, starter)).toBe(text)
    const { components } = JSON.parse(text)
    const pinned = [...starter.matchAll(/^([A-Za-z0-9._-]+)==/gm)].map(([, name]) => name)
    expect(pinned.length).toBeGreaterThan(3)
    expect(components.map(({ name }: { name: string }) => name)).toEqual(['python', ...pinned])
    const all = components.flatMap(({ hashes = [] }: { hashes?: { content: string }[] }) =>
      hashes.map(({ content }) => content),
    )
    expect(all).toEqual([...starter.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(([, digest]) => digest))
    expect(components.find(({ name }: { name: string }) => name === 'skops')?.purl).toMatch(/^pkg:pypi\/skops@\d/)
  })

  test('normalizes names and escapes versions in a purl, and names no registry', () => {
    const text = billOfMaterials(
      runRecord({
        environment: {
          ...runRecord().environment,
          containers: { train: `registry.example.org:5000/team/cuda:12@sha256:${one}` },
        },
      }),
      2,
      `Zope.Interface[test]==1.0+cpu ; python_version > "3" --hash=sha256:${other}`,
    )
    expect(text).toContain('"purl":"pkg:pypi/zope-interface@1.0%2Bcpu"')
    expect(JSON.parse(text).components).toContainEqual(
      expect.objectContaining({ scope: 'optional', properties: [{ name: 'marker', value: 'python_version > "3"' }] }),
    )
    expect(text).toContain('"name":"cuda"')
    expect(text).not.toContain('example.org')
  })
})
