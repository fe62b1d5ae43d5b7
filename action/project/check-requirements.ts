import type { Diagnostic } from '../base/diagnostic.ts'

interface Requirement {
  /** Without comments, continued lines joined. */
  readonly text: string
  /** 1-based, of its first line. */
  readonly line: number
}

const foreign = /^(--no-binary|--requirement|--constraint|--editable|-[rce])(?![\w-])/
const places = /^(?:--find-links|-f)[\s=]*(.*)$/

/** What keeps a requirements file from naming the very bytes of every package: each with its line. */
export function checkRequirements(file: string, text: string): readonly Diagnostic[] {
  return listRequirements(text).flatMap(({ text: requirement, line }) => {
    const found = checkOne(requirement)
    const remedy = `${found?.remedy ?? 'Lock it'}: uv pip compile --generate-hashes requirements.in -o ${file}`
    return found === undefined ? [] : [{ code: found.code, file, line, column: 1, message: found.message, remedy }]
  })
}

/** Number of packages that a requirements file pins. */
export function countPackages(text: string): number {
  return listRequirements(text).filter(({ text: requirement }) => !requirement.startsWith('-')).length
}

function checkOne(text: string): (Pick<Diagnostic, 'code' | 'message'> & { readonly remedy?: string }) | undefined {
  const option = foreign.exec(text)?.[1]
  if (option !== undefined) {
    const message = `Cannot install with the option ${option}: it brings in what no hash covers; expected wheels by their hashes, all in this file`
    return { code: 'requirements/option', message, remedy: 'Lock it without' }
  }
  const folder = places.exec(text)?.[1]
  if (folder !== undefined && isRelative(folder)) return besideFile(folder)
  if (text.startsWith('-')) return undefined
  const name = text.split(/[\s;]/)[0] ?? text
  if (isRelative(name) && /[/\\]|\.(whl|tar\.gz|zip)$/.test(name)) return besideFile(name)
  if (text.includes('--hash=')) return undefined
  const message = `Cannot install "${name}": it has no hash; expected --hash=sha256:…`
  return { code: 'requirements/unhashed', message }
}

function besideFile(path: string) {
  const message = `Cannot install from "${path}": environments are built in a folder of their own, where it is not; expected packages of an index, or a URL`
  return { code: 'requirements/relative', message, remedy: 'Lock it without' }
}

/** `./a.whl`, `wheels/`: neither a URL nor an absolute path nor a package of an index. */
function isRelative(place: string): boolean {
  return !/^([a-z][a-z0-9+.-]*:|[/\\]|[A-Za-z]:[/\\])/i.test(place)
}

/** The logical lines that are neither empty nor a comment. */
function listRequirements(text: string): readonly Requirement[] {
  const found: Requirement[] = []
  let open: Requirement | undefined
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const isContinued = raw.endsWith('\\')
    const part = (isContinued ? raw.slice(0, -1) : raw).replace(/(^|\s)#.*$/, '').trim()
    open = { text: `${open?.text ?? ''} ${part}`.trim(), line: open?.line ?? index + 1 }
    if (isContinued) continue
    found.push(open)
    open = undefined
  }
  return [...found, ...(open ? [open] : [])].filter(({ text: requirement }) => requirement !== '')
}

/** A package as a requirements file pins it. */
export interface PinnedPackage {
  readonly name: string
  /** Null where it is named by an address alone. */
  readonly version: string | null
  /** For which systems and interpreters alone; null for all. */
  readonly marker: string | null
  /** SHA-256 of each file that may be installed for it. */
  readonly sha256: readonly string[]
}

/** The packages of a requirements file in its order, extras left out. */
export function pinnedPackages(text: string): readonly PinnedPackage[] {
  return listRequirements(text)
    .filter(({ text: requirement }) => !requirement.startsWith('-'))
    .map(({ text: requirement }) => {
      const [, name, version] = /^([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*(?:===?\s*([^\s;,]+))?/.exec(requirement) ?? []
      const hashes = [...requirement.matchAll(/--hash=sha256:([0-9a-f]{64})\b/g)].map(([, digest = '']) => digest)
      const marker = /;\s*(.*?)\s*(?:--hash=|$)/.exec(requirement)?.[1] ?? ''
      return {
        marker: marker === '' ? null : marker,
        name: name ?? requirement.split(/[\s;]/)[0] ?? '',
        version: version ?? null,
        sha256: hashes,
      }
    })
}
