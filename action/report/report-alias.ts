import type { AliasChange } from '../registry/set-alias.ts'
import { markdownCode, markdownText } from './markdown.ts'
import type { Report } from './report.ts'
import { plainText } from './terminal.ts'

export interface AliasResult extends AliasChange {
  /** The repository, as `acme/parcels`. */
  readonly where: { readonly isEmbedded: boolean; readonly name: string }
}

export function reportAlias({ model, name, tag, was, isNew, where }: AliasResult): Report {
  const verdict = !isNew ? 'UNCHANGED' : tag === null ? 'REMOVED' : was === null ? 'SET' : 'MOVED'
  const before = isNew && was !== null ? `, was ${was}` : ''
  const full = `${model}@${name}`
  const place = where.isEmbedded ? 'the embedded GitHub' : where.name
  return {
    text: `${verdict}  ${plainText(`${full} → ${tag ?? 'nothing'}${before}`)} · ledger of ${plainText(place)}`,
    markdown: [
      `## ${verdict[0]}${verdict.slice(1).toLowerCase()}: ${markdownText(full)}`,
      `${tag === null ? 'It points at nothing' : markdownCode(tag)}${markdownText(before)}. Recorded in the ledger of ${markdownText(place)}.`,
    ].join('\n\n'),
    outputs: { tag: tag ?? '', was: was ?? '' },
    next: tag === null ? 'plumbline registry list' : `plumbline registry show ${tag}`,
  }
}
