import type { Diagnostic } from '../base/diagnostic.ts'
import type { ContractCheck } from '../data/contract-result.ts'
import type { Validation } from './report-validation.ts'
import { plainText } from './terminal.ts'
import { renameOf, wordFailure, wordRename, wordSamples, wordScale } from './word-contract.ts'

/**
 * A validation as JUnit XML, as GitHub's and Jenkins' readers take it: a case a check, at its line of the contract.
 * A check that fails without keeping the data out passes, and says so in its output; what cannot be read is an error.
 */
export function junitXml(result: Validation): string {
  const failing = result.checks.filter(keepsOut)
  const skipped = result.checks.filter(({ outcome }) => outcome === 'skipped')
  const errors = result.diagnostics.filter((diagnostic) => !failing.some((check) => isOf(check, result, diagnostic)))
  const counts = attributes({
    tests: result.checks.length + errors.length,
    failures: failing.length,
    errors: errors.length,
    skipped: skipped.length,
    time: result.seconds.toFixed(3),
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'plumbline validate' })}${counts}>`,
    `  <testsuite${attributes({ name: result.contract })}${counts}>`,
    ...errors.map(errorCase),
    ...result.checks.map((check) => checkCase(check, result)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function checkCase(check: ContractCheck, result: Validation): string {
  const { column, promise, line, outcome, contract = result.contract } = check
  const name = `${column ?? 'rows'}: ${promise.kind}, line ${line}`
  const opening = `    <testcase${attributes({ classname: contract, name, file: contract, line, time: '0' })}`
  if (outcome === 'skipped') return `${opening}>\n      <skipped message="the column is missing"/>\n    </testcase>`
  if (outcome === 'pass') return `${opening}/>`
  const message = `${column ?? 'rows'} ${wordFailure(check)}`
  const rename = renameOf(check, result.renames)
  const hints = [
    ...(rename ? [wordRename(rename)] : []),
    ...(check.scale ? [wordScale(column ?? '', check.scale)] : []),
  ]
  const details = xmlText([message, ...hints, wordSamples(check.samples)].filter(Boolean).join('; '))
  if (!keepsOut(check)) return `${opening}>\n      <system-out>${details}</system-out>\n    </testcase>`
  const failure = `<failure${attributes({ message, type: codeOf(check) })}>${details}</failure>`
  return `${opening}>\n      ${failure}\n    </testcase>`
}

function errorCase({ code, file, line, message, remedy }: Diagnostic): string {
  const place = attributes({ classname: file, name: `${code}, line ${line}`, file, line, time: '0' })
  const error = `<error${attributes({ message, type: code })}>${xmlText(remedy ?? message)}</error>`
  return `    <testcase${place}>\n      ${error}\n    </testcase>`
}

function keepsOut({ outcome, severity }: ContractCheck): boolean {
  return outcome === 'fail' && severity === 'error'
}

function isOf(check: ContractCheck, { contract }: Validation, { code, file, line }: Diagnostic): boolean {
  return code === codeOf(check) && file === (check.contract ?? contract) && line === check.line
}

function codeOf({ promise }: ContractCheck): string {
  return promise.kind === 'present' ? 'contract/missing-column' : `contract/${promise.kind}`
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlText(String(value))}"`)
    .join('')
}

/** Untrusted text as XML that holds exactly this text, on one line, in an attribute or an element. */
function xmlText(text: string): string {
  return plainText(text)
    .replace(/[\uFFFE\uFFFF]/g, '')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
