import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'

import { quoteText } from '../../action/data/quote.ts'
import type { Content } from './bad-input.ts'

/** The rows of a SELECT as a Parquet file; options as DuckDB's COPY takes them. */
export function parquet(select: string, options = ''): Content {
  return async (path, engine) => {
    await engine.run(`COPY (${select}) TO ${quoteText(path)} (FORMAT parquet${options && `, ${options}`})`)
  }
}

/** A CSV file compressed as `.zst`, which Node 20 cannot write by itself. */
export function zstd(select: string): Content {
  return (path, engine) => engine.run(`COPY (${select}) TO ${quoteText(path)} (FORMAT csv, HEADER, COMPRESSION zstd)`)
}

/** The bytes of another content, changed. */
export function changed(content: Content, change: (bytes: Buffer) => Uint8Array): Content {
  return async (path, engine) => {
    if (typeof content === 'function') await content(path, engine)
    else writeFileSync(path, content)
    writeFileSync(path, change(readFileSync(path)))
  }
}

export function link(to: string): Content {
  return async (path) => {
    rmSync(path, { force: true })
    symlinkSync(to, path)
  }
}

export function folder(): Content {
  return async (path) => {
    rmSync(path, { force: true })
    mkdirSync(path)
  }
}

/** A CSV file of a header and so many rows. */
export function csv(header: string, rows: number, row: (i: number) => string): string {
  return `${header}\n${Array.from({ length: rows }, (_, i) => row(i)).join('\n')}\n`
}

/** Sixty rows, by default, of one column and the target `late`, enough for `init`. */
export function learnable(name: string, rows = 60, value = (i: number): string => String((i * 7) % 11)): string {
  return csv(`${name},late`, rows, (i) => `${value(i)},${i % 3 ? 0 : 1}`)
}

/** The only data file of an `init`. */
export function only(text: string): Readonly<Record<string, Content>> {
  return { 'data/a.csv': text }
}

/** Forty good rows of the tiny project as a SELECT, some columns replaced: `of({ region: "'N'" })`; `i` is the row. */
export function rowsWith(columns: Readonly<Record<string, string>> = {}): string {
  const known = {
    parcel: "'p' || i",
    shipped_at: "TIMESTAMP '2025-01-01' + to_hours(i)",
    region: "substr('NSEW', 1 + (i % 4)::INTEGER, 1)",
    distance_km: 'i * 1.5::DOUBLE',
    late: '(i * 7 % 5 > 2)::INTEGER',
  }
  const listed = Object.entries({ ...known, ...columns }).map(([name, sql]) => `${sql} AS "${name}"`)
  return `SELECT ${listed.join(', ')} FROM range(40) t(i)`
}
