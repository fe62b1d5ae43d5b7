import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Contract } from '../project/contract.ts'
import { meets } from '../project/expectation.ts'
import type { ContractCheck } from './contract-result.ts'
import { runSqlChild } from './run-sql-child.ts'
import type { SourceFile } from './source-file.ts'
import { resultOf, sqlLimits } from './sql-limits.ts'

export interface CheckedSqlRules {
  readonly checks: readonly ContractCheck[]
  /** Queries that are not one SELECT over the table, or that give no number. */
  readonly diagnostics: readonly Diagnostic[]
}

const timeoutMs = 600_000

/** Holds the numbers of a contract's SQL rules against what is expected of them, in a child process that reaches these files alone. */
export async function checkSqlRules(
  files: readonly SourceFile[],
  contract: Contract,
  rows: number,
  signal?: AbortSignal,
): Promise<CheckedSqlRules> {
  const rules = contract.tableRules.flatMap((rule) => (rule.kind === 'sql' ? [rule] : []))
  if (rules.length === 0) return { checks: [], diagnostics: [] }
  const tempFolder = await mkdtemp(join(tmpdir(), 'plumbline-rules-'))
  try {
    const request = { task: 'rules', ...(await sqlLimits(tempFolder)), contract, files } as const
    const made = resultOf(await runSqlChild(request, timeoutMs, signal))
    if (!made.ok) return { checks: [], diagnostics: made.diagnostics }
    const checks: ContractCheck[] = []
    const diagnostics: Diagnostic[] = []
    for (const [index, rule] of rules.entries()) {
      const { line, severity = 'error', dimension = null, environments: _environments, ...promise } = rule
      const found = made.value[index]
      if (found?.kind === 'diagnosed') diagnostics.push(found.diagnostic)
      if (found === undefined || found.kind === 'diagnosed') continue
      checks.push({
        column: promise.column ?? null,
        promise,
        line,
        outcome: found.kind === 'skipped' ? 'skipped' : meets(found.value, promise.expected) ? 'pass' : 'fail',
        failing: 0,
        rows,
        tolerance: null,
        severity,
        dimension,
        ...(found.kind === 'number' && found.isShown && { measured: found.value }),
        samples: [],
        missingIn: [],
      })
    }
    return { checks, diagnostics }
  } finally {
    await rm(tempFolder, { recursive: true, force: true })
  }
}
