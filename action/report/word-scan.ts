import type { ModelScan, ScannedImport } from '../data/model-formats/scan-model.ts'
import { markdownCode, markdownText } from './markdown.ts'
import { formatCount } from './numbers.ts'

const mostNames = 8
const advice = 'advisory: nothing was run, and a pickle can do harm through names that look harmless'

/** One line for a terminal: `skops, data alone`; or what may run, and what its pickles import. */
export function wordScan(scan: ModelScan): string {
  if (scan.isData) return `${scan.formats.join(', ')}: data alone`
  const [first] = scan.unsafe
  const more = scan.unsafeFiles > 1 ? ` and ${formatCount(scan.unsafeFiles - 1)} more` : ''
  const means = first?.kind === 'code' ? 'can run code when loaded' : 'nobody knows what loading it does'
  const unseen = scan.unsafe.find((file) => file.unseen !== null)?.unseen
  const end = unseen === undefined ? '' : `; not followed to its end: ${unseen}`
  return `${first?.path ?? ''}${more}: ${first?.format ?? ''}, ${means}${wordImports(scan, (text) => text)}${end}`
}

/** The same for the model card, with every import that is not usual. */
export function scanMarkdown(scan: ModelScan): string {
  if (scan.isData) return `Saved as ${markdownText(scan.formats.join(', '))}: data alone, found by its content.`
  const files = scan.unsafe.map(({ path, format, kind, unseen }) => {
    const means = kind === 'code' ? 'can run code when it is loaded' : 'nobody knows what loading it does'
    const end = unseen === null ? '' : ` Its pickle could not be followed to the end: ${markdownText(unseen)}.`
    return `- ${markdownCode(path)}: ${markdownText(format)}, ${means}.${end}`
  })
  const hidden = scan.unsafeFiles - scan.unsafe.length
  return [
    '**Load it only where you trust who made it.** It was published by `unsafe-format: true`.',
    [...files, ...(hidden > 0 ? [`- and ${formatCount(hidden)} more files`] : [])].join('\n'),
    ...(scan.importsInAll > 0 ? [`Scan of its pickles (${advice})${wordImports(scan, markdownCode)}.`] : []),
  ].join('\n\n')
}

function wordImports({ imports, importsInAll }: ModelScan, worded: (text: string) => string): string {
  if (importsInAll === 0) return ''
  const named = (risk: ScannedImport['risk']) => {
    const some = imports.filter((one) => one.risk === risk)
    const names = some.slice(0, mostNames).map(({ module, name }) => worded(`${module}.${name}`))
    const more = some.length > mostNames ? ` and ${formatCount(some.length - mostNames)} more` : ''
    return some.length === 0 ? '' : `${names.join(', ')}${more}`
  }
  const [running, unknown] = [named('runs code'), named('unknown')]
  return [
    `; it imports ${formatCount(importsInAll)} ${importsInAll === 1 ? 'name' : 'names'}`,
    running === '' ? ', none known to run code' : `, known to run code or reach files: ${running}`,
    unknown === '' ? '' : `; unknown: ${unknown}`,
  ].join('')
}
