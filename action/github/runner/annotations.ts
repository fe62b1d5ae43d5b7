import type { Annotation } from '../../report/annotations.ts'

/** What hands marks to the runner; @actions/core escapes them, once for all. GitHub shows ten a step of each level. */
export async function openAnnotations(): Promise<(mark: Annotation) => void> {
  const { error, warning } = await import('@actions/core')
  return ({ level, title, message, file, line, column }) => {
    const write = level === 'error' ? error : warning
    write(message, {
      title,
      ...(file !== undefined && { file }),
      ...(line !== undefined && { startLine: line }),
      ...(column !== undefined && { startColumn: column }),
    })
  }
}
