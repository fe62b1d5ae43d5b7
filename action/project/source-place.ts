/** Where the files of a source come from. */
export type SourcePlace =
  /** A glob in the model's folder. */
  | { readonly kind: 'files'; readonly glob: string }
  | { readonly kind: 'https'; readonly url: string }
  /** `key` may be a glob. */
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string }
  /** A file in the model's folder. */
  | { readonly kind: 'sqlite'; readonly file: string; readonly table: string }
  /** `variable` names the environment variable that holds the connection string, never the string itself. */
  | { readonly kind: 'postgres'; readonly variable: string; readonly table: string }
  /** A shell command that writes data files into the folder `PLUMBLINE_OUT_DATA`. */
  | { readonly kind: 'program'; readonly run: string }

/** A place of one text, and what is wrong with it where it is none. */
export type ParsedPlace =
  | { readonly ok: true; readonly place: Exclude<SourcePlace, { readonly kind: 'program' }> }
  | { readonly ok: false; readonly expected: string }

/**
 * A glob, `https://…`, `s3://bucket/key`, `sqlite:FILE#TABLE` or `postgres:VARIABLE#TABLE`.
 * A text with any other scheme is no glob that was meant.
 */
export function parseSourcePlace(text: string): ParsedPlace {
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]+):/i.exec(text) ?? []
  switch (scheme.toLowerCase()) {
    case '':
      return { ok: true, place: { kind: 'files', glob: text } }
    case 'https':
      return parseUrl(text)
    case 's3':
      return parseS3(text)
    case 'sqlite':
    case 'postgres':
      return parseTable(text)
    case 'http':
      return { ok: false, expected: 'https://…, which nobody on the way can change' }
    default:
      return { ok: false, expected: 'a glob, https://…, s3://bucket/key, sqlite:FILE#TABLE or postgres:VARIABLE#TABLE' }
  }
}

/** A place as it may be shown: an address may hold a password or a signature, and so may what was meant as a connection. */
export function shownPlace(text: string): string {
  if (/^postgres:/i.test(text)) return 'postgres:…'
  return text.replace(/\/\/[^/@]*@/, '//…@').replace(/(^[a-z][a-z0-9+.-]+:.*?)[?#].*$/i, '$1…')
}

function parseUrl(text: string): ParsedPlace {
  const expected = 'a whole address without a user or password, such as https://example.com/data.csv'
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.username !== '' || url.password !== '' || url.pathname === '/') {
    return { ok: false, expected }
  }
  return { ok: true, place: { kind: 'https', url: url.href } }
}

function parseS3(text: string): ParsedPlace {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/i.exec(text) ?? []
  if (bucket === undefined || key === undefined) {
    return { ok: false, expected: 's3://BUCKET/KEY, such as s3://lake/orders/*.parquet' }
  }
  return { ok: true, place: { kind: 's3', bucket, key } }
}

function parseTable(text: string): ParsedPlace {
  const [, file, fileTable] = /^sqlite:([^#]+)#([^#]+)$/i.exec(text) ?? []
  if (file !== undefined && fileTable !== undefined) {
    return { ok: true, place: { kind: 'sqlite', file, table: fileTable } }
  }
  const [, variable, table] = /^postgres:([A-Za-z_][A-Za-z0-9_]*)#([^#]+)$/i.exec(text) ?? []
  if (variable !== undefined && table !== undefined) {
    return { ok: true, place: { kind: 'postgres', variable, table } }
  }
  return {
    ok: false,
    expected:
      'sqlite:FILE#TABLE, or postgres:VARIABLE#TABLE with the name of the variable that holds the connection string',
  }
}
