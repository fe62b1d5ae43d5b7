import { readFile } from 'node:fs/promises'

import type { Read } from '../base/diagnostic.ts'

/** A user's text file as UTF-8. `file` is how diagnostics name it, `remedy` what to do where there is none. */
export async function readTextFile(path: string, file: string, remedy: string): Promise<Read<string>> {
  const refuse = (state: string, next: string): Read<string> => {
    const message = `Cannot read "${file}": ${state}; expected a text file`
    return { ok: false, diagnostics: [{ code: 'project/file', file, line: 1, column: 1, message, remedy: next }] }
  }
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return refuse('there is no such file', remedy)
    return reason === 'EISDIR'
      ? refuse('it is a folder', 'Move the folder away.')
      : refuse(`the system says ${reason}`, 'Make it readable.')
  }
  try {
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return refuse('its bytes are not UTF-8', 'Save it as UTF-8.')
  }
}
