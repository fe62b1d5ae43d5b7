import type { Diagnostic } from '../base/diagnostic.ts'
import type { Fault } from '../base/fault.ts'
import type { Ending } from './ending.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { wordTraffic } from './word-traffic.ts'

/** An ending for a job summary. */
export function markdownEnding(command: string, ending: Ending): string {
  if (ending.kind === 'fault') return faultMarkdown(command, ending.fault)
  if (ending.report === undefined) {
    return ending.kind === 'diagnosed' ? diagnosticsMarkdown(command, ending.diagnostics) : ''
  }
  const { markdown, next } = ending.report
  const asked = ending.github ? `\nGitHub: ${wordTraffic(ending.github)}\n` : ''
  return `${markdown.trimEnd()}\n${asked}${next === undefined ? '' : `\n**Next:** ${wordNext(next)}\n`}`
}

/** Mostly a command to copy; at times advice in words. */
function wordNext(next: string): string {
  return /^(plumbline|git|npm) /.test(next) ? markdownCode(next) : markdownText(next)
}

function faultMarkdown(command: string, fault: Fault): string {
  const lines = fault.message.split('\n').map(markdownText)
  return `### ✗ ${markdownText(command)}: ${lines.join('<br>')}\n\n→ ${markdownText(fault.remedy)}\n\n\`${fault.code}\`\n`
}

function diagnosticsMarkdown(command: string, diagnostics: readonly Diagnostic[]): string {
  const rows = diagnostics.map(({ file, line, message, remedy = '' }) => {
    return [markdownCode(`${file}:${line}`), markdownText(message), markdownText(remedy)]
  })
  const count = diagnostics.length === 1 ? '1 thing' : `${diagnostics.length} things`
  const table = markdownTable(['place', 'what is wrong', 'what to do'], rows)
  return `### ✗ ${markdownText(command)}: ${count} to mend\n\n${table}\n`
}
