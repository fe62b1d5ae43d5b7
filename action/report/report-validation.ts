import type { Diagnostic } from '../base/diagnostic.ts'
import type { ContractCheck, ContractResult } from '../data/contract-result.ts'
import type { ContractSuggestion } from '../pipeline/suggest-contract.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatSeconds } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines } from './terminal.ts'
import {
  renameOf,
  wordAcceptance,
  wordFailure,
  wordFiles,
  wordRename,
  wordSamples,
  wordScale,
  wordSwap,
} from './word-contract.ts'
import { wordFileSet } from './word-files.ts'
import { suggestionLines, suggestionMarkdown } from './word-suggestion.ts'

export interface Validation extends ContractResult {
  readonly seconds: number
  /** As the contract names it: `training`, `serving`. */
  readonly environment: string
  readonly suggestion?: ContractSuggestion
  /** Where the suggested patch was written. */
  readonly patchFile?: string
  /** `region=state`, added to the contract as aliases just now. */
  readonly accepted: readonly string[]
  /** The contract of each of these, where there are several. */
  readonly acceptedIn?: readonly string[]
  /** These files are what `data.lock.yaml` pins already. */
  readonly isPinned: boolean
}

const maxShown = 40

/** Whether data keeps its contract: the verdict, then each failing promise with its rows, then what is new. */
export function reportValidation(result: Validation): Report {
  const broken = result.checks.filter(({ outcome }) => outcome === 'fail')
  const failing = broken.filter(({ severity }) => severity === 'error')
  const warnings = broken.filter(({ severity }) => severity !== 'error')
  const isGood = result.diagnostics.length === 0
  const others = result.diagnostics.filter(({ code }) => !failing.some((check) => code.endsWith(codeOf(check))))
  const count = wordFailing(result.checks.length, failing.length, warnings.length, others.length)
  const verdict = isGood
    ? `PASS  ${result.contract}: ${wordHolding(result.checks.length, warnings.length)}`
    : `FAIL  ${result.contract}: ${count}`
  const isTraining = result.environment === 'training'
  const source = [
    ...(isTraining ? [] : [`for ${result.environment}`]),
    wordFileSet(result.files),
    `${formatCount(result.rows)} rows`,
    formatSeconds(result.seconds),
  ].join(' · ')
  const accepted = result.accepted.map(
    (pair, i) => `Added to ${result.acceptedIn?.[i] ?? result.contract}: the alias ${pair.replace('=', ' ← ')}`,
  )
  const { suggestion, patchFile, contract } = result
  const shown = suggestion && { suggestion, patchFile, contract }
  const news = newColumnsLine(result)
  return {
    text: ownLines([
      `${verdict} · ${source}`,
      ...accepted,
      ...others.flatMap(otherLines),
      ...failing.slice(0, maxShown).flatMap((check) => ['', ...failureLines(check, result)]),
      ...result.swaps.flatMap((swap) => ['', `    ${wordSwap(swap)}`]),
      ...(failing.length > maxShown ? ['', `… and ${formatCount(failing.length - maxShown)} more`] : []),
      ...warnings.slice(0, maxShown).flatMap((check) => ['', ...failureLines(check, result)]),
      ...(news === undefined ? [] : ['', news]),
      ...(shown ? suggestionLines(shown) : []),
      ...(isGood || !isTraining ? [] : ['', 'Nothing was trained.']),
    ]),
    markdown: [
      `## ${isGood ? 'PASS: the data keeps its contract' : `FAIL: ${count}`}`,
      markdownText(source),
      ...accepted.map((line) => markdownText(line)),
      ...others.map(otherItem),
      ...(failing.length > 0 ? [failureTable(failing.slice(0, maxShown), result)] : []),
      ...result.swaps.map((swap) => markdownText(wordSwap(swap))),
      ...(warnings.length > 0 ? [failureTable(warnings.slice(0, maxShown), result)] : []),
      ...(news === undefined ? [] : [markdownText(news)]),
      ...(shown ? suggestionMarkdown(shown) : []),
    ].join('\n\n'),
    outputs: {
      verdict: isGood ? 'pass' : 'no',
      checks: String(result.checks.length),
      failing: String(failing.length),
    },
    ...nextOf(result, isGood && isTraining),
  }
}

function nextOf({ suggestion, patchFile, isPinned }: Validation, isReady: boolean): { readonly next?: string } {
  if (suggestion && suggestion.patch !== '') {
    const file = patchFile ?? 'contract.patch'
    const apply = `git apply ${file}   then   plumbline validate`
    return { next: patchFile === undefined ? `plumbline validate --suggest --patch ${file}   then   ${apply}` : apply }
  }
  return isReady ? { next: isPinned ? 'plumbline run' : 'plumbline snapshot   then   plumbline run' } : {}
}

const marks = { error: '✗', warning: '! warning:', info: 'i note:' } as const

function wordHolding(checks: number, warnings: number): string {
  if (warnings === 0) return `all ${checks} checks hold`
  return `${checks - warnings} of ${checks} checks hold, ${warnings} ${warnings === 1 ? 'warns' : 'warn'} only`
}

/** `others`: what else is wrong. */
function wordFailing(checks: number, failing: number, warnings: number, others: number): string {
  if (failing > 0) return `${failing} of ${checks} checks fail`
  if (checks === 0) return 'nothing could be checked'
  return `${wordHolding(checks, warnings)}; ${others} ${others === 1 ? 'thing is' : 'things are'} wrong beside them`
}

function codeOf(check: ContractCheck): string {
  return check.promise.kind === 'present' ? '/missing-column' : `/${check.promise.kind}`
}

/** What is wrong beside the checks, such as a file that cannot be read. */
function otherLines({ file, line, message, remedy }: Diagnostic): string[] {
  return ['', `✗ ${file}:${line} ${message}`, ...(remedy === undefined ? [] : [`    → ${remedy}`])]
}

function otherItem({ file, line, message, remedy }: Diagnostic): string {
  const mended = remedy === undefined ? '' : ` → ${markdownText(remedy)}`
  return `- ${markdownCode(`${file}:${line}`)} ${markdownText(message)}${mended}`
}

function failureLines(check: ContractCheck, result: ContractResult): string[] {
  const rename = renameOf(check, result.renames)
  return [
    `${marks[check.severity]} ${check.column ?? 'rows'}  ${wordFailure(check)}   ${check.contract ?? result.contract}:${check.line}`,
    ...(rename
      ? [
          `    ${wordRename(rename)}`,
          `    → to accept it:  ${wordAcceptance(rename)}   (adds an alias to ${check.contract ?? result.contract})`,
        ]
      : []),
    ...(check.scale ? [`    ${wordScale(check.column ?? '', check.scale)}`] : []),
    ...(check.samples.length > 0 ? [`    ${wordSamples(check.samples)}`] : []),
  ]
}

function failureTable(failing: readonly ContractCheck[], result: ContractResult): string {
  const rows = failing.map((check) => {
    const rename = renameOf(check, result.renames)
    const more = rename ? `${markdownText(wordRename(rename))} ${markdownCode(wordAcceptance(rename))}` : ''
    return [
      markdownCode(check.column ?? 'rows'),
      markdownText(check.severity === 'error' ? wordFailure(check) : `${check.severity}: ${wordFailure(check)}`),
      more || markdownText(wordHints(check)),
      markdownCode(`${check.contract ?? result.contract}:${check.line}`),
    ]
  })
  return markdownTable(['column', 'what fails', 'rows', 'promised at'], rows)
}

/** The unit that the values are likely in, and the first rows. */
function wordHints({ column, scale, samples }: ContractCheck): string {
  return [...(scale ? [wordScale(column ?? '', scale)] : []), wordSamples(samples)].filter(Boolean).join(' · ')
}

function newColumnsLine({ newColumns, renames }: ContractResult): string | undefined {
  const unexplained = newColumns.filter(({ name, table }) => {
    return !renames.some((rename) => rename.added === name && rename.table === table)
  })
  if (unexplained.length === 0) return undefined
  return `New, not in the contract and not used: ${wordFiles(unexplained.map(({ name }) => name))}`
}
