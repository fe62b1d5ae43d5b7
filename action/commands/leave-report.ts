import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { Ending } from '../report/ending.ts'
import { markdownEnding } from '../report/markdown-ending.ts'
import {
  largestReportBytes,
  reportArtifactName,
  reportFileName,
  reportMarkdownName,
  writeReportFile,
} from '../report/report-file.ts'
import type { CommandContext } from './define-command.ts'

export interface Leaving {
  readonly command: string
  /** Of the comment. */
  readonly key: string
  readonly ending: Ending
}

/** What comments comes right after the run. */
const keptDays = 7

/**
 * Leaves a report as an artifact of this run, for whoever may comment, and answers its name; a later step of the same key puts its
 * own in its place. Undefined where there is no way to: a runner without artifacts, or a report that is too large.
 */
export async function leaveReport(
  { artifacts, environment, progress }: CommandContext,
  { command, key, ending }: Leaving,
): Promise<string | undefined> {
  const report = writeReportFile(command, ending)
  const markdown = markdownEnding(command, ending)
  if (!artifacts || Buffer.byteLength(report) > largestReportBytes) return undefined
  const name = reportArtifactName(key, Number(environment['GITHUB_RUN_ATTEMPT'] ?? 1))
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-report-'))
  try {
    const files = { [reportFileName]: report, [reportMarkdownName]: markdown }
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text)
    if ((await artifacts.list()).includes(name)) await artifacts.remove(name)
    const paths = Object.keys(files).map((file) => join(folder, file))
    await artifacts.upload(name, folder, paths, { days: keptDays })
    return name
  } catch (error) {
    if (!(error instanceof Fault) || error.owner === 'bug') throw error
    progress.warn(`The report is left nowhere: ${error.message}`)
    return undefined
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
