import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'

/** A unified diff that `git apply` and `patch -p1` take in the folder to which `path` is relative; empty where nothing differs. */
export function patchOf(path: string, before: string, after: string): string {
  if (before === after) return ''
  const options = { context: 3, headerOptions: FILE_HEADERS_ONLY }
  return createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, options)
}
