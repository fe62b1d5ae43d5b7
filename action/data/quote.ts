/** A name as an SQL identifier; whatever it holds, it stays one name. */
export function quoteName(name: string): string {
  return `"${withoutNul(name).replaceAll('"', '""')}"`
}

/** A text as an SQL literal; whatever it holds, it stays one text. */
export function quoteText(text: string): string {
  return `'${withoutNul(text).replaceAll("'", "''")}'`
}

/** The path of a file that is read: DuckDB takes it for a pattern, so that `*`, `?` and `[` need an escape. */
export function quotePath(path: string): string {
  return quoteText(escapePattern(path))
}

export function escapePattern(path: string): string {
  return path.replace(/[*?[]/g, '[$&]')
}

/** A list of texts as an SQL list. */
export function quoteList(texts: readonly string[]): string {
  return `[${texts.map(quoteText).join(', ')}]`
}

/** A NUL would end the statement for a C reader. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\u{fffd}')
}
