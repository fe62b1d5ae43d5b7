/**
 * Text safe to write to a workflow's log: the runner obeys lines that begin with `::` and the older `##[…]` anywhere,
 * so both are broken up; other text stays as it is. The runner takes U+0085 for a space before them, too.
 */
export function logText(text: string): string {
  return text.replace(/^([\s\u0085]*):(?=:)/gm, '$1: ').replaceAll('##[', '## [')
}
