import type { OutputSide, ValueSide } from '../pipeline/compare-outputs.ts'
import type { Reproduction } from '../pipeline/reproduce-run.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordCause, wordCauseRemedy } from './word-causes.ts'
import { columns } from './word-runs.ts'

/** What came out again of a run that was rebuilt, and why the rest did not. */
export function reportReproduction(reproduction: Reproduction): Report {
  const { isSame, outputs, metrics, gates, environment, causes } = reproduction
  const headline = wordHeadline(reproduction)
  const shownOutputs = outputs.map(outputCells)
  const values = [...metrics, ...gates].map(valueCells)
  const surroundings = environment.map(valueCells)
  const words = causes.map(wordCause)
  const remedies = [...new Set(causes.flatMap((cause) => wordCauseRemedy(cause) ?? []))]
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
    rows.length === 0 ? [] : ['', ...columns([head, ...rows]).map((line) => `  ${line}`)]
  return {
    text: ownLines([
      headline,
      ...table(['stage', 'output', 'then', 'now', ''], shownOutputs),
      ...table(['number', 'then', 'now', ''], values),
      ...table(['environment', 'then', 'now', ''], surroundings),
      ...(words.length === 0 ? [] : ['', ...words.map((line) => `  ${plainText(line)}`)]),
    ]),
    markdown: [
      `## Reproduction of ${markdownText(nameOf(reproduction))}`,
      markdownText(headline),
      ...(outputs.length === 0 ? [] : [markdownTable(['stage', 'output', 'then', 'now', ''], escaped(shownOutputs))]),
      ...(values.length === 0 ? [] : [markdownTable(['number', 'then', 'now', ''], escaped(values))]),
      ...(surroundings.length === 0 ? [] : [markdownTable(['environment', 'then', 'now', ''], escaped(surroundings))]),
      ...words.map((line) => markdownText(line)),
      `Commit ${markdownCode(reproduction.commit.slice(0, 8))}, data ${markdownCode(reproduction.dataDigest.slice(0, 8))}.`,
    ].join('\n\n'),
    outputs: { verdict: isSame ? 'same' : 'no', 'run-key': reproduction.runKey },
    ...(remedies.length > 0 && { next: remedies.join('; ') }),
  }
}

function nameOf({ tag, runKey }: Reproduction): string {
  return tag ?? `run ${runKey.slice(0, 8)}`
}

/** `SAME  parcels-v12: 6 outputs byte by byte, 5 metrics, 2 gates`, or how many of each differ. */
function wordHeadline(reproduction: Reproduction): string {
  const { isSame, outputs, metrics, gates } = reproduction
  const counted = [
    ['output', outputs, ' byte by byte'],
    ['metric', metrics, ''],
    ['gate', gates, ''],
  ] as const
  const words = counted.map(([name, sides, more]) => {
    const same = sides.filter((side) => side.isSame).length
    const plural = sides.length === 1 ? name : `${name}s`
    return isSame
      ? `${formatCount(sides.length)} ${plural}${more}`
      : `${formatCount(same)} of ${formatCount(sides.length)} ${plural}${more}`
  })
  return isSame
    ? `SAME  ${nameOf(reproduction)} comes out again: ${words.join(', ')}`
    : `DIFFERS  ${nameOf(reproduction)}: the same are ${words.join(', ')}`
}

function outputCells({ stage, output, before, after, isSame }: OutputSide): readonly string[] {
  return [stage, output, before.slice(0, 12), isSame ? 'the same' : (after?.slice(0, 12) ?? 'not made'), mark(isSame)]
}

function valueCells({ name, before, after, isSame }: ValueSide): readonly string[] {
  return [name, wordValue(before), isSame ? 'the same' : wordValue(after), mark(isSame)]
}

/** All digits of a number: what is compared is the last one too. A digest by its first ones. */
function wordValue(value: number | string | null): string {
  if (value === null) return 'none'
  const text = plainText(String(value))
  return /^[0-9a-f]{64}$/.test(text) ? text.slice(0, 12) : text
}

function mark(isSame: boolean): string {
  return isSame ? '✓' : '✗ differs'
}

function escaped(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return rows.map((row) => row.map((cell) => markdownText(cell)))
}
