import type { Diagnostic } from '../../base/diagnostic.ts'
import type { Project } from '../../project/project.ts'
import type { ModelScan } from './scan-model.ts'

/** What is wrong with a model that is no data where the project does not allow that. `stage`: that wrote it, by its own name. */
export function unsafeFormat(
  project: Project,
  stage: string,
  { unsafe, unsafeFiles }: ModelScan,
): readonly Diagnostic[] {
  const [first] = unsafe
  if (project.model.allowsUnsafeFormat === true || !first) return []
  const others = unsafeFiles > 1 ? `, and ${unsafeFiles - 1} more of its files are no data` : ''
  const state =
    first.kind === 'code' ? 'which can run code when it is loaded' : 'so that nobody knows what loading it does'
  return [
    {
      code: 'model/unsafe-format',
      file: project.file,
      line: project.stages.find(({ name }) => name === stage)?.line ?? 1,
      column: 1,
      message: `Cannot use the model of stage "${stage}": "${first.path}" is ${first.format}, ${state}${others}; expected skops, ONNX, safetensors, JSON or other data`,
      remedy:
        'Save it as one of these; or set model: { unsafe-format: true }: it is published then, with what its pickles import named.',
    },
  ]
}
