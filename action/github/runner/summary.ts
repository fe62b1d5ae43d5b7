import { appendFile } from 'node:fs/promises'

/** Adds Markdown to the job's summary page; does nothing where the runner has none. GitHub shows nothing of more than 1 MiB a step. */
export async function writeSummary(
  markdown: string,
  { GITHUB_STEP_SUMMARY: file }: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  if (file && markdown.trim() !== '') await appendFile(file, `${markdown.trimEnd()}\n`)
}
