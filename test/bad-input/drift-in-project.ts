import { readFileSync, writeFileSync } from 'node:fs'

import { tinyYaml } from '../support/tiny-project.ts'
import { type BadInput, type Content, refused, works } from './bad-input.ts'
import { link } from './contents.ts'
import { referencePath } from './judge-beside-release.ts'
import { afterWeek, learnedWeeks, parcels } from './parcel-weeks.ts'

type Files = Readonly<Record<string, Content>>
type Sign = Pick<BadInput, 'works' | 'refused'>
type Change = Parameters<typeof parcels>[2]

/** New rows lie in `data/new.csv`; two more weeks have closed. */
function project(what: string, files: Files, sign: Sign, now = afterWeek(learnedWeeks + 2)): BadInput {
  return { what, command: 'drift in project', files, now, ...sign }
}

const names = 'parcel,shipped_at,region,distance_km,late'
const next = (change?: Change, head?: string) => parcels(learnedWeeks, learnedWeeks + 2, change, head)
const fresh = (change?: Change, head?: string): Files => ({ 'data/new.csv': next(change, head) })
const distanceOf = (row: number) => (row * 7919) % 1000

/** Two weeks in which one column is bad: it drifts, and the two others are judged all the same. */
function column(what: string, files: Files, name: string, effect: RegExp): BadInput {
  const said = `^DRIFT {2}${name} drifted, confirmed · 33 % .*✗ ${name} {2}effect ${effect.source} .*2 columns: no drift.*2 judged now`
  return project(what, files, works(new RegExp(said, 's')))
}

function quiet(what: string, files: Files, more = ''): BadInput {
  return project(what, files, works(new RegExp(`^NO DRIFT {2}none of 3 columns drifts.*2 judged now${more}`, 's')))
}

/** What the release keeps, edited. */
function reference(what: string, edit: (text: string) => string, state: RegExp): BadInput {
  const edited: Content = async (path) => writeFileSync(path, edit(readFileSync(path, 'utf8')))
  const remedy = /Update Plumbline; or register the model anew/
  return project(
    what,
    { ...fresh(), [referencePath]: edited },
    refused('drift/bad-reference', undefined, state, remedy),
  )
}

const nothingJudged = (rows: string, why: string) =>
  works(new RegExp(`^INSUFFICIENT DATA {2}${rows}, and none in a window that is closed or open.*${why}`, 's'))
const mendFile = /Mend the file, or leave it out of the glob/

/** What `drift` says in a project of rows, settings or a reference that are bad: beside a release that is live. */
export const badProjects: readonly BadInput[] = [
  column(
    'nothing in a column now',
    fresh(() => ({ distance_km: '' })),
    'distance_km',
    /1/,
  ),
  column(
    'a constant now',
    fresh(() => ({ distance_km: 5 })),
    'distance_km',
    /0\.992/,
  ),
  column(
    'infinities now',
    fresh((row) => (row % 3 === 0 ? { distance_km: 'inf' } : {})),
    'distance_km',
    /0\.333/,
  ),
  column(
    'words among numbers now',
    fresh((row) => (row % 9 === 0 ? { distance_km: 'far' } : {})),
    'distance_km',
    /0\.112/,
  ),
  column(
    'words for numbers now',
    fresh(() => ({ distance_km: 'far' })),
    'distance_km',
    /1/,
  ),
  column(
    '1e308 now',
    fresh((row) => (row % 2 ? { distance_km: '1e308' } : {})),
    'distance_km',
    /0\.498/,
  ),
  column(
    'a new category now',
    fresh((row) => (row % 4 === 0 ? { region: 'X' } : {})),
    'region',
    /0\.25/,
  ),
  column(
    'a category that is gone now',
    fresh((row) => (row % 4 === 0 ? { region: 'S' } : {})),
    'region',
    /0\.25/,
  ),
  column('a column gone now', fresh(undefined, 'parcel,shipped_at,region,late'), 'distance_km', /1/),
  column(
    'a column renamed now',
    fresh((row) => ({ km: distanceOf(row) }), 'parcel,shipped_at,region,km,late'),
    'distance_km',
    /1/,
  ),
  project(
    'two columns swapped now',
    fresh((row) => ({ region: String(row % 1000), distance_km: 'NSEW'[row % 4] ?? '' })),
    works(/^DRIFT {2}region, distance_km drifted, confirmed · 67 % .*✗ region .*✗ distance_km .*1 column: no drift/s),
  ),
  quiet(
    '−0.0 for 0',
    fresh((row) => (distanceOf(row) === 0 ? { distance_km: '-0.0' } : {})),
  ),
  quiet(
    'a column more now',
    fresh(() => ({ more: 1 }), `${names},more`),
  ),
  quiet('new rows out of order', { 'data/new.csv': reversed(next()) }),
  quiet(
    'times that are missing',
    fresh((row) => (row % 10 === 0 ? { shipped_at: '' } : {})),
    '.*left out: 134 rows with no time',
  ),
  quiet(
    'a time in the future',
    fresh((row) => (row % 1000 === 0 ? { shipped_at: '2999-01-01' } : {})),
    '.*left out: 1 row from the future; is a clock wrong',
  ),
  project(
    'nothing but the future',
    fresh((row) => ({ shipped_at: `2999-01-0${(row % 9) + 1}T00:00:00Z` })),
    nothingJudged('1,344 new rows', 'left out: 1,344 rows from the future'),
  ),
  project(
    'dates in another format now',
    fresh((row) => ({ shipped_at: `${(row % 28) + 1}.03.2025` })),
    nothingJudged('1,344 new rows', 'left out: 1,344 rows with no time, or one that cannot be read'),
  ),
  project(
    'new rows of weeks that were learned',
    fresh((row) => ({ shipped_at: `2025-01-0${(row % 9) + 1}T00:00:00Z` })),
    nothingJudged('1,344 new rows', 'never judged: 1,344 rows that came late'),
  ),
  project(
    'an empty landing folder',
    { 'plumbline.yaml': tinyYaml.replace('data/*.csv', 'landing/*.csv') },
    refused('data/no-files', undefined, /landing/, /./),
  ),
  project('no new row', {}, works(/^INSUFFICIENT DATA {2}no row is new: what lies here is what is pinned/)),
  project(
    'one new row',
    { 'data/new.csv': next().split('\n').slice(0, 2).join('\n') },
    works(/^INSUFFICIENT DATA {2}1 new row, and no window has closed yet: .* with 1 row so far/),
  ),
  project(
    'a week without rows between others',
    {
      'data/new.csv': parcels(learnedWeeks, learnedWeeks + 1),
      'data/later.csv': parcels(learnedWeeks + 2, learnedWeeks + 3),
    },
    works(/^NO DRIFT.*3 windows .* 3 judged now/s),
    afterWeek(learnedWeeks + 3),
  ),
  project(
    'too many windows',
    { ...fresh(), 'plumbline.yaml': `${tinyYaml}drift: { window: 10s }\n`, 'data/more.csv': seconds() },
    refused('drift/many-windows', 'plumbline.yaml:1', /more than 5000 windows/, /Make drift.window longer/),
  ),
  project(
    'a window of nothing',
    { ...fresh(), 'plumbline.yaml': `${tinyYaml}drift: { window: 0s }\n` },
    refused(
      'yaml/value',
      'plumbline.yaml:19',
      /"drift.window": a duration of more than nothing/,
      /Write what is expected/,
    ),
  ),
  project(
    'a column twice now',
    fresh(undefined, 'parcel,shipped_at,region,region,distance_km,late'),
    refused('data/duplicate-column', 'data/new.csv:1', /names "region" twice/, mendFile),
  ),
  project(
    'a header and no row',
    { 'data/new.csv': `${names}\n` },
    refused('data/no-rows', 'data/new.csv:1', /no rows/, mendFile),
  ),
  project('an empty file', { 'data/new.csv': '' }, refused('data/empty-file', 'data/new.csv:1', /is empty/, mendFile)),
  project(
    'a file half written',
    { 'data/new.csv': next().slice(0, 20_000) },
    refused('data/ragged-row', 'data/new.csv:515', /line 515: the row has 2 fields/, /Mend the row/),
  ),
  project(
    'a link to nothing',
    { 'data/new.csv': link('nowhere.csv') },
    refused('data/broken-link', undefined, /"data\/new.csv": it links to nothing/, /remove the link/),
  ),
  project(
    'new rows in two files',
    { ...fresh(), 'data/again.csv': next() },
    refused('data/id-twice', 'contract.yaml:9', /1344 values of "parcel" stand in several rows/, /Mend the data/),
  ),
  project(
    'an emptied file of the pinned ones',
    { ...fresh(), 'data/parcels.csv': '' },
    refused('data/empty-file', 'data/parcels.csv:1', /is empty/, mendFile),
  ),
  project(
    'a reference of other columns',
    {
      ...fresh(),
      [referencePath]: async (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"region"', '"area"')),
    },
    works(/^DRIFT {2}area drifted, confirmed .*new, with nothing to compare: region/s),
  ),
  reference(
    'a reference cut in half',
    (text) => text.slice(0, text.length / 2),
    /it is no JSON, as a file that was cut/,
  ),
  reference(
    'a reference of a newer version',
    (text) => text.replace('reference/v1', 'reference/v9'),
    /a newer Plumbline wrote it/,
  ),
  reference(
    'a reference edited by hand',
    (text) => text.replace(/\[(\d+),672\]/, '[$1,671]'),
    /its column \d does not add up/,
  ),
  reference('a reference that is something else', () => '[]', /it is no object/),
]

function reversed(text: string): string {
  const [head = '', ...lines] = text.trimEnd().split('\n')
  return `${[head, ...lines.toReversed()].join('\n')}\n`
}

/** More windows of ten seconds than are judged. */
function seconds(): string {
  const lines = Array.from({ length: 5200 }, (_, row) => {
    return `s${row},${new Date(afterWeek(learnedWeeks).getTime() + row * 10_000).toISOString()},N,5,0`
  })
  return `${names}\n${lines.join('\n')}\n`
}
