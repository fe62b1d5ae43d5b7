import type { Ending } from './ending.ts'
import type { Paint } from './paint.ts'
import { printableJson } from './printable-json.ts'
import { plainLines, plainText } from './terminal.ts'
import { wordDiagnostics, wordFault } from './word-fault.ts'
import { wordTraffic } from './word-traffic.ts'

export interface Streams {
  readonly stdout: string
  readonly stderr: string
}

/** An ending for people: results to standard output, what went wrong to standard error; the verdict alone where quiet. */
export function wordEnding(ending: Ending, paint: Paint, isQuiet: boolean): Streams {
  if (ending.kind === 'fault') return { stdout: '', stderr: `${plainLines(wordFault(ending.fault))}\n` }
  const { report } = ending
  if (report === undefined) {
    return {
      stdout: '',
      stderr: ending.kind === 'diagnosed' ? `${plainLines(wordDiagnostics(ending.diagnostics))}\n` : '',
    }
  }
  const text = plainLines(report.text).replace(/\n+$/, '')
  if (isQuiet) return { stdout: `${paint.report(text.split('\n', 1)[0] ?? '')}\n`, stderr: '' }
  const asked = ending.github ? `${paint.faint(`GitHub: ${wordTraffic(ending.github)}`)}\n` : ''
  const next = report.next === undefined ? '' : `\n${paint.faint('Next:')}  ${plainText(report.next)}\n`
  return { stdout: `${paint.report(text)}\n${asked}${next}`, stderr: '' }
}

/** An ending for programs: one JSON document, of the same shape for every command. */
export function jsonEnding(command: string | null, ending: Ending): string {
  const { github } = ending
  return `${printableJson({ command, ...fieldsOf(ending), ...(github && { github }) }, 2)}\n`
}

function fieldsOf(ending: Ending): object {
  if (ending.kind === 'fault') {
    const { code, owner, message, remedy, stays } = ending.fault
    return { outcome: 'fault', fault: { code, owner, message, remedy, stays } }
  }
  const { report, result } = ending
  return {
    outcome: ending.kind,
    ...(ending.kind === 'diagnosed' && { diagnostics: ending.diagnostics }),
    result,
    ...(report !== undefined && { outputs: report.outputs, next: report.next }),
  }
}
