export interface CsvHeader {
  readonly delimiter: string
  readonly names: readonly string[]
  readonly hasRows: boolean
}

const delimiters = [',', ';', '\t', '|']

/**
 * The header of a CSV file from its first lines: the delimiter is the one that parts it into most names.
 * A column without a name, as pandas writes its index, is called `column<its place, from 0>`.
 */
export function readHeader(text: string): CsvHeader {
  if (text.trim() === '') return { delimiter: ',', names: [], hasRows: false }
  let best = parseRecord(text, ',')
  let delimiter = ','
  for (const other of delimiters.slice(1)) {
    const record = parseRecord(text, other)
    if (record.fields.length <= best.fields.length) continue
    best = record
    delimiter = other
  }
  const names = best.fields.map((field, place) => (field.trim() === '' ? `column${place}` : field.trim()))
  return { delimiter, names, hasRows: text.slice(best.length).trim() !== '' }
}

/** One record as RFC 4180 writes it: quoted fields may hold delimiters, line ends and doubled quotes. */
function parseRecord(text: string, delimiter: string): { fields: string[]; length: number } {
  const fields: string[] = []
  let field = ''
  let isQuoted = false
  let place = 0
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
  return { fields: [...fields, field], length: place }
}
