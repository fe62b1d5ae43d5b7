import type { ModelScan } from '../data/model-formats/scan-model.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import { markdownCode, markdownLink, markdownTable, markdownText } from './markdown.ts'
import { formatBytes, formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { scanMarkdown, wordScan } from './word-scan.ts'

/** What `register` came to. */
export type RegisterResult =
  | {
      readonly kind: 'registered'
      readonly model: string
      readonly version: number
      readonly tag: string
      readonly runKey: string
      readonly commit: string
      readonly dataDigest: string
      readonly url: string
      /** This call published it. */
      readonly isNew: boolean
      readonly assets: readonly { readonly name: string; readonly bytes: number; readonly sha256: string | null }[]
      /** What the model is saved as: advice, found in its bytes. */
      readonly scan: ModelScan
      /** The repository, as `acme/parcels`. The embedded GitHub answers at `url` only while a command runs. */
      readonly where: { readonly isEmbedded: boolean; readonly name: string }
      /** The workflow run that made the bytes, where it was another one than that which registers. */
      readonly builtFrom?: { readonly runId: string; readonly head: string }
    }
  | {
      readonly kind: 'recorded'
      readonly record: RunRecord
      /** This call added it to the ledger. */
      readonly isNew: boolean
    }

export function reportRegistration(result: RegisterResult): Report {
  return result.kind === 'recorded' ? reportRecorded(result) : reportRegistered(result)
}

function reportRegistered(result: Extract<RegisterResult, { kind: 'registered' }>): Report {
  const { tag, model, version, url, isNew, assets, where, commit, dataDigest, scan, builtFrom } = result
  const bytes = assets.reduce((sum, asset) => sum + asset.bytes, 0)
  const place = where.isEmbedded ? 'the embedded one' : where.name
  const verdict = isNew ? `PUBLISHED  ${tag}` : `UNCHANGED  ${tag} is published already`
  const size = `${formatCount(assets.length)} assets, ${formatBytes(bytes)}`
  const facts = [
    ['release', where.isEmbedded ? 'kept in .plumbline/github' : url],
    ['github', place],
    ['assets', size],
    ['format', wordScan(scan)],
    ['commit', commit.slice(0, 8)],
    ['data', dataDigest.slice(0, 8)],
    ...(builtFrom ? [['bytes', wordBuiltFrom(builtFrom)]] : []),
  ]
  return {
    text: ownLines([verdict, ...facts.map(([name = '', value = '']) => `  ${name.padEnd(9)}${plainText(value)}`)]),
    markdown: [
      `## ${isNew ? 'Published' : 'Unchanged'}: ${markdownText(model)} v${version}`,
      `${where.isEmbedded ? markdownCode(tag) : markdownLink(tag, url)} on ${where.isEmbedded ? 'the embedded GitHub' : markdownText(where.name)}: ${size}, commit ${markdownCode(commit.slice(0, 8))}, data ${markdownCode(dataDigest.slice(0, 8))}.${builtFrom ? ` Its bytes are ${markdownText(wordBuiltFrom(builtFrom))}.` : ''}`,
      markdownTable(
        ['asset', 'size', 'SHA-256'],
        assets.map(({ name, bytes: count, sha256 }) => [
          markdownCode(name),
          formatBytes(count),
          markdownCode(sha256?.slice(0, 12) ?? 'unknown'),
        ]),
        ['left', 'right', 'left'],
      ),
      scanMarkdown(scan),
    ].join('\n\n'),
    outputs: { tag, version: String(version), url, published: String(isNew) },
    next: `plumbline lineage ${tag}`,
  }
}

function wordBuiltFrom({ runId, head }: { readonly runId: string; readonly head: string }): string {
  return `from the candidate of run ${runId}, built from ${head.slice(0, 8)}`
}

function reportRecorded({ record, isNew }: Extract<RegisterResult, { kind: 'recorded' }>): Report {
  const refused = record.gates.filter(({ kind }) => kind !== 'pass')
  const reasons =
    record.outcome === 'failed'
      ? [record.failure ?? 'the run failed']
      : refused.map(({ gate, reason }) => `${gate} ${reason}`)
  const verdict = record.outcome === 'failed' ? 'the run failed' : 'its gates say no'
  const recorded = isNew ? 'The run is recorded in the ledger.' : 'The run was recorded in the ledger before.'
  return {
    text: ownLines([
      `NOT PUBLISHED  ${record.model}: ${verdict}`,
      ...reasons.map((reason) => `  ${plainText(reason)}`),
      recorded,
    ]),
    markdown: [
      `## Not published: ${markdownText(record.model)}`,
      `${verdict === 'the run failed' ? 'The run failed' : 'Its gates say no'}. ${recorded}`,
      reasons.map((reason) => `- ${markdownText(reason)}`).join('\n'),
    ].join('\n\n'),
    outputs: { published: 'false' },
    next: 'change the features, the training or the data, and run again',
  }
}
