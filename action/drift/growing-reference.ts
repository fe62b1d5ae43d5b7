import { type DataBlock, pairColumn, rowsOfBlock } from './drift-reference.ts'
import type { MarkedWindow } from './drift-state.ts'
import { type GrowingColumn, growingColumn } from './growing-column.ts'
import { judgeBetween } from './judge-between.ts'
import type { DriftRule } from './judge-drift.ts'
import { combine, type DriftReference, effectOf } from './judge-window.ts'
import { type NewestColumns, newestColumns } from './newest-columns.ts'
import { phaseOf } from './season.ts'

/** A reference to which blocks are added, the oldest first, each beside all that came before it. */
export interface GrowingReference {
  add(block: DataBlock): void
  /** The verdicts of `judgeWindow()` with `training` being what was added. */
  judge(window: DataBlock, rule: DriftRule): MarkedWindow
}

/** Blocks of one phase, or all of them where nothing repeats itself. */
interface Phase {
  readonly columns: Map<string, GrowingColumn>
  blocks: number
  untilMs: number
}

export function growingReference({ recentMs, season }: Pick<DriftReference, 'recentMs' | 'season'>): GrowingReference {
  const blocks: DataBlock[] = []
  const phases = new Map<number, Phase>()
  const newest = newestColumns()
  const phaseFor = (window: DataBlock): Phase => {
    const key = season ? phaseOf(window, season) : 0
    const phase = phases.get(key) ?? { columns: new Map(), blocks: 0, untilMs: -Infinity }
    phases.set(key, phase)
    return phase
  }
  return {
    add(block) {
      blocks.push(block)
      newest.add(block)
      const phase = phaseFor(block)
      phase.blocks += 1
      phase.untilMs = Math.max(phase.untilMs, block.untilMs)
      for (const [name, own] of block.columns) {
        const column = phase.columns.get(name) ?? growingColumn()
        phase.columns.set(name, column)
        column.add(own)
      }
    },
    judge(window, rule) {
      const phase = phaseFor(window)
      const { sinceMs, untilMs } = window
      const shared = [...phase.columns].filter(([name]) => window.columns.has(name))
      const vanished = [...phase.columns.keys()].filter((name) => !window.columns.has(name))
      const pairs = shared.map(([name, column]) => pairColumn(name, column, window).column)
      const first = judgeBetween(pairs, vanished, rule, {
        boundsOf: ({ name, kind }, question) => phase.columns.get(name)?.bounds(kind, question),
        tighten: ({ name, kind }, question) => phase.columns.get(name)?.tighten(kind, question),
        variationOf: ({ name, kind }, question) => phase.columns.get(name)?.variation(kind, question),
      })
      // What the newest blocks say matters to nothing else.
      const isAsked = first.columns.some(({ verdict }) => verdict === 'drift')
      const from = blocks.findIndex((block) => block.sinceMs >= phase.untilMs - recentMs)
      const isApart = from >= 0 && blocks.length - from < phase.blocks
      const second = isAsked && isApart ? judgeRecent(window, rule, phase, newest, from) : null
      const alpha = rule.fdr / Math.max(1, second?.questions ?? 0)
      const recentOf = new Map(second?.columns.map((column) => [column.name, column]))
      const columns = first.columns.map((column) => {
        const { name, weight } = column
        return { name, verdict: combine(column, recentOf.get(name) ?? null, alpha), weight, effect: effectOf(column) }
      })
      return { sinceMs, untilMs, rows: rowsOfBlock(window), columns }
    },
  }
}

function judgeRecent(window: DataBlock, rule: DriftRule, phase: Phase, newest: NewestColumns, from: number) {
  const names = [...window.columns.keys()].filter((name) => newest.has(name, from))
  const pairs = names.map((name) => pairColumn(name, newest.column(name, from), window).column)
  return judgeBetween(pairs, [], rule, {
    boundsOf: ({ name, kind }, question) => phase.columns.get(name)?.bounds(kind, question, newest.spread(name, from)),
    tighten: ({ name, kind }, question) => phase.columns.get(name)?.tighten(kind, question),
    variationOf: ({ name, kind }, question) => {
      const found = phase.columns.get(name)?.variation(kind, question)
      return found && { ...found, spread: newest.spread(name, from) }
    },
  })
}
