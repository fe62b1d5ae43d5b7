// Other tools in Python, each in an environment of its own below .tools/peers, installed once.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Installs what `needs` names (pip's words) unless it is there, and answers the peer with its `python`. */
export function installPeer(root, peer) {
  const folder = join(root, '.tools/peers', peer.folder ?? peer.name)
  const python = join(folder, 'bin/python')
  const mark = join(folder, 'installed')
  if (!existsSync(mark)) {
    run('python3', ['-m', 'venv', folder])
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...[peer.needs].flat(), 'pyarrow'])
    run(python, ['-c', `open(${JSON.stringify(mark)}, 'w').close()`])
  }
  return { ...peer, python }
}

function run(program, words) {
  const { status } = spawnSync(program, words, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`Cannot run "${program} ${words.join(' ')}": it ended with ${status}`)
}
