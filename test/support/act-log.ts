/** How one job of a workflow ended under act. */
export interface JobEnd {
  readonly result: 'success' | 'failure' | 'skipped' | 'unknown'
  /** Step outputs by name; a later step's wins. */
  readonly outputs: Readonly<Record<string, string>>
  readonly summaries: readonly string[]
  readonly annotations: readonly { readonly level: string; readonly message: string }[]
  readonly log: string
}

interface Line {
  readonly jobID?: string
  readonly msg?: string
  readonly jobResult?: string
  readonly command?: string
  readonly name?: string
  readonly arg?: string
  readonly content?: string
}

/** What act printed with `--json`, by job. */
export function readActLog(output: string): { readonly jobs: Readonly<Record<string, JobEnd>>; readonly log: string } {
  const lines = output.split('\n').flatMap(parseLine)
  const names = [...new Set(lines.flatMap(({ jobID }) => jobID ?? []))]
  const jobs = names.map((name) => [name, jobEnd(lines.filter(({ jobID }) => jobID === name))] as const)
  return {
    jobs: Object.fromEntries(jobs),
    log: lines.map(({ jobID = '-', msg = '' }) => `${jobID}: ${msg.trimEnd()}`).join('\n'),
  }
}

function jobEnd(lines: readonly Line[]): JobEnd {
  const said = (command: string) => lines.filter((line) => line.command === command)
  return {
    result: resultOf(lines.findLast(({ jobResult }) => jobResult !== undefined)?.jobResult),
    outputs: Object.fromEntries(said('set-output').map(({ name = '', arg = '' }) => [name, arg])),
    summaries: said('summary').map(({ content = '' }) => content),
    annotations: ['error', 'warning', 'notice'].flatMap((level) =>
      said(level).map(({ arg = '' }) => ({ level, message: arg })),
    ),
    log: lines.map(({ msg = '' }) => msg.trimEnd()).join('\n'),
  }
}

function resultOf(text: string | undefined): JobEnd['result'] {
  return text === 'success' || text === 'failure' || text === 'skipped' ? text : 'unknown'
}

/** act mixes plain lines of its own among the JSON. */
function parseLine(text: string): readonly Line[] {
  if (text.trim() === '') return []
  try {
    return [JSON.parse(text)]
  } catch {
    return [{ msg: text }]
  }
}
