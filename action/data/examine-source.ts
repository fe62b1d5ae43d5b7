import type { Read } from '../base/diagnostic.ts'
import { describeFiles } from './describe-files.ts'
import type { Engine } from './engine.ts'
import { guessEncoding } from './guess-encoding.ts'
import { type Examination, examineFiles } from './infer-model.ts'
import { declaredEncoding, type SourceFile } from './source-file.ts'

/** Looks at every file and every value. Texts that are no UTF-8 are read as Latin-1 where they may be that. */
export async function examineSource(
  engine: Engine,
  files: readonly SourceFile[],
  labelFiles: readonly SourceFile[],
): Promise<Read<Examination>> {
  const read = await examine(engine, files, labelFiles)
  if (read.ok || !read.diagnostics.some(({ code }) => code === 'data/not-utf8')) return read
  const encoding = await guessEncoding([...files, ...labelFiles])
  if (encoding === undefined) return read
  const encoded = (file: SourceFile): SourceFile => ({ ...file, ...declaredEncoding(file.path, encoding) })
  const again = await examine(engine, files.map(encoded), labelFiles.map(encoded))
  return again.ok ? { ok: true, value: { ...again.value, encoding } } : again
}

async function examine(
  engine: Engine,
  files: readonly SourceFile[],
  labelFiles: readonly SourceFile[],
): Promise<Read<Examination>> {
  const features = await describeFiles(engine, files)
  const labels = await describeFiles(engine, labelFiles)
  const diagnostics = [features, labels].flatMap((read) => (read.ok ? [] : read.diagnostics))
  if (!features.ok || !labels.ok) return { ok: false, diagnostics }
  return await examineFiles(engine, features.value, labels.value)
}
