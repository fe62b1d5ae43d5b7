export interface CsvHeader {
  readonly delimiter: string
  readonly names: readonly string[]
  readonly hasRows: boolean
  /** A quote in the header is never closed in this text. */
  readonly isOpen: boolean
}

const delimiters = [',', ';', '\t', '|']

/**
 * The header of a CSV file from its first lines: the delimiter is the one that parts most rows into as many fields as the
 * header, and among such the one of most fields. A column without a name, as pandas writes its index, is called
 * `column<its place, from 0>`.
 */
export function readHeader(text: string): CsvHeader {
  if (text.trim() === '') return { delimiter: ',', names: [], hasRows: false, isOpen: false }
  const parsed = delimiters.map((delimiter) => parseWith(text, delimiter))
  const [best] = parsed.filter(({ header }) => header.fields.length > 1).sort(byFit)
  const { delimiter, header } = best ?? parseWith(text, ',')
  const names = header.fields.map((field, place) => (field.trim() === '' ? `column${place}` : field.trim()))
  return { delimiter, names, hasRows: text.slice(header.end).trim() !== '', isOpen: header.isOpen }
}

interface Parsed {
  readonly delimiter: string
  readonly header: CsvRecord
  /** Of the rows after the header. */
  readonly fittingShare: number
}

function byFit(a: Parsed, b: Parsed): number {
  return b.fittingShare - a.fittingShare || b.header.fields.length - a.header.fields.length
}

const maxRows = 50

function parseWith(text: string, delimiter: string): Parsed {
  const header = parseRecord(text, delimiter, 0)
  let rows = 0
  let fitting = 0
  for (let at = header.end + 1; at < text.length && rows < maxRows; ) {
    const { fields, end } = parseRecord(text, delimiter, at)
    // The last line may be cut off.
    if (end >= text.length && rows > 0) break
    at = end + 1
    if (fields.length === 1 && fields[0]?.trim() === '') continue
    rows += 1
    if (fields.length === header.fields.length) fitting += 1
  }
  return { delimiter, header, fittingShare: rows === 0 ? 1 : fitting / rows }
}

interface CsvRecord {
  readonly fields: readonly string[]
  /** Where its line ends in the text. */
  readonly end: number
  readonly isOpen: boolean
}

/** One record as RFC 4180 writes it: quoted fields may hold delimiters, line ends and doubled quotes. */
function parseRecord(text: string, delimiter: string, start: number): CsvRecord {
  const fields: string[] = []
  let field = ''
  let isQuoted = false
  let place = start
  for (; place < text.length; place += 1) {
    const letter = text.charAt(place)
    if (isQuoted) {
      if (letter !== '"') field += letter
      else if (text.charAt(place + 1) !== '"') isQuoted = false
      else {
        field += '"'
        place += 1
      }
    } else if (letter === '"' && field === '') isQuoted = true
    else if (letter === delimiter) {
      fields.push(field)
      field = ''
    } else if (letter === '\n') break
    else if (letter !== '\r') field += letter
  }
  return { fields: [...fields, field], end: place, isOpen: isQuoted }
}
