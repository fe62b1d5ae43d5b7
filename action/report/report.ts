/** One result, worded. */
export interface Report {
  /** Plain lines for a terminal or a log; verdict first. */
  readonly text: string
  /** The same for a job summary or a comment. */
  readonly markdown: string
  /** Values of the command's declared step outputs. */
  readonly outputs: Readonly<Record<string, string>>
  /** The last thing shown: what to do next. */
  readonly next?: string
}
