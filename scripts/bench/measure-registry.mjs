// The registry part of the benchmark: 1 GB up to and down from the embedded GitHub, by Plumbline and by curl, in turn.
import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'

import { bundle } from '../build.mjs'
import { formatSide, measureAll } from './measure-processes.mjs'

const rounds = 5
const bytes = 1_000_000_000
/** The most that it may take, of what curl takes. */
const limit = 1.2

/** Sections of docs/benchmarks.md: title → text. */
export async function measureRegistry() {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-registry-'))
  try {
    return new Map([['Registry', await transfers(folder)]])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function transfers(folder) {
  const program = await bundleTransfer(folder)
  const connectionFile = join(folder, 'connection.json')
  const server = await serve([process.execPath, program, 'serve', connectionFile, join(folder, 'github')])
  try {
    const connection = JSON.parse(readFileSync(connectionFile, 'utf8'))
    const ask = (method, path, body) => askGitHub(connection, method, path, body)
    pushCommit(connection, join(folder, 'work'))
    const file = fileOf(join(folder, 'model.bin'))
    const [draftFile, listFile] = [join(folder, 'draft.json'), join(folder, 'files.json')]
    writeFileSync(listFile, JSON.stringify([file]))
    let draft
    const anew = async () => {
      if (draft) await ask('DELETE', `/releases/${draft.id}`)
      draft = await ask('POST', '/releases', { tag_name: 'v1', draft: true })
      writeFileSync(draftFile, JSON.stringify(draft))
      writeFileSync(join(folder, 'url'), `url = "${draft.upload_url.replace(/\{.*/, '')}?name=model.bin"\n`)
    }
    const header = join(folder, 'header')
    writeFileSync(
      header,
      `Authorization: Bearer ${connection.token}\nContent-Type: application/octet-stream\nExpect:\n`,
    )
    const curl = ['curl', '--silent', '--show-error', '--fail', '--output']
    const up = await measureAll(
      [
        {
          name: 'curl, 1 GB up',
          words: [
            ...curl,
            '/dev/null',
            '--header',
            `@${header}`,
            '--config',
            join(folder, 'url'),
            '--upload-file',
            file.path,
            '--request',
            'POST',
          ],
          before: anew,
          mostCode: 0,
        },
        {
          name: 'Plumbline, 1 GB up',
          words: [process.execPath, program, 'upload', connectionFile, draftFile, listFile],
          before: anew,
          mostCode: 0,
        },
      ],
      rounds,
    )
    await ask('PATCH', `/releases/${draft.id}`, { draft: false })
    const { assets } = await ask('GET', '/releases/tags/v1')
    const into = join(folder, 'into')
    const [target, from] = [join(into, 'model.bin'), assets[0].browser_download_url]
    const clear = () => {
      rmSync(into, { recursive: true, force: true })
      mkdirSync(into)
    }
    const down = await measureAll(
      [
        {
          name: 'curl, 1 GB down',
          words: [...curl, target, '--location', from],
          before: clear,
          mostCode: 0,
        },
        {
          name: 'curl, tee and openssl dgst at once, 1 GB down',
          words: ['sh', '-c', `"$@" | tee ${target} | openssl dgst -sha256`, 'sh', ...curl, '-', '--location', from],
          before: clear,
          mostCode: 0,
        },
        {
          name: 'Plumbline, 1 GB down, its digest verified',
          words: [process.execPath, program, 'download', connectionFile, 'v1', into],
          before: clear,
          mostCode: 0,
        },
      ],
      rounds,
    )
    const ratio = (one, other) => (other.seconds / one.seconds).toFixed(2)
    return `Medians of ${rounds} in turn by \`npm run bench -- --registry\`, whole processes over loopback with the embedded GitHub, which
computes the digest of all that comes; load ${loadavg()[0].toFixed(1)}. Up ${ratio(up[0], up[1])} × of curl (to be at most ${limit} ×); down
${ratio(down[0], down[2])} × of curl, and ${ratio(down[1], down[2])} × of curl that openssl hashes, for what comes is verified before it appears. Two cores
share both ends and the digest, which costs one of them 0.8 s. Memory does not grow with the file.

${formatSide([{ format: 'whole process', measured: [...up, ...down] }])}

A \`register\` sends each asset once and asks GitHub 18 times beside: 23 calls with 5 assets, as
test/registry/publish-in-trouble.test.ts counts them.`
  } finally {
    server.stdin.end()
  }
}

/** As Plumbline itself is built, with the thread that it starts. */
async function bundleTransfer(folder) {
  const program = join(folder, 'program')
  const sources = { transfer: 'scripts/bench/transfer.mjs', 'digest-thread': 'action/base/digest-thread.ts' }
  await bundle(join(program, 'dist'), sources)
  writeFileSync(join(program, 'package.json'), '{"type":"module"}')
  return join(program, 'dist/transfer.js')
}

async function serve(words) {
  const server = spawn(words[0], words.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] })
  await new Promise((ready, reject) => {
    server.stdout.once('data', ready)
    server.once('close', () => reject(new Error('The embedded GitHub did not start')))
  })
  return server
}

async function askGitHub({ apiUrl, token }, method, path, body) {
  const answer = await fetch(`${apiUrl}/repos/acme/parcels${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`)
  return answer.status === 204 ? undefined : await answer.json()
}

function pushCommit({ gitUrl, token }, folder) {
  const git = (...words) => {
    const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
    const { status, stderr } = spawnSync('git', [...who, ...words], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`)
  }
  git('init', '--quiet', '--initial-branch=main', folder)
  git('-C', folder, 'commit', '--quiet', '--allow-empty', '-m', 'First')
  const credentials = Buffer.from(`x-access-token:${token}`).toString('base64')
  git(
    '-C',
    folder,
    '-c',
    `http.extraHeader=Authorization: Basic ${credentials}`,
    'push',
    '--quiet',
    gitUrl,
    'HEAD:refs/heads/main',
  )
}

/** So many bytes of which none repeat within a megabyte. */
function fileOf(path) {
  const hash = createHash('sha256')
  const piece = randomBytes(1_000_000)
  writeFileSync(path, '')
  for (let at = 0; at < bytes; at += piece.length) {
    piece.writeUInt32LE(at, 0)
    writeFileSync(path, piece, { flag: 'a' })
    hash.update(piece)
  }
  return { name: 'model.bin', path, bytes, sha256: hash.digest('hex'), contentType: 'application/octet-stream' }
}
