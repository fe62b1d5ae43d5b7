import type { Diagnostic } from '../base/diagnostic.ts'
import type { Fault } from '../base/fault.ts'

const whose = {
  user: 'yours to mend',
  remote: 'remote: trying again may help',
  bug: 'a bug in Plumbline',
} as const

/** A fault in words: what cannot be done and why, what to do, and its code with whose it is. */
export function wordFault(fault: Fault): string {
  if (fault.code === 'interrupted') return `${fault.message}. ${fault.remedy}`
  const bracket = [fault.code, whose[fault.owner], ...(fault.stays === undefined ? [] : [fault.stays])].join(' · ')
  const stack = fault.owner === 'bug' ? `\n${stackOf(fault)}` : ''
  return `${fault.message}\n  do       ${fault.remedy.replaceAll('\n', '\n           ')}${stack}\n[${bracket}]`
}

/** Diagnostics, one a line as compilers write them, so that editors find the place; its remedy below. */
export function wordDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ file, line, column, message, remedy }) => {
      return `${file}:${line}:${column} ${message}${remedy === undefined ? '' : `\n    → ${remedy}`}`
    })
    .join('\n')
}

function stackOf(fault: Fault): string {
  const origin = fault.cause instanceof Error ? fault.cause : fault
  return (origin.stack ?? String(origin)).replace(/^/gm, '  ')
}
