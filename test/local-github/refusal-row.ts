/** One no of GitHub: what is asked, in which state of the repository, and the answer. Prepared by discussion-refusals.test.ts. */
export interface RefusalRow {
  readonly route: string
  /** What is special about the call. */
  readonly given: string
  /** `$name` stands for a commit or a number that was prepared. */
  readonly path: string
  readonly body?: unknown
  readonly status: number
  readonly message: string
  /** The first of `errors`. */
  readonly error?: Readonly<Record<string, unknown>>
}

export const failed = 'Validation Failed'
/** One character more than a body may have. */
export const tooLong = 'x'.repeat(65_537)

export function row(
  route: string,
  given: string,
  path: string,
  body: unknown,
  status: number,
  message: string,
  error?: RefusalRow['error'],
): RefusalRow {
  return { route, given, path, body, status, message, ...(error && { error }) }
}
