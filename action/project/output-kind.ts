import type { OutputKind, StageOutput } from './project.ts'

/** The outputs that a stage declares, with what each is; `predict` has `predictions` though nobody says so. */
export function outputsOf(stage: string, out: Readonly<Record<string, string>>): Record<string, StageOutput> {
  const outputs: Record<string, StageOutput> = {}
  for (const [output, path] of Object.entries(out)) outputs[output] = { path, kind: outputKind(output, path) }
  if (stage === 'predict') outputs['predictions'] ??= { path: 'predictions.parquet', kind: 'dataset' }
  return outputs
}

function outputKind(output: string, path: string): OutputKind {
  if (output === 'model' || output === 'metrics') return output
  return /\.(parquet|csv)$/.test(path) ? 'dataset' : 'file'
}

/** The output that a stage's contract is about: its only dataset; undefined where it has none or several. */
export function onlyDataset(outputs: Readonly<Record<string, StageOutput>>): string | undefined {
  const [first, second] = Object.entries(outputs).filter(([, { kind }]) => kind === 'dataset')
  return second === undefined ? first?.[0] : undefined
}
