import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { canonicalJson } from '../../action/base/canonical-json.ts'
import type { CommandContext } from '../../action/commands/define-command.ts'
import { seeSnapshot } from '../../action/commands/retrain-facts.ts'
import { earlierFiles } from '../../action/data/count-new-rows.ts'
import { jsonOfReference } from '../../action/drift/reference-json.ts'
import { judgeNewRows } from '../../action/pipeline/judge-new-rows.ts'
import { countedReference, keptReference } from '../../action/pipeline/learned-reference.ts'
import type { Ending } from '../../action/report/ending.ts'
import { reportWindows } from '../../action/report/report-windows.ts'
import { contextIn } from '../support/command-context.ts'
import { pinData } from '../support/pin-data.ts'
import { tinyProject } from '../support/tiny-project.ts'
import { learnedWeeks, parcels } from './parcel-weeks.ts'

/** What the release that is live keeps, and its tag. */
export const referencePath = 'reference.json'
const tag = 'parcels-v1-gdaae762e-dc68e4c05'

/** Path → bytes; a folder ends with the test that made it. */
let base: Promise<ReadonlyMap<string, Buffer>> | undefined

/** A project whose data is pinned, and beside it what a release learned of it. */
export async function copyReleased(folder: string): Promise<void> {
  base ??= releasedProject()
  for (const [path, bytes] of await base) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
}

async function releasedProject(): Promise<ReadonlyMap<string, Buffer>> {
  const { folder } = await tinyProject({ files: { 'data/parcels.csv': parcels(0, learnedWeeks) } })
  await pinData(folder)
  const seen = await seeSnapshot(contextIn(folder), false)
  if (!seen.ok) throw new Error(JSON.stringify(seen.diagnostics))
  const { project, contracts, snapshot } = seen.value
  const { until } = snapshot.lock
  const counted = await countedReference(tag, { project, contracts, files: snapshot.files, until })
  if (!counted.ok) throw new Error(JSON.stringify(counted.diagnostics))
  writeFileSync(join(folder, referencePath), canonicalJson(jsonOfReference(counted.value)))
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name))
  return new Map(paths.map((path) => [relative(folder, path), readFileSync(path)]))
}

/** `plumbline drift` beside a release of which nothing is asked but what it keeps: what comes before and after GitHub. */
export async function judgeBesideRelease(context: CommandContext): Promise<Ending> {
  const seen = await seeSnapshot(context, false)
  if (!seen.ok) return { kind: 'diagnosed', diagnostics: seen.diagnostics }
  const { project, contracts, pinned, snapshot } = seen.value
  const stored = await keptReference(tag, join(context.folder, referencePath))
  const judged = await judgeNewRows({
    ...{ project, contracts, files: snapshot.files, release: tag, learned: { inputs: stored }, log: [], past: [] },
    pinned: pinned ? (await earlierFiles(project, pinned, snapshot, context.signal, context)).features : [],
    pinnedUntil: pinned?.until ?? null,
    now: context.now(),
  })
  if (!judged.ok) return { kind: 'diagnosed', diagnostics: judged.diagnostics }
  const { answers: _, ...found } = judged.value
  const [first, last] = [stored.blocks[0], stored.blocks.at(-1)]
  const rows = stored.blocks.reduce((all, block) => all + block.rows, 0)
  const span = { blockMs: stored.blockMs, blocks: stored.blocks.length, rows }
  const report = reportWindows({
    ...{ kind: 'judged', model: 'parcels', environment: 'production', policy: project.drift, release: tag },
    ...{ isLive: true, isRecorded: false, where: { isEmbedded: true, name: 'local/parcels' }, calls: 0 },
    learned: { source: 'release', ...span, sinceMs: first?.sinceMs ?? 0, untilMs: last?.untilMs ?? 0 },
    prediction: { kind: 'no log' },
    ...found,
  })
  return { kind: 'done', result: null, report }
}
