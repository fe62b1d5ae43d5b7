import type { DownloadedFile } from '../registry/download-assets.ts'
import { markdownCode, markdownTable } from './markdown.ts'
import { formatBytes, formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { columns } from './word-runs.ts'

/** What `registry download` came to. */
export interface DownloadSummary {
  readonly tag: string
  /** Absolute. */
  readonly folder: string
  readonly files: readonly DownloadedFile[]
  /** Requests that it took. */
  readonly calls: number
}

export function reportDownload({ tag, folder, files }: DownloadSummary): Report {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const here = files.filter(({ wasHere }) => wasHere).length
  const kept = here === 0 ? '' : `, ${here === files.length ? 'all' : formatCount(here)} here already`
  const size = `${formatCount(files.length)} ${files.length === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}${kept}`
  const rows = files.map((file) => [file.name, formatBytes(file.bytes), file.sha256.slice(0, 12)])
  return {
    text: ownLines([
      `VERIFIED  ${plainText(tag)} in ${plainText(folder)}: ${size}`,
      ...columns(rows.map((cells) => cells.map(plainText))).map((line) => `  ${line}`),
    ]),
    markdown: [
      `## Downloaded: ${markdownCode(tag)}`,
      `${size}, every digest as it was published.`,
      markdownTable(
        ['file', 'size', 'SHA-256'],
        rows.map(([name = '', size_ = '', digest = '']) => [markdownCode(name), size_, markdownCode(digest)]),
        ['left', 'right', 'left'],
      ),
    ].join('\n\n'),
    outputs: { tag, folder, files: files.map(({ name }) => name).join('\n') },
    next: `plumbline verify ${tag}`,
  }
}
