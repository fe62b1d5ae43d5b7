import { canonicalJson } from '../base/canonical-json.ts'

/** What Plumbline leaves, unseen, in the text of its pull request or issue: what it wrote there, so that edits show. */
export interface ProposalMark {
  readonly model: string
  /** Of the proposed data. */
  readonly digest: string
  readonly generation: number
  /** The commit that Plumbline wrote, 40 digits. */
  readonly commit: string
  /** Git's name of the proposed lock, and of the one on the base that it replaces; null where there was none. */
  readonly lock: string
  readonly base: string | null
  /** Newest event time of the proposed data. */
  readonly until: string | null
  /** A person asked for it, so that no trigger can take its reason away. */
  readonly isForced: boolean
  /** SHA-256 of the text above the mark as Plumbline wrote it. */
  readonly text: string
  /** The workflow run of that commit whose judgement the text tells; absent where it tells none. */
  readonly judged?: number
}

const pattern = /<!-- plumbline retrain (\{.*?\}) -->/g

/** The mark as an HTML comment; nothing in it can end the comment. */
export function formatMark(mark: ProposalMark): string {
  return `<!-- plumbline retrain ${canonicalJson({ ...mark })
    .replaceAll('-', '\\u002d')
    .trim()} -->`
}

/** The last mark of a text; undefined where there is none of this model that can be read. */
export function readMark(body: string, model: string): ProposalMark | undefined {
  const marks = [...body.matchAll(pattern)].flatMap(([, json = '']) => parse(json) ?? [])
  return marks.findLast((mark) => mark.model === model)
}

/** The text without its marks, as `text` of a mark is the digest of. */
export function textOf(body: string): string {
  return body.replaceAll('\r\n', '\n').replace(pattern, '').trimEnd()
}

/** The same text with another mark. */
export function withMark(text: string, mark: ProposalMark): string {
  return `${textOf(text)}\n\n${formatMark(mark)}\n`
}

/** `plumbline/retrain/<model>`, and `plumbline/retrain/<model>.2` after a first one was closed. */
export function branchOf(model: string, generation: number): string {
  return `plumbline/retrain/${model}${generation === 1 ? '' : `.${generation}`}`
}

/** Undefined where the branch is not one of the model's. */
export function generationOf(model: string, branch: string): number | undefined {
  const [, generation] = /^plumbline\/retrain\/[a-z0-9-]+(?:\.([1-9]\d{0,5}))?$/.exec(branch) ?? []
  const number = generation === undefined ? 1 : Number(generation)
  return branchOf(model, number) === branch ? number : undefined
}

function parse(json: string): ProposalMark | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined
  }
  return parseMark(value)
}

/** From what the ledger has of it; undefined where it is none. */
export function parseMark(value: unknown): ProposalMark | undefined {
  return isMark(value) ? value : undefined
}

function isMark(value: unknown): value is ProposalMark {
  if (typeof value !== 'object' || value === null) return false
  const fields: Partial<Record<keyof ProposalMark, unknown>> = value
  const isSha = (text: unknown, digits: number) =>
    typeof text === 'string' && new RegExp(`^[0-9a-f]{${digits}}$`).test(text)
  return (
    typeof fields.model === 'string' &&
    isSha(fields.digest, 64) &&
    Number.isSafeInteger(fields.generation) &&
    isSha(fields.commit, 40) &&
    isSha(fields.lock, 40) &&
    (fields.base === null || isSha(fields.base, 40)) &&
    (fields.until === null || typeof fields.until === 'string') &&
    typeof fields.isForced === 'boolean' &&
    (fields.judged === undefined || Number.isSafeInteger(fields.judged)) &&
    isSha(fields.text, 64)
  )
}
