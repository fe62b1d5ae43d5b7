import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import type { Verification } from '../registry/verification.ts'
import type { VerifyInput } from '../registry/verify-release.ts'
import { type CommandContext, defineCommand, type Outcome } from './define-command.ts'
import { requiredText } from './fields.ts'

export const verify = defineCommand({
  name: 'verify',
  group: 'model',
  summary:
    'Check that a release is what was published: digests, provenance, data, tag, ledger, and its gates judged again.',
  example: 'plumbline verify parcels-v12',
  inputs: {
    'tag-or-folder': requiredText({
      description:
        'A tag, a model, its version or an alias; or a folder with the files of a release, which is checked offline',
      example: 'parcels-v12',
      positional: true,
    }),
  },
  outputs: {
    verdict: '`verified`, or `no` where something disagrees',
    findings: 'How many things disagree',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run(inputs, context): Promise<Outcome<Verification>> {
    const release = inputs['tag-or-folder']
    const folder = resolve(context.folder, release)
    const isFolder = (await stat(folder).catch(() => undefined))?.isDirectory() === true
    const result = isFolder ? await verifyHere({ folder }, context) : await verifyThere(release, context)
    return { kind: result.isVerified ? 'done' : 'no', result }
  },

  async report(result: Verification) {
    const { reportVerification } = await import('../report/report-verification.ts')
    return reportVerification(result)
  },
})

async function verifyHere(
  input: Pick<VerifyInput, 'folder' | 'known' | 'parts'>,
  { signal }: CommandContext,
): Promise<Verification> {
  const { parseRunRecord } = await import('../pipeline/parse-run-record.ts')
  const { verifyRelease } = await import('../registry/verify-release.ts')
  const parseRun = (value: unknown) => {
    const parsed = parseRunRecord(value)
    return parsed.ok ? parsed.record : undefined
  }
  return verifyRelease({ ...input, parseRun, signal })
}

/** Downloads all that GitHub has under the tag, whatever it is, and checks it here. */
async function verifyThere(release: string, context: CommandContext): Promise<Verification> {
  const { withGitHub } = await import('./known-releases.ts')
  const { downloadAssets } = await import('../registry/download-assets.ts')
  const { heldFiles, knownOfRelease } = await import('../registry/known-of-release.ts')
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-verify-'))
  try {
    const held = await withGitHub(context, async (client) => {
      const found = await knownOfRelease(client, release)
      const files = await downloadAssets(client, heldFiles(found.release, found.known), folder, context)
      return { known: found.known, parts: new Map(files.flatMap((file) => Object.entries(file.parts))) }
    })
    return await verifyHere({ folder, ...held }, context)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
