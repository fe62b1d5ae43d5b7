import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { glob } from 'tinyglobby'
import { Fault } from '../base/fault.ts'
import { packedFolder } from '../project/packed-folder.ts'
import type { Project } from '../project/project.ts'
import { globsOf, sectionNames } from '../project/read-sources.ts'
import { allFiles, type SectionFiles } from './section-files.ts'

/** Throws `data/pack-in-source` where a source would take what is packed for more of its rows. */
export async function refuseGlobsOfPacks({ data }: Project, found: SectionFiles): Promise<void> {
  if (allFiles(found).some(({ path }) => path.startsWith(`${packedFolder}/`))) throw packInSource()
  const probe = await mkdtemp(join(tmpdir(), 'plumbline-globs-'))
  try {
    for (const section of sectionNames(data)) {
      await mkdir(join(probe, packedFolder, section), { recursive: true })
      for (const ending of ['parquet', 'csv']) await writeFile(join(probe, packedFolder, section, `a.${ending}`), '')
    }
    const globs = [...data.sources.flatMap(globsOf), ...(data.labels?.source ?? [])]
    const patterns = globs.map((text) => text.normalize('NFC').replace(/^\.\//, ''))
    const hit = await glob(patterns, { cwd: probe, onlyFiles: true, expandDirectories: false })
    if (hit.length > 0) throw packInSource()
  } finally {
    await rm(probe, { recursive: true, force: true })
  }
}

function packInSource(): Fault {
  return new Fault(
    'data/pack-in-source',
    `Cannot pack into "${packedFolder}": a glob under data: names files there too, so that their rows would count twice; expected globs that do not`,
    { remedy: 'Narrow the glob: data/landing/*.csv, not data/**.' },
  )
}
