import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'

import type { LineageResult } from '../report/report-lineage.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { requiredText } from './fields.ts'

export const lineage = defineCommand({
  name: 'lineage',
  group: 'model',
  summary: 'Show what produced a model, or which models used a piece of data.',
  example: 'plumbline lineage parcels-v12',
  inputs: {
    subject: requiredText({
      description:
        'A tag, a model or its version, a file, or at least 8 digits of a SHA-256 (of a model, a snapshot, a data file, a run or a commit)',
      example: 'parcels-v12',
      positional: true,
    }),
  },
  outputs: { tag: 'The release’s tag: `<model>-v<N>-g<commit>-d<data>`' },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ subject }, context): Promise<Outcome<LineageResult>> {
    const { lastCodeChange, repositoryFolder } = await import('../registry/local-git.ts')
    const { openGitHubClient } = await import('../github/client.ts')
    const { readLineage } = await import('../registry/lineage.ts')
    const digest = await digestOfFile(context.folder, subject)
    await using connection = await context.openGitHub(await repositoryFolder(context.folder))
    const client = await openGitHubClient(connection, context.signal)
    const found = await readLineage(client, subject, digest)
    const code = found.kind === 'model' ? await lastCodeChange(context.folder, found.release.commit) : undefined
    return { kind: 'done', result: { lineage: found, code: code ?? null } }
  },

  async report(result: LineageResult) {
    const { reportLineage } = await import('../report/report-lineage.ts')
    return reportLineage(result)
  },
})

async function digestOfFile(folder: string, path: string): Promise<string | undefined> {
  const { sha256OfFile } = await import('../base/sha256.ts')
  const file = resolve(folder, path)
  const stats = await stat(file).catch(() => undefined)
  return stats?.isFile() ? sha256OfFile(file) : undefined
}
