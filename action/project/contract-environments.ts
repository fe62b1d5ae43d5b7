import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import { type Contract, type ContractColumn, type ContractRule, columnsAbout, type TableRule } from './contract.ts'
import type { Project } from './project.ts'

/** Where a model learns: all that a contract says holds there, unless it says otherwise. */
export const training = 'training'
const usual = [training, 'serving'] as const

/** What holds of a whole snapshot, and hardly of the few rows of a request. */
const wholeKinds: ReadonlySet<string> = new Set([
  'unique',
  'unique-together',
  'row-count',
  'sql',
  'freshness',
  'retention',
])

/** Where a promise holds; undefined for everywhere. */
export function environmentsOf({ kind, environments }: ContractRule | TableRule): readonly string[] | undefined {
  return environments ?? (wholeKinds.has(kind) ? [training] : undefined)
}

/**
 * What a contract promises of files in one environment. Columns that need not be there are left out, and with them what is
 * promised of them; `target`, which nobody knows when a model is asked, is there in training alone, unless the contract says more.
 */
export function inEnvironment(contract: Contract, environment: string, target: string): Contract {
  const isThere = ({ name, environments }: ContractColumn) =>
    (environments ?? (name === target ? [training] : undefined))?.includes(environment) ?? true
  const holds = (rule: ContractRule | TableRule) => environmentsOf(rule)?.includes(environment) ?? true
  const columns = contract.columns.filter(isThere).map((column) => ({ ...column, rules: column.rules.filter(holds) }))
  const others = contract.columns.filter((column) => !isThere(column))
  return {
    ...contract,
    columns,
    elsewhere: others.flatMap(({ name, aliases }) => [name, ...aliases]),
    tableRules: contract.tableRules.filter(
      (rule) => holds(rule) && !others.some(({ name }) => columnsAbout(rule).includes(name)),
    ),
  }
}

/** A project whose data is looked at in one environment: labels are known in training alone. */
export function dataIn(project: Project, environment: string): Project {
  if (environment === training) return project
  const { labels: _labels, ...data } = project.data
  return { ...project, data }
}

/** Throws `cli/bad-input` for an environment that neither Plumbline nor the contract knows, with the nearest that it does. */
export function requireEnvironment({ file, columns, tableRules }: Contract, environment: string): void {
  const named = [...columns, ...columns.flatMap(({ rules }) => rules), ...tableRules]
  const known = [...new Set([...usual, ...named.flatMap(({ environments = [] }) => environments)])]
  if (known.includes(environment)) return
  const meant = nearestName(environment, known)
  const remedy = meant === undefined ? `Choose one of: ${known.join(', ')}.` : `Did you mean "${meant}"?`
  const message = `Cannot validate for "${environment}": ${file} names no such environment; expected one of ${known.join(', ')}`
  throw new Fault('cli/bad-input', message, { remedy })
}

/** One of the usual environments that a name is most likely a slip of; undefined where it is one, or far from both. */
export function misspeltEnvironment(name: string): string | undefined {
  return (usual as readonly string[]).includes(name) ? undefined : nearestName(name, usual)
}
