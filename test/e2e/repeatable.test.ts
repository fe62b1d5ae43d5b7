import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { plumbline } from '../support/command-line.ts'
import { pinData } from '../support/pin-data.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { type TinyProject, tinyProject, tinyYaml } from '../support/tiny-project.ts'

const killer = pathToFileURL(join(packageFolder(), 'test/support/kill-at-write.mjs')).href

/** Of each stage between features and train: the earlier ones that it needs. */
type Graph = readonly (readonly number[])[]

type Act =
  | { readonly kind: 'edit'; readonly stage: number; readonly text: string }
  | { readonly kind: 'kill'; readonly beforeWrite: number }
  | { readonly kind: 'run'; readonly part: readonly string[] }

const graphs: fc.Arbitrary<Graph> = fc
  .array(fc.array(fc.nat({ max: 9 }), { maxLength: 2 }), { minLength: 2, maxLength: 4 })
  .map((needs) => needs.map((of, at) => (at === 0 ? [] : [...new Set(of.map((need) => need % at))])))

const acts: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), stage: fc.nat({ max: 3 }), text: fc.stringMatching(/^[a-c]$/) }),
  {
    arbitrary: fc.record({ kind: fc.constant('kill' as const), beforeWrite: fc.integer({ min: 1, max: 60 }) }),
    weight: 2,
  },
  fc.record({
    kind: fc.constant('run' as const),
    part: fc.constantFrom([], ['--to', 's1'], ['--from', 's0'], ['--force'], ['--sample', '50']),
  }),
)

/** Each stage writes what it read: its own file and all of its inputs. Train needs the last. */
function yamlOf(graph: Graph): string {
  const stages = graph.map((needs, at) => {
    const inputs = needs.map((need) => `$PLUMBLINE_IN_S${need}`)
    const command = `cat s${at}.txt ${inputs.join(' ')} > out.txt`
    return `  s${at}: { needs: [${['features', ...needs.map((need) => `s${need}`)].join(', ')}], reads: [s${at}.txt], run: '${command}', out: { text: out.txt } }\n`
  })
  const last = `s${graph.length - 1}`
  const training = `needs: [features, ${last}]\n    run: node train.mjs && cat $PLUMBLINE_IN_${last.toUpperCase()} >> model.json`
  return tinyYaml
    .replace('  train:\n', `${stages.join('')}  train:\n    reads: [train.mjs]\n`)
    .replace('needs: [features]\n    run: node train.mjs', training)
    .replace('  predict:\n', '  predict:\n    reads: [predict.mjs]\n')
}

async function projectOf(graph: Graph): Promise<TinyProject> {
  const files = Object.fromEntries(graph.map((_, at) => [`s${at}.txt`, `first ${at}\n`]))
  // Rows of JSON in a line each: what training adds to its model does not make it unreadable.
  const predict = 'JSON.parse(readFileSync(process.env.PLUMBLINE_IN_TRAIN'
  const made = await tinyProject({ files: { ...files, 'plumbline.yaml': yamlOf(graph) } })
  const { readFileSync } = await import('node:fs')
  const text = readFileSync(join(made.folder, 'predict.mjs'), 'utf8')
  made.write(
    'predict.mjs',
    text
      .replace(predict, 'JSON.parse(readFileSync(process.env.PLUMBLINE_IN_TRAIN')
      .replace("'utf8'))", "'utf8').split('}')[0] + '}')"),
  )
  await pinData(made.folder)
  return made
}

async function end(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const { code, stdout, stderr } = await plumbline(folder, ['run', '--json'])
  expect(code, stdout + stderr).toBe(0)
  const { result } = JSON.parse(stdout) as { result: RunRecord }
  const bytes = result.stages.map(({ name, key, outputs }) => [name, { key, outputs }])
  return { runKey: result.runKey, metrics: result.metrics, gates: result.gates, bytes: Object.fromEntries(bytes) }
}

test('`plumbline run` ends as a clean run does, whatever was edited, killed and run in part before', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.array(acts, { minLength: 3, maxLength: 6 }), async (graph, done) => {
      const { folder, write } = await projectOf(graph)
      for (const act of done) {
        if (act.kind === 'edit') write(`s${act.stage % graph.length}.txt`, `${act.text}\n`)
        if (act.kind === 'run') await plumbline(folder, ['run', ...act.part])
        if (act.kind === 'kill') {
          const environment = { NODE_OPTIONS: `--import ${killer}`, KILL_AT: String(act.beforeWrite) }
          await plumbline(folder, ['run'], { environment })
        }
      }
      const clean = tempFolder()
      cpSync(folder, clean, { recursive: true })
      rmSync(join(clean, '.plumbline'), { recursive: true, force: true })
      expect(await end(folder)).toEqual(await end(clean))
    }),
    { numRuns: Number(process.env['PLUMBLINE_RANDOM_RUNS'] ?? 4), seed: 20_261_126, endOnFailure: true },
  )
})
