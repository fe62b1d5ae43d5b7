import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Fault } from '../base/fault.ts'
import { seasons } from '../project/drift-policy.ts'
import type { DriftPage } from '../report/drift-page/page-content.ts'
import type { DriftReport } from '../report/report-drift.ts'
import type { ReplayReport } from '../report/report-replay.ts'
import type { WindowsReport } from '../report/report-windows.ts'
import { type CommandContext, defineCommand, type Outcome } from './define-command.ts'
import { duration, limits, persistence, share, weights } from './drift-fields.ts'
import { choice, flag, text } from './fields.ts'
import { record } from './record-field.ts'
import { rolloutFields } from './rollout-fields.ts'
import { tellIfLong } from './tell-if-long.ts'

const dayMs = 86_400_000

export const drift = defineCommand({
  name: 'drift',
  group: 'data',
  summary: 'Say whether new rows drifted from what the live model learned, or one set of data from another.',
  example: 'plumbline drift --reference 2024.parquet --current 2025-01.csv',
  inputs: {
    reference: text({
      description: 'The data to compare with: a file, or a glob in quotes',
      example: '2024.parquet',
      default: 'what the live release keeps',
    }),
    current: text({ description: 'The data to judge, named the same way', example: '2025-01.csv' }),
    replay: flag({
      description: 'Say how often the rule would have raised an alarm in the past of the reference, window by window',
    }),
    time: text({ description: 'The column that says when a row happened', default: 'the only date or time' }),
    window: duration({ description: 'How long a window of a replay is', example: '1d', default: '7d' }),
    recent: duration({
      description: 'How far back what a model learned last reaches; what it learned already is no alarm',
      example: '90d',
      default: '30d',
    }),
    persist: persistence({
      description: 'In how many of the last windows a column drifts before it is an alarm',
      example: '1/1',
      default: '2/3',
    }),
    season: choice(seasons, {
      description: 'What repeats itself: a window is compared with those of its own phase alone',
    }),
    effect: share({
      description:
        'The least effect that matters, 0 to 1: D of numbers, total variation of categories, shares of missing rows',
      example: '0.05',
      default: '0.1',
    }),
    fdr: share({
      description: 'The share of false ones among the columns called drifted, at most',
      example: '0.01',
      default: '0.05',
    }),
    above: limits({
      description:
        'A plain limit: a column drifts where a measure is above it, and by that alone; psi, ks, js-2 and others',
      example: 'psi=0.2',
    }),
    weight: weights({
      description: 'Importance of a column; columns without one then count nothing. Without any, all count alike',
      example: 'carrier=0.3',
    }),
    html: text({
      description:
        'Writes what was found as a page for people to this file: pictures of every column, nothing from the network',
      example: 'drift.html',
    }),
    record,
    deployment: rolloutFields.deployment,
    'prediction-log': rolloutFields.predictionLog,
    'no-fetch': flag({ description: 'Takes the files of remote sources as they lie there, without fetching' }),
  },
  outputs: {
    verdict: '`drift`, `insufficient data`, `notable` or `no drift`',
    drifted: 'How many columns drift or are gone',
    reason: 'Why, in one line',
  },
  permissions: { contents: 'write' },
  effects: ['reads-repository', 'writes-files', 'runs-user-code', 'pushes-commits'],
  isAdvisory: true,

  async run(inputs, context): Promise<Outcome<DriftReport | ReplayReport | WindowsReport>> {
    const { reference, current, effect = defaults.effect, fdr = defaults.fdr, above, weight } = inputs
    refuseUnread(inputs)
    if (inputs.html !== undefined) await requirePageFile(inputs, context)
    if (reference === undefined) {
      const { driftOfWindows } = await import('./drift-windows.ts')
      const { deployment, record: isRecorded, 'no-fetch': noFetch, 'prediction-log': predictionLog } = inputs
      const outcome = await tellIfLong(context.progress, 'drift', 'new rows', async () => {
        return await driftOfWindows({ deployment, isRecorded, isFetched: !noFetch, predictionLog }, context)
      })
      if (inputs.html !== undefined && outcome.kind !== 'diagnosed' && outcome.result.kind === 'judged') {
        const { pageOfWindows } = await import('../report/drift-page/page-of-windows.ts')
        await writePage(inputs.html, context, pageOfWindows(outcome.result))
      }
      return outcome
    }
    if (inputs.replay) return await replay(inputs, reference, context)
    if (current === undefined) throw notNamed(reference)
    const { folder, signal } = context
    // It begins while the files are looked for.
    const { startReader } = await import('../data/reading-engine.ts')
    await using reader = startReader(signal)
    const { findNamedFiles } = await import('../data/find-named-files.ts')
    const { compareSamples } = await import('../pipeline/compare-samples.ts')
    const rule = { effect, fdr, limits: above, weights: weight }
    const files = await Promise.all([reference, current].map((named) => findNamedFiles(folder, named)))
    const compared = await tellIfLong(context.progress, 'drift', current, async () => {
      return await compareSamples(files[0] ?? [], files[1] ?? [], rule, reader)
    })
    if (!compared.ok) return { kind: 'diagnosed', diagnostics: compared.diagnostics }
    const result = { reference, current, ...compared.value }
    if (inputs.html !== undefined) {
      const { pageOfSamples } = await import('../report/drift-page/page-of-samples.ts')
      await writePage(inputs.html, context, pageOfSamples(result))
    }
    return { kind: result.verdict === 'drift' || result.verdict === 'insufficient data' ? 'no' : 'done', result }
  },

  async report(result) {
    if ('policy' in result) {
      const { reportWindows } = await import('../report/report-windows.ts')
      return reportWindows(result)
    }
    if ('windows' in result) {
      const { reportReplay } = await import('../report/report-replay.ts')
      return reportReplay(result)
    }
    const { reportDrift } = await import('../report/report-drift.ts')
    return reportDrift(result)
  },
})

const defaults = { effect: 0.1, fdr: 0.05, windowMs: 7 * dayMs, recentMs: 30 * dayMs, persist: { need: 2, of: 3 } }

type Inputs = Parameters<typeof drift.run>[0]

/** What is given and would not be read. */
function refuseUnread(inputs: Inputs): void {
  const isGiven = (name: keyof Inputs) => {
    const value = inputs[name]
    return typeof value === 'object' ? Object.keys(value).length > 0 : value !== undefined && value !== false
  }
  const isOfWindows = inputs.reference === undefined
  const ofWindows: readonly (keyof Inputs)[] = ['record', 'deployment', 'prediction-log', 'no-fetch']
  const names = Object.keys(inputs) as (keyof Inputs)[]
  const isRead = (name: keyof Inputs) => name === 'html' || ofWindows.includes(name) === isOfWindows
  const unread = names.find((name) => isGiven(name) && !isRead(name))
  if (unread === undefined) return
  const [where, expected, remedy] = isOfWindows
    ? ([
        'without',
        'it beside the data to compare with',
        'Name that data with --reference; how new rows are judged, drift: of plumbline.yaml says.',
      ] as const)
    : (['with', 'it where new rows are judged beside the live model', 'Leave out one of both.'] as const)
  const message = `Cannot use --${unread} ${where} --reference: nothing would read it; expected ${expected}`
  throw new Fault('cli/bad-input', message, { remedy })
}

async function replay(
  inputs: Inputs,
  reference: string,
  { folder, signal, progress, now }: CommandContext,
): Promise<Outcome<ReplayReport>> {
  const { current, time, window: windowMs = defaults.windowMs } = inputs
  if (current !== undefined) throw bothNamed(reference, current)
  const { findNamedFiles } = await import('../data/find-named-files.ts')
  const { replaySample } = await import('../pipeline/replay-sample.ts')
  const rule = {
    effect: inputs.effect ?? defaults.effect,
    fdr: inputs.fdr ?? defaults.fdr,
    limits: inputs.above,
    weights: inputs.weight,
    recentMs: inputs.recent ?? defaults.recentMs,
    season: inputs.season ?? null,
    persist: inputs.persist ?? defaults.persist,
  }
  const files = await findNamedFiles(folder, reference)
  const replayed = await tellIfLong(progress, 'replay', reference, async () => {
    return await replaySample(files, { rule, windowMs, nowMs: now().getTime(), time }, signal)
  })
  if (!replayed.ok) return { kind: 'diagnosed', diagnostics: replayed.diagnostics }
  return { kind: 'done', result: { reference, ...replayed.value } }
}

function notNamed(reference: string): Fault {
  return new Fault('cli/missing-input', `Cannot compare "${reference}": nothing is named to compare with it`, {
    remedy: 'Name the data to judge with --current, or ask for the past of the reference with --replay.',
  })
}

/** Before anything is read, so that nobody waits for a page that cannot be written; and never over data. */

async function writePage(file: string, { folder }: CommandContext, page: DriftPage): Promise<void> {
  const { driftPage } = await import('../report/drift-page/drift-page.ts')
  const { writeWhole } = await import('../base/write-whole.ts')
  await writeWhole(resolve(folder, file), driftPage(page))
}

async function requirePageFile({ html = '', replay: isReplay }: Inputs, { folder }: CommandContext): Promise<void> {
  const refused = (state: string, expected: string) =>
    new Fault('cli/bad-input', `Cannot write "${html}": ${state}; expected ${expected}`, {
      remedy: 'For example: --html drift.html',
    })
  if (isReplay) throw refused('a replay has no page', '--html beside --current')
  if (!/\.html?$/i.test(html)) throw refused('its ending is unknown', '.html')
  const found = await stat(resolve(folder, html)).catch(() => undefined)
  if (found && !found.isFile()) throw refused('no file stands there', 'a file, or a place for one')
}

function bothNamed(reference: string, current: string): Fault {
  return new Fault(
    'cli/bad-input',
    `Cannot replay "${reference}": --current names "${current}", too; expected one set of data`,
    {
      remedy: 'Leave out --current to replay the past of the reference, or --replay to compare the two.',
    },
  )
}
