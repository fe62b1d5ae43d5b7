import { expect } from 'vitest'

import { drift } from '../../action/commands/drift.ts'
import { register } from '../../action/commands/register.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { openLocalGitHub } from '../../action/local-github/open-local-github.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { driftRecordsIn } from '../../action/registry/record-drift.ts'
import type { WindowsReport } from '../../action/report/report-windows.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { contextOf, runProject } from './registered-project.ts'
import { schemaOf } from './result-schema.ts'
import { type TinyProject, tinyFiles, tinyYaml } from './tiny-project.ts'

export const weekMs = 604_800_000
export const rowsAWeek = 672
export const learnedWeeks = 16
/** A Monday, as windows begin. */
export const startMs = Date.UTC(2024, 11, 30)

/** Parcels of some weeks; of `moved` ones a fifth goes from N to S. */
export function weeks(from: number, to: number, moved: readonly number[] = []): string {
  const lines: string[] = []
  for (let row = from * rowsAWeek; row < to * rowsAWeek; row += 1) {
    const week = Math.floor(row / rowsAWeek)
    const distance = (row * 7919) % 1000
    const late = distance * 0.7 + ((row * 104_729) % 1000) * 0.3 > 600 ? 1 : 0
    const usual = ['N', 'S', 'E', 'W'][row % 4] ?? ''
    const region = moved.includes(week) && usual === 'N' && row % 5 > 0 ? 'S' : usual
    const at = new Date(startMs + row * (weekMs / rowsAWeek)).toISOString()
    lines.push([`p${row}`, at, region, distance, late].join(','))
  }
  return `parcel,shipped_at,region,distance_km,late\n${lines.join('\n')}\n`
}

/** So long after the end of a week that its window is closed. */
export function afterWeek(week: number): Date {
  return new Date(startMs + week * weekMs + 90_000_000)
}

export const driftInputs = {
  ...{ reference: undefined, current: undefined, replay: false, time: undefined, window: undefined, recent: undefined },
  ...{ persist: undefined, season: undefined, effect: undefined, fdr: undefined, above: {}, weight: {} },
  ...{
    record: false,
    deployment: undefined,
    'prediction-log': undefined as string | undefined,
    'no-fetch': false,
    html: undefined,
  },
}

export async function judged({ folder }: TinyProject, now: Date, more: Partial<typeof driftInputs> = {}) {
  const outcome = await drift.run({ ...driftInputs, ...more }, contextOf(folder, { now: () => now }))
  if (outcome.kind !== 'done' && outcome.kind !== 'no') throw new Error(JSON.stringify(outcome))
  const result = outcome.result as WindowsReport
  if (result.kind !== 'judged') throw new Error(result.kind)
  const report = await drift.report(result)
  const isValid = schemaOf('drift')
  isValid(JSON.parse(jsonEnding('drift', { ...outcome, report })))
  expect(isValid.errors ?? []).toEqual([])
  return { ...result, isNo: outcome.kind === 'no', report }
}

export async function recorded({ folder }: TinyProject) {
  await using connection = await openLocalGitHub(folder)
  const { records } = await readLedger(await openGitHubClient(connection))
  return driftRecordsIn(records, 'parcels')
}

type Files = Readonly<Record<string, string>>

/** A project of weeks that are learned, whose model is released, where the environment says so in a public repository. */
export async function releasedProject(
  environment: Readonly<Record<string, string>> = {},
  change: (files: Files) => Files = (files) => files,
): Promise<TinyProject> {
  const policy = `${tinyYaml}retrain: { any: [{ drift: confirmed }], limits: { cool-down: 0s } }\n`
  const files = { ...tinyFiles, 'data/parcels.csv': weeks(0, learnedWeeks), 'plumbline.yaml': policy }
  const project = await runProject({ files: change(files) })
  const context = contextOf(project.folder)
  const outcome = await register.run(
    { param: [] },
    { ...context, environment: { ...context.environment, ...environment } },
  )
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
  return project
}
