import type { RunPlan } from '../pipeline/plan-run.ts'
import type { PlannedStage, PlanReason } from '../pipeline/plan-step.ts'
import type { FixtureRun } from '../pipeline/run-on-fixtures.ts'
import type { HookRecord, RunRecord } from '../pipeline/run-record.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatSeconds } from './numbers.ts'
import { nameColumn } from './progress-lines.ts'
import type { Report } from './report.ts'
import { wordCode } from './report-run.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordPart } from './word-stages.ts'

/** What `plumbline run` came to, by what it was asked for. */
export type RunResult =
  | ({ readonly kind: 'run' } & RunRecord)
  | ({ readonly kind: 'plan' } & RunPlan)
  | ({ readonly kind: 'fixture' } & FixtureRun)
  | { readonly kind: 'hooks'; readonly hooks: readonly HookRecord[] }

const actions = { cached: 'from the cache', runs: 'runs', open: 'may run', skipped: 'skipped' } as const

/** What would run: the count first, then each stage with its reason. */
export function reportPlan(plan: RunPlan): Report {
  const verdict = planVerdict(plan)
  const lines = plan.stages.map((stage) => {
    const why = stage.reasons.map(wordReason).join('; ')
    return `  ${nameColumn(stage.name)} ${actions[stage.action].padEnd(14)} ${plainText(why)}`.trimEnd()
  })
  const rows = plan.stages.map(({ name, action, reasons }) => [
    markdownCode(name),
    actions[action],
    markdownText(reasons.map(wordReason).join('; ')),
  ])
  const isDone = plan.stages.every(({ action }) => action === 'cached' || action === 'skipped')
  return {
    text: ownLines([wordPlanHeader(plan), '', ...lines, '', verdict]),
    markdown: [
      `## ${markdownText(plan.model)}`,
      markdownText(verdict),
      markdownTable(['stage', 'would', 'why'], rows),
    ].join('\n\n'),
    outputs: { verdict: 'pass', 'run-key': plan.runKey, 'data-digest': plan.dataDigest },
    ...(!isDone && { next: 'plumbline run' }),
  }
}

function wordPlanHeader({ model, dataDigest, code, trigger }: RunPlan): string {
  const by = `trigger: ${trigger.kind} by ${plainText(trigger.actor)}`
  return [model, `data ${dataDigest.slice(0, 8)}`, wordCode(code), by].join(' · ')
}

function planVerdict({ stages, runKey, isRefused }: RunPlan): string {
  const count = (wanted: PlannedStage['action']) => stages.filter(({ action }) => action === wanted).length
  const [runs, open] = [count('runs'), count('open')]
  const key = `run key ${runKey.slice(0, 8)}`
  const refused = isRefused ? ' · the gates said no to it: nothing is refitted' : ''
  if (runs + open === 0)
    return `NOTHING TO DO  all ${formatCount(stages.length)} stages from the cache (${key})${refused}`
  const more = open === 0 ? '' : `, ${formatCount(open)} more may`
  return `PLAN  ${formatCount(runs)} of ${formatCount(stages.length)} stages would run${more} (${key})${refused}`
}

/** Why a stage would run, without its name: `train.py changed`, `after tune`. */
export function wordReason(reason: PlanReason): string {
  switch (reason.kind) {
    case 'never ran':
      return 'it never ran here'
    case 'forced':
      return 'it is asked for'
    case 'changed':
      return `${wordSome(reason.parts.map(({ name }) => wordPart(name)))} changed`
    case 'observed':
      return 'the interpreter, the system or an input’s bytes changed'
    case 'spoilt':
      return 'what is kept of it was changed or is damaged'
    case 'waits':
      return `after ${wordSome(reason.stages)}`
    case 'condition':
      return `if: ${reason.text}`
  }
}

const namesShown = 3

function wordSome(names: readonly string[]): string {
  const more = names.length - namesShown
  return `${names.slice(0, namesShown).join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`
}

/** Where the outputs of a stage lie that ran on somebody's own inputs. */
export function reportFixture({ stage, outputs }: FixtureRun): Report {
  const took = stage.outcome === 'cached' ? 'from the cache' : formatSeconds(stage.seconds)
  const verdict = `DONE  ${stage.name} on the inputs given · ${took}`
  const width = Math.max(0, ...Object.keys(outputs).map((name) => name.length))
  const rows = Object.entries(outputs).map(([name, path]) => `  ${name.padEnd(width)}  ${plainText(path)}`)
  const items = Object.entries(outputs).map(([name, path]) => `- ${markdownCode(name)}: ${markdownCode(path)}`)
  return {
    text: ownLines([verdict, ...rows]),
    markdown: [`## ${markdownText(verdict)}`, items.join('\n')].join('\n\n'),
    outputs: { verdict: 'pass' },
  }
}

export function reportHooks({ hooks }: { readonly hooks: readonly HookRecord[] }): Report {
  const words = hooks.map(
    ({ name, outcome, seconds }) => `${name} ${outcome === 'done' ? '✓' : '✗'} ${formatSeconds(seconds)}`,
  )
  const verdict = hooks.length === 0 ? 'DONE  no hook to call' : `DONE  ${words.join(' · ')}`
  return { text: plainText(verdict), markdown: `## ${markdownText(verdict)}`, outputs: { verdict: 'pass' } }
}
