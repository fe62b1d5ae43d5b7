import { canonicalJson } from '../base/canonical-json.ts'
import { sha256 } from '../base/sha256.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import { type PinnedPackage, pinnedPackages } from '../project/check-requirements.ts'

/**
 * What a model's environment is made of, as CycloneDX 1.6 in canonical JSON: the packages of the hashed requirements (null
 * without any), the interpreter, containers. Nothing of the machine or the time is in it: who makes
 * the same model again gets the same bytes, and run.json tells of the times.
 */
export function billOfMaterials(run: RunRecord, version: number, requirements: string | null): string {
  const { python, containers = {} } = run.environment
  const model = `${run.model}-v${version}`
  const parts = [
    ...(python === null ? [] : [interpreter(python)]),
    ...(requirements === null ? [] : pinnedPackages(requirements).map(packageOf)),
    ...Object.entries(containers).map(([stage, image]) => containerOf(stage, image)),
  ]
  // The same image may be that of several stages.
  const components = [...new Map(parts.map((part) => [part['bom-ref'], part])).values()]
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    serialNumber: `urn:uuid:${uuidOf(sha256(`${run.runKey} ${version}`))}`,
    metadata: {
      component: { type: 'machine-learning-model', name: run.model, version: String(version), 'bom-ref': model },
    },
    components,
    dependencies: [{ ref: model, dependsOn: components.map((component) => component['bom-ref']) }],
  }
  return `${canonicalJson(bill)}\n`
}

function packageOf({ name, version, marker, sha256: digests }: PinnedPackage) {
  // As the purl specification writes names of PyPI.
  const normal = name.toLowerCase().replace(/[-_.]+/g, '-')
  const purl = `pkg:pypi/${encodeURIComponent(normal)}${version === null ? '' : `@${encodeURIComponent(version)}`}`
  return {
    type: 'library',
    name,
    ...(version !== null && { version }),
    purl,
    'bom-ref': purl,
    // The lock is of several systems; which of its lines were installed is the installer's to say.
    ...(marker !== null && { scope: 'optional', properties: [{ name: 'marker', value: marker }] }),
    ...(digests.length > 0 && { hashes: digests.map((content) => ({ alg: 'SHA-256', content })) }),
  }
}

function interpreter(version: string) {
  const purl = `pkg:generic/python@${encodeURIComponent(version)}`
  return { type: 'platform', name: 'python', version, purl, 'bom-ref': purl }
}

/** The image's own name, without the registry that it came from. */
function containerOf(stage: string, image: string) {
  const [place = '', digest = ''] = image.split('@sha256:')
  const name = (place.split('/').at(-1) ?? '').replace(/:[^:]*$/, '') || stage
  const isDigest = /^[0-9a-f]{64}$/.test(digest)
  return {
    type: 'container',
    name,
    'bom-ref': `container:${name}@${digest}`,
    ...(isDigest && { hashes: [{ alg: 'SHA-256', content: digest }] }),
  }
}

/** A UUID of a content's own (version 8 of RFC 9562). */
function uuidOf(digest: string): string {
  const [a, b, c, d, e] = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(13, 16),
    digest.slice(17, 20),
    digest.slice(20, 32),
  ]
  return `${a}-${b}-8${c}-8${d}-${e}`
}
