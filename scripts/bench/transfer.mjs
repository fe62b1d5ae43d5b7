// What measure-registry.mjs runs as processes of their own: the embedded GitHub, an upload, a download, and a `register`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { silent } from '../../action/base/progress.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { fillDraft } from '../../action/github/fill-draft.ts'
import { createDraft, readRelease, readReleaseByTag } from '../../action/github/releases.ts'
import { startLocalGitHub } from '../../action/local-github/start-local-github.ts'
import { downloadAssets } from '../../action/registry/download-assets.ts'
import { wantedAsset } from '../../action/registry/wanted-files.ts'

const [what, connectionFile, ...words] = process.argv.slice(2)
const actions = { serve, upload, download }
await actions[what](...words)

async function client() {
  return await openGitHubClient(JSON.parse(readFileSync(connectionFile, 'utf8')))
}

/** Until its standard input ends. */
async function serve(folder) {
  const github = await startLocalGitHub({ folder, owner: 'acme', repository: 'parcels' })
  const { apiUrl, gitUrl, serverUrl, token, owner, repository } = github
  writeFileSync(
    connectionFile,
    JSON.stringify({ apiUrl, gitUrl, serverUrl, token, owner, repository, isEmbedded: true }),
  )
  console.log('ready')
  process.stdin.resume()
  process.stdin.on('end', () => process.exit(0))
}

/** Fills the draft with the files (path, bytes, SHA-256 of each). */
async function upload(draftFile, listFile) {
  const github = await client()
  const files = JSON.parse(readFileSync(listFile, 'utf8'))
  const { id } = JSON.parse(readFileSync(draftFile, 'utf8'))
  const draft =
    (await readRelease(github, id)) ?? (await createDraft(github, { tag: 'lost', commit: 'main', name: '', body: '' }))
  const filled = await fillDraft(github, draft, files, { onBytes() {} })
  if (filled.kind !== 'full') throw new Error(`The draft is ${filled.kind}`)
}

async function download(tag, folder) {
  const github = await client()
  const release = await readReleaseByTag(github, tag)
  if (!release) throw new Error(`There is no ${tag}`)
  const wanted = release.assets.map((asset) => wantedAsset(asset, asset.sha256))
  await downloadAssets(github, wanted, join(folder), { progress: silent })
}
