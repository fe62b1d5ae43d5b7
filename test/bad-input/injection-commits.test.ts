import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

import { describe, expect, test } from 'vitest'

import { sha256 } from '../../action/base/sha256.ts'
import { commitSubject } from '../../action/registry/ledger-record.ts'
import { isProposalTitle, proposalMessage, proposalTitle } from '../../action/report/proposal-text.ts'
import { wordDeployed } from '../../action/report/report-rollout.ts'
import { hostileNames, longNames } from './hostile-names.ts'
import { proposalNamed } from './proposal-named.ts'
import { stateNamed } from './reports-of-runs.ts'

/** As git itself reads what stands behind a message. */
async function trailersOf(message: string): Promise<string> {
  const git = spawn('git', ['interpret-trailers', '--parse'], { stdio: ['pipe', 'pipe', 'inherit'] })
  git.stdin.end(message)
  return await text(git.stdout)
}

const lock = 'a'.repeat(40)

/** Every message of a commit that Plumbline writes, by what a person may have named in it. */
const writers: Readonly<Record<string, (name: string) => string>> = {
  'a proposal': () => proposalMessage('price', [null, sha256('now')], lock),
  'a proposal that is squashed under its title': (name) =>
    `${proposalTitle({ ...proposalNamed(name), model: 'price' })} (#7)\n\nPlumbline-Lock: ${lock}\n`,
  'a proposal for drift, squashed': (name) =>
    `${proposalTitle({ ...proposalNamed(name, null), model: 'price' })} (#7)\n`,
  'a deployment': (name) => wordDeployed(stateNamed(name), 'production'),
  'a record of the ledger': () => commitSubject({ kind: 'deployed', model: 'price', seq: 7 }),
}

const acting =
  /@[a-z0-9]|(?<!\()#\d|GH-\d|:\/\/|\bwww\.|\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]|\*\*\*NO_CI|[^\P{Cc}\n]/iu

describe.each(Object.entries(writers))('in the message of %s', (_, render) => {
  test('no name adds a line, a trailer, a mention, a reference or a wish', async () => {
    const plain = render('name')
    const trailers = await trailersOf(plain)
    const messages = new Set<string>()
    for (const [what, name] of [...Object.entries(hostileNames), ...Object.entries(longNames)]) {
      const message = render(name)
      expect({ what, acts: acting.exec(message) }).toEqual({ what, acts: null })
      expect({ what, lines: message.split('\n').length }).toEqual({ what, lines: plain.split('\n').length })
      expect({ what, subject: (message.split('\n')[0] ?? '').length < 200 }).toEqual({ what, subject: true })
      messages.add(message)
    }
    for (const message of messages) expect(await trailersOf(message)).toBe(trailers)
  })
})

test('the title of a retrain pull request is in our own words, whatever the reason that a person gives', () => {
  for (const name of Object.values(hostileNames)) {
    const title = proposalTitle({ ...proposalNamed(name), model: 'price' })
    expect(title).toBe('Retrain price: asked for by hand')
    expect(isProposalTitle(title, 'price')).toBe(true)
    const drifted = proposalTitle({ ...proposalNamed(name, null), model: 'price' })
    expect(drifted).toBe('Retrain price: 40 columns drifted, 1 new rows')
    expect(isProposalTitle(drifted, 'price')).toBe(true)
  }
})
