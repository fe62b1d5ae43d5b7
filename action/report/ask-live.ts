import type { Readable, Writable } from 'node:stream'

import { isCancel, select } from '@clack/prompts'

import type { Ask } from '../base/ask.ts'
import { Fault } from '../base/fault.ts'
import { plainText } from './terminal.ts'

export interface AskOptions {
  readonly input: Readable
  readonly output: Writable
  readonly signal: AbortSignal
}

const shownChoices = 10

/** Asks on a terminal: arrows choose, Enter takes, Ctrl-C leaves. */
export function askLive({ input, output, signal }: AskOptions): Ask {
  return async ({ text, choices, guess }) => {
    const options = choices.map(({ value, label, hint }) => ({
      value,
      label: plainText(label),
      ...(hint !== undefined && { hint: plainText(hint) }),
    }))
    const common = { input, output, signal, maxItems: shownChoices }
    const answer = await select<string>({ ...common, message: plainText(text), options, initialValue: guess })
    if (!isCancel(answer)) return answer
    throw new Fault('interrupted', 'Interrupted', {
      remedy: 'Run the same command again; --yes takes every guess and asks nothing.',
      stays: 'nothing was written',
    })
  }
}
