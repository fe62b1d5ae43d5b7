import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('read-documents.py', import.meta.url))

/** What a page is made of: each tag with the names of its attributes, in order, and the text that a reader sees. */
export interface ReadPage {
  readonly tags: readonly (readonly string[])[]
  readonly text: string
}

/** Elements with the names of their attributes, and what is inside them. */
export type ReadXml = readonly [name: string, attributes: readonly string[], inside: readonly ReadXml[]]

/** Documents as Python's own parsers read them, none of which was written for Plumbline; a document that is none throws. */
export function readPages(pages: readonly string[]): Promise<readonly ReadPage[]> {
  return read('html', pages)
}

export function readXml(documents: readonly string[]): Promise<readonly ReadXml[]> {
  return read('xml', documents)
}

export function readCsv(documents: readonly string[]): Promise<readonly (readonly (readonly string[])[])[]> {
  return read('csv', documents)
}

async function read<T>(kind: 'html' | 'xml' | 'csv', documents: readonly string[]): Promise<T> {
  const child = spawn('python3', [script, kind], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(documents))
  return JSON.parse(await text(child.stdout)) as T
}
