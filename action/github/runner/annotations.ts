/** A mark in the changed files of a pull request, or one without a place. */
export interface Mark {
  readonly level: 'error' | 'warning'
  readonly title: string
  readonly message: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** What hands marks to the runner; @actions/core escapes them, once for all. GitHub shows ten a step of each level. */
export async function openAnnotations(): Promise<(mark: Mark) => void> {
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
