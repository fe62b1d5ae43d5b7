import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { describeFiles } from './describe-files.ts'
import type { Engine } from './engine.ts'
import { guessEncoding } from './guess-encoding.ts'
import { type Examination, examineFiles, type FilesByPart, type FilesToJoin } from './infer-model.ts'
import { declaredEncoding, type DescribedFile, type SourceFile } from './source-file.ts'

/** Looks at every file and every value. Texts that are no UTF-8 are read as Latin-1 where they may be that. */
export async function examineSource(
  engine: Engine,
  source: FilesByPart<SourceFile>,
  target: string,
): Promise<Read<Examination>> {
  const read = await examine(engine, source, target)
  if (read.ok || !read.diagnostics.some(({ code }) => code === 'data/not-utf8')) return read
  const encoding = await guessEncoding(
    [source, { files: source.labelFiles }, ...source.joins].flatMap(({ files }) => files),
  )
  if (encoding === undefined) return read
  const encoded = (files: readonly SourceFile[]) =>
    files.map((file): SourceFile => ({ ...file, ...declaredEncoding(file.path, encoding) }))
  const joins = source.joins.map((join) => ({ ...join, files: encoded(join.files) }))
  const again = { files: encoded(source.files), labelFiles: encoded(source.labelFiles), joins }
  const reread = await examine(engine, again, target)
  return reread.ok ? { ok: true, value: { ...reread.value, encoding } } : reread
}

async function examine(engine: Engine, source: FilesByPart<SourceFile>, target: string): Promise<Read<Examination>> {
  const diagnostics: Diagnostic[] = []
  const described = {
    files: await describe(source.files),
    labelFiles: await describe(source.labelFiles),
    joins: [] as FilesToJoin<DescribedFile>[],
  }
  for (const join of source.joins) described.joins.push({ ...join, files: await describe(join.files) })
  if (diagnostics.length > 0) return { ok: false, diagnostics }
  return await examineFiles(engine, described, target)

  async function describe(files: readonly SourceFile[]): Promise<readonly DescribedFile[]> {
    const read = await describeFiles(engine, files)
    if (read.ok) return read.value
    diagnostics.push(...read.diagnostics)
    return []
  }
}
