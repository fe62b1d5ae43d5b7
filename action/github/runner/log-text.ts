/**
 * Text safe to write to a workflow's log: the runner obeys lines that begin with `::` and the older `##[…]` anywhere,
 * so both are broken up; other text stays as it is.
 */
export function logText(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '## [')
}
