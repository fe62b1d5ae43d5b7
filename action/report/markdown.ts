import { plainLines, plainText } from './terminal.ts'

/** GitHub looks for mentions, references and addresses in what Markdown has become, so escapes do not stop it; this does. */
const unseenGap = '&#8203;'

/** Where a mention, an issue's number or an address begins to be one. */
const linking = /(?<!&)#(?=\d)|@(?=\S)|\bGH-(?=\d)|:(?=\/\/)|www(?=\.)/giu

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
  // GitHub's own way to write a dollar that starts no formula.
  $: '<span>$</span>',
}

/**
 * Untrusted text as Markdown that shows exactly this text, on one line: in a paragraph, a list, a heading or a table cell,
 * at its start or inside. It names nobody, refers to no issue and links nowhere.
 */
export function markdownText(text: string): string {
  return plainText(text)
    .trim()
    .replace(/[&<>|$]/g, (character) => entities[character] ?? '')
    .replace(linking, `$&${unseenGap}`)
    .replace(/[\\`*~{}[\]]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&')
    .replace(/^(?:#{1,6}(?=\s|$)|[-+](?=[\s-]|$)|=|:(?=-))/, '\\$&')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
}

/** Untrusted text as inline code, also in a table cell. */
export function markdownCode(text: string): string {
  const line = plainText(text)
  if (line === '' || /[`|]/.test(line)) return `<code>${markdownText(line)}</code>`
  const losesSpaces = /^ .* $/.test(line) && line.trim() !== ''
  return losesSpaces ? `\` ${line} \`` : `\`${line}\``
}

/** Untrusted text inside HTML that stands in Markdown, such as a `<summary>`, where Markdown's own escapes do not hold. */
export function htmlText(text: string): string {
  return plainText(text)
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(linking, `$&${unseenGap}`)
}

/** A link with an untrusted text; the text alone where the address is not one of the web. */
export function markdownLink(text: string, address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return markdownText(text)
  const href = url.href.replace(/[()|<>[\]\\`*_~$ ]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
  return `[${markdownText(text)}](${href})`
}

/** Untrusted lines as a block of code in a language. */
export function markdownBlock(text: string, language: string): string {
  const lines = plainLines(text).trimEnd()
  const longest = Math.max(2, ...[...lines.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${lines}\n${fence}`
}

/** A table; `header` and cells are already Markdown. Rows that are too short are filled up. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  alignment: readonly ('left' | 'right')[] = [],
): string {
  const dashes = header.map((_, column) => (alignment[column] === 'right' ? '---:' : '---'))
  const filled = rows.map((cells) => header.map((_, column) => cells[column] ?? ''))
  return [header, dashes, ...filled].map(tableLine).join('\n')
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/[\r\n]+/g, ' ')).join(' | ')} |`
}
