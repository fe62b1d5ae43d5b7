import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { ProgramStage, Project } from '../project/project.ts'
import { refitName, stagesOfRefit } from './declare-keys.ts'
import type { Job } from './run-session.ts'

/** One stage of a run, Plumbline's or the user's, and the stages that come before it. */
export interface StageNode {
  readonly name: string
  readonly job: Job
  /** All of these stand before it in the graph. */
  readonly needs: readonly string[]
}

/** Which stages a run is about. */
export interface Selection {
  /** Done again, and all that follows from it. */
  readonly from?: string
  /** The last one, with all that it needs. */
  readonly to?: string
  /** This one alone, from results that are here. */
  readonly stage?: string
  /** Nothing comes from the cache. */
  readonly force?: boolean
}

export interface ChosenStages {
  readonly wanted: ReadonlySet<string>
  /** Of those wanted: done again, though a result may be here. */
  readonly forced: ReadonlySet<string>
  /** The one at which the run ends, where it is not the last of the graph. */
  readonly last?: string
  /** Where it is given, all others must be here already. */
  readonly only?: string
  /** What was asked for in words, where that is not all: `to train`. */
  readonly part?: string
}

/** Every stage of a run in the order in which they are told, each after what it needs. `checked`: stages whose rows have a contract. */
export function stageGraph(project: Project, checked: ReadonlySet<string>): readonly StageNode[] {
  const graph: StageNode[] = []
  const add = (name: string, job: Job, needs: readonly string[]) => graph.push({ name, job, needs })
  const check = (stage: string, name: string, job: Job) => {
    if (checked.has(stage)) add(`${name}.contract`, job, [name])
  }
  const addPrograms = (stages: readonly ProgramStage[], job: Job, nameOf: (stage: string) => string, first: string) => {
    for (const { name, needs, fallback } of stages) {
      const before = [...needs, ...(fallback ? [fallback.stage] : [])]
      add(nameOf(name), job, [first, ...before.filter((need) => need !== 'features').map(nameOf)])
      check(name, nameOf(name), job)
    }
  }
  add('validate', 'prepare', [])
  add('features', 'prepare', ['validate'])
  check('features', 'features', 'prepare')
  add('split', 'prepare', ['features'])
  addPrograms(project.stages, 'train', (stage) => stage, 'split')
  add('smoke', 'train', ['split', 'predict'])
  add('evaluate', 'judge', ['split', 'predict'])
  add('gate', 'judge', ['evaluate', 'smoke'])
  const again = stagesOfRefit(project)
  addPrograms(again, 'refit', refitName, 'gate')
  if (again.length > 0)
    add(
      refitName('smoke'),
      'refit',
      again.map(({ name }) => refitName(name)),
    )
  return graph
}

/** Throws `cli/bad-input` for a stage that the graph does not hold. */
export function chooseStages(graph: readonly StageNode[], selection: Selection): ChosenStages {
  const { from, to, stage, force = false } = selection
  for (const [input, name] of Object.entries({ from, to, stage })) {
    if (name !== undefined && !graph.some((node) => node.name === name)) throw unknownStage(input, name, graph)
  }
  const last = stage ?? to
  const wanted = last === undefined ? new Set(graph.map(({ name }) => name)) : upTo(graph, last)
  const again = force ? wanted : from === undefined ? new Set<string>() : following(graph, from)
  const forced = stage === undefined ? again : following(graph, stage)
  return {
    wanted,
    forced: new Set([...forced].filter((name) => wanted.has(name))),
    ...(last !== undefined && { last }),
    ...(last !== undefined && { part: stage === undefined ? `to ${last}` : `stage ${last}` }),
    ...(stage !== undefined && { only: stage }),
  }
}

/** A stage, all that it needs, and the checks of their rows. */
function upTo(graph: readonly StageNode[], last: string): Set<string> {
  const wanted = new Set([last])
  for (const { name, needs } of graph.toReversed()) if (wanted.has(name)) for (const need of needs) wanted.add(need)
  for (const { name, needs } of graph)
    if (name.endsWith('.contract') && needs.every((need) => wanted.has(need))) wanted.add(name)
  return wanted
}

function following(graph: readonly StageNode[], first: string): Set<string> {
  const found = new Set([first])
  for (const { name, needs } of graph) if (needs.some((need) => found.has(need))) found.add(name)
  return found
}

function unknownStage(input: string, name: string, graph: readonly StageNode[]): Fault {
  const names = graph.map((node) => node.name)
  const meant = nearestName(name, names)
  return new Fault('cli/bad-input', `Cannot use "--${input} ${name}": it is no stage; expected one of this run`, {
    remedy: meant === undefined ? `Stages: ${names.join(', ')}` : `Did you mean "${meant}"?`,
  })
}
