/** Markup that was made here. Nothing else reaches a page without being escaped. */
export interface Html {
  readonly markup: string
}

export type Piece = Html | string | number | undefined | readonly Html[]

/** Markup in which every text that is put in is escaped; undefined is nothing. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const parts = strings.map((text, index) => text + (index < pieces.length ? markupOf(pieces[index]) : ''))
  return { markup: parts.join('') }
}

/** The one escaper of these pages. */
export function escapeHtml(text: string): string {
  return showHidden(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** What would turn the direction of the text around, or is no character, becomes readable. */
export function showHidden(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    /[\t\n\r]/.test(character) ? character : `\u27e8U+${hex(character)}\u27e9`,
  )
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
}

function markupOf(piece: Piece): string {
  if (piece === undefined) return ''
  if (typeof piece === 'string') return escapeHtml(piece)
  if (typeof piece === 'number') return String(piece)
  return 'markup' in piece ? piece.markup : piece.map(({ markup }) => markup).join('')
}
