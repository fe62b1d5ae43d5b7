import { canonicalJson, type Json } from '../base/canonical-json.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import { type Finding, short } from './verification.ts'

/** What a statement says of a release, as far as the rest must agree with it. */
export interface Stated {
  readonly model: string
  readonly version: number
  readonly runKey: string
  readonly commit: string
  readonly dataDigest: string
  /** As its parts make it. */
  readonly tag: string
}

const name = 'provenance.intoto.json'

/** Reads a statement; undefined, with findings, where it has not the shape of one of ours. */
export function readStatement(text: string): { readonly stated?: Stated; readonly findings: readonly Finding[] } {
  let statement: unknown
  try {
    statement = JSON.parse(text)
  } catch {
    return { findings: [found(name, 'it is no JSON')] }
  }
  const at = (...path: readonly (string | number)[]) => valueAt(statement, path)
  const types = [
    ['_type', 'https://in-toto.io/Statement/v1'],
    ['predicateType', 'https://slsa.dev/provenance/v1'],
  ] as const
  const findings = types
    .filter(([key, type]) => at(key) !== type)
    .map(([key, type]) => found(name, `${key} is ${JSON.stringify(at(key))}; expected ${type}`))
  if (findings.length > 0) return { findings }
  if (`${canonicalJson(statement as Json)}\n` !== text)
    return { findings: [found(name, 'it is not in canonical JSON')] }
  const external = (key: string) => at('predicate', 'buildDefinition', 'externalParameters', key)
  const [model, version] = [external('model'), external('version')]
  const runKey = at('predicate', 'buildDefinition', 'internalParameters', 'runKey')
  const commit = dependency(statement, (uri) => uri.startsWith('pkg:github/'), 'gitCommit')
  const dataDigest = dependency(statement, (uri) => uri === 'data.lock.yaml', 'sha256')
  const isWhole =
    typeof model === 'string' &&
    typeof version === 'number' &&
    typeof runKey === 'string' &&
    commit !== undefined &&
    dataDigest !== undefined
  if (!isWhole) return { findings: [found(name, 'it names no model, version, run, commit or data')] }
  const tag = `${model}-v${version}-g${commit.slice(0, 8)}-d${dataDigest.slice(0, 8)}`
  return { stated: { model, version, runKey, commit, dataDigest, tag }, findings }
}

/** What is here of a release. */
export interface HeldFiles {
  /** Name → SHA-256. */
  readonly digests: ReadonlyMap<string, string>
  /** Assets that need not be here, as the files that they are parts of are. */
  readonly inFile: ReadonlySet<string>
}

/** What a statement says of files and of the run, against the files and `run.json`. */
export function verifyStatement(text: string, held: HeldFiles, run: RunRecord | undefined): readonly Finding[] {
  const statement: unknown = JSON.parse(text)
  return [...verifySubjects(statement, held), ...(run ? verifyRun(statement, run) : [])]
}

function verifySubjects(statement: unknown, { digests, inFile }: HeldFiles): readonly Finding[] {
  const subjects = new Map<string, string>()
  for (const subject of listAt(statement, ['subject'])) {
    const [file, digest] = [valueAt(subject, ['name']), valueAt(subject, ['digest', 'sha256'])]
    if (typeof file === 'string' && typeof digest === 'string') subjects.set(file, digest)
  }
  const wrong = [...subjects].flatMap(([file, digest]) => {
    const here = digests.get(file)
    if (here === digest || (here === undefined && inFile.has(file))) return []
    return [found(file, `sha256 ${short(here)} here, ${short(digest)} in ${name}`)]
  })
  const own = new Set([name, 'sums.txt'])
  const unnamed = [...digests.keys()].filter((file) => !own.has(file) && !subjects.has(file))
  return [...wrong, ...unnamed.map((file) => found(file, `${name} does not name it`))]
}

function verifyRun(statement: unknown, run: RunRecord): readonly Finding[] {
  const definition = ['predicate', 'buildDefinition'] as const
  const { python, system, requirements } = run.environment
  const stages = run.stages.map(({ name: stage, key, cacheKey }) => ({ name: stage, key, cacheKey }))
  const facts: readonly (readonly [path: readonly string[], expected: unknown])[] = [
    [[...definition, 'externalParameters', 'model'], run.model],
    [[...definition, 'externalParameters', 'params'], run.params],
    [[...definition, 'externalParameters', 'seed'], run.seed],
    [[...definition, 'externalParameters', 'trigger'], run.trigger],
    [[...definition, 'internalParameters', 'runKey'], run.runKey],
    [[...definition, 'internalParameters', 'stages'], stages],
    [[...definition, 'internalParameters', 'python'], python],
    [[...definition, 'internalParameters', 'system'], system],
    [['predicate', 'runDetails', 'metadata', 'startedOn'], run.startedAt],
    [['predicate', 'runDetails', 'metadata', 'finishedOn'], run.finishedAt],
  ]
  const wrong = facts
    .filter(([path, expected]) => worded(valueAt(statement, path)) !== worded(expected))
    .map(([path]) => found(name, `its ${path.at(-1)} is another than that of run.json`))
  const named = dependency(statement, (uri) => uri === 'data.lock.yaml', 'sha256')
  if (named !== run.data.digest) wrong.push(found(name, 'its data is another than that of run.json'))
  const locked = dependency(statement, (uri) => uri === 'requirements', 'sha256') ?? null
  if (locked !== requirements) wrong.push(found(name, 'its requirements are others than those of run.json'))
  return wrong
}

/** The digest of what a statement says was used; `isMeant` looks at its address, else its name. */
function dependency(statement: unknown, isMeant: (name: string) => boolean, kind: string): string | undefined {
  const all = listAt(statement, ['predicate', 'buildDefinition', 'resolvedDependencies'])
  const meant = all.find((one) => {
    const called = valueAt(one, ['uri']) ?? valueAt(one, ['name'])
    return typeof called === 'string' && isMeant(called)
  })
  const digest = valueAt(meant, ['digest', kind])
  return typeof digest === 'string' ? digest : undefined
}

function worded(value: unknown): string {
  return canonicalJson(JSON.parse(JSON.stringify(value ?? null)) as Json)
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Readonly<Record<string | number, unknown>>)[key]
  }
  return at
}

function listAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const list: unknown = valueAt(value, path)
  return Array.isArray(list) ? list : []
}

function found(subject: string, problem: string): Finding {
  return { check: 'provenance', subject, problem }
}
