import type { Diagnostic } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { LineOf } from './check-project.ts'
import { readCondition } from './condition.ts'
import { outputsOf } from './output-kind.ts'
import type { ProjectDocument } from './project-schema.ts'

type Programs = Readonly<Record<string, ProjectDocument['stages']['train']>>

/** Stages that a model cannot be without. */
const always: ReadonlySet<string> = new Set(['train', 'predict'])

/** What `if:` and `fallback:` ask for, where it cannot be had. */
export function checkConditions(file: string, document: ProjectDocument, lineOf: LineOf): readonly Diagnostic[] {
  const { features: _, ...programs } = document.stages
  const found: Diagnostic[] = []
  for (const [name, stage] of Object.entries(programs)) {
    if (stage.if !== undefined) checkCondition(name, stage.if)
    if (stage.fallback) checkFallback(name, stage.fallback.stage)
  }
  return found

  function add(path: readonly string[], message: string, remedy: string, code = 'project/value'): void {
    found.push({ code, file, ...lineOf(path), message, remedy })
  }

  function checkCondition(name: string, text: string): void {
    const path = ['stages', name, 'if']
    const read = readCondition(text)
    if (!read.ok) {
      const contexts = 'trigger, params.NAME and stages.NAME.outputs.OUTPUT'
      add(
        path,
        `Cannot read the condition of "${name}": ${read.problem}; expected an expression over ${contexts}`,
        'Correct it.',
      )
      return
    }
    if (always.has(name)) {
      add(path, `Cannot make "${name}" depend on a condition: there is no model without it`, 'Take out the line.')
    }
    const { params, stages, asksTrigger } = read.condition
    for (const param of params.filter((asked) => !(asked in document.params))) {
      add(
        path,
        `Cannot use "params.${param}" in the condition of "${name}": no such parameter`,
        known(param, Object.keys(document.params)),
      )
    }
    for (const asked of stages.filter((other) => !programs[name]?.needs.includes(other))) {
      const remedy = asked in programs ? `Add ${asked} to its needs.` : known(asked, Object.keys(programs))
      add(path, `Cannot use "stages.${asked}" in the condition of "${name}": the stage does not need it`, remedy)
    }
    const user = asksTrigger ? [...always].find((model) => reaches(programs, model, name)) : undefined
    if (user !== undefined) {
      const why = 'one run key would stand for different models'
      add(
        path,
        `Cannot let the trigger decide on "${name}": "${user}" needs it, and ${why}`,
        'Ask for a parameter instead: params.NAME',
      )
    }
  }

  function checkFallback(name: string, standIn: string): void {
    const path = ['stages', name, 'fallback']
    const other = programs[standIn]
    if (!other) {
      const message = `Cannot fall back from "${name}" to "${standIn}": it is no stage`
      add(path, message, known(standIn, Object.keys(programs)), 'project/unknown-stage')
      return
    }
    if (name === 'predict' || always.has(standIn)) {
      const what = name === 'predict' ? 'predict' : standIn
      add(
        path,
        `Cannot fall back from "${name}" to "${standIn}": ${what} is part of every model`,
        'Name another stage.',
      )
    }
    if (other.if !== undefined || other.fallback) {
      const what = other.if === undefined ? 'a fallback' : 'a condition'
      add(
        path,
        `Cannot fall back from "${name}" to "${standIn}": that one has ${what} of its own`,
        'Name a stage without.',
      )
    }
    const users = Object.entries(programs).filter(([, { needs }]) => needs.includes(standIn))
    for (const [user] of users) {
      add(
        path,
        `Cannot fall back from "${name}" to "${standIn}": "${user}" needs it, too, but it runs only where "${name}" fails`,
        `Have "${user}" need "${name}".`,
      )
    }
    const [wanted, given] = [outputsOf(name, programs[name]?.out ?? {}), outputsOf(standIn, other.out)]
    const lacking = Object.entries(wanted).filter(([output, { kind }]) => given[output]?.kind !== kind)
    for (const [output, { kind }] of lacking) {
      add(
        path,
        `Cannot fall back from "${name}" to "${standIn}": it has no output "${output}" of kind ${kind}`,
        'Give it the same outputs.',
      )
    }
  }
}

/** Whether a stage uses another one's outputs, on whatever way. */
function reaches(programs: Programs, from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true
  if (seen.has(from)) return false
  seen.add(from)
  const { needs = [], fallback } = programs[from] ?? {}
  return [...needs, ...(fallback ? [fallback.stage] : [])].some((next) => reaches(programs, next, to, seen))
}

function known(misspelt: string, names: readonly string[]): string {
  const meant = nearestName(misspelt, names)
  return meant === undefined ? `Known here: ${names.join(', ') || 'none'}.` : `Did you mean "${meant}"?`
}
