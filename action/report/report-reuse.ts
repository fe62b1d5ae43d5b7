import type { ReuseEnd } from '../pipeline/reuse-candidate.ts'
import { markdownText } from './markdown.ts'
import type { Report } from './report.ts'
import { gatesLine, reportEvaluation } from './report-evaluation.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordHindrance } from './word-reuse.ts'

/** Whether the model is trained again, and why. */
export function reportReuse(end: ReuseEnd): Report {
  if (end.kind === 'not reused') {
    const line = `the model is trained again: ${wordHindrance(end.because)}`
    return {
      text: plainText(`TRAINS  ${end.model}: ${line}`),
      markdown: `## ${markdownText(end.model)}\n\n${markdownText(`${line[0]?.toUpperCase() ?? ''}${line.slice(1)}.`)}`,
      outputs: { reused: 'false', 'reused-run': '' },
      next: 'plumbline run',
    }
  }
  const { record, run, pull } = end
  const from = `from the candidate of run ${run}, which judged pull request #${pull}`
  const head = record.builtFrom?.head.slice(0, 8) ?? ''
  return {
    text: ownLines([
      `REUSED  ${record.model}: ${from}; nothing is trained again`,
      `  ${gatesLine(record.gates)}`,
      `  built from ${head}, run key ${record.runKey.slice(0, 8)}, data ${record.data.digest.slice(0, 8)}`,
    ]),
    markdown: [
      `## ${markdownText(record.model)}`,
      markdownText(`Nothing is trained again: ${from}, built from ${head}.`),
      reportEvaluation(record.metrics, record.gates).markdown,
    ].join('\n\n'),
    outputs: { reused: 'true', 'reused-run': String(run) },
    next: 'plumbline register',
  }
}
