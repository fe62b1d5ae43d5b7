import type { ProfileReport } from '../report/report-profile.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { list, text } from './fields.ts'
import { tellIfLong } from './tell-if-long.ts'

export const profile = defineCommand({
  name: 'profile',
  group: 'data',
  summary: 'Say what is in data: what each column holds, what is odd about it, and which columns go together.',
  example: "plumbline profile --data 'data/2024-*.csv'",
  inputs: {
    data: list({ description: 'The data: files, or globs of them in quotes', example: 'data/landing/*.csv' }),
    time: text({ description: 'The column that says when a row happened', default: 'the only date or time' }),
  },
  outputs: {
    odd: 'How many columns are worth a look',
    reason: 'Why, in one line',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ data, time }, { folder, signal, progress }): Promise<Outcome<ProfileReport>> {
    // It begins while the files are looked for.
    const { startReader } = await import('../data/reading-engine.ts')
    await using reader = startReader(signal)
    const { readProfileAsked } = await import('../pipeline/read-profile-asked.ts')
    const { profileSample } = await import('../pipeline/profile-sample.ts')
    const asked = await readProfileAsked(folder, { data, time })
    if (!asked.ok) return { kind: 'diagnosed', diagnostics: asked.diagnostics }
    const { files, named, ...wanted } = asked.value
    const profiled = await tellIfLong(progress, 'profile', named, async () => {
      return await profileSample(files, wanted, reader)
    })
    if (!profiled.ok) return { kind: 'diagnosed', diagnostics: profiled.diagnostics }
    return { kind: 'done', result: { data: named, files: files.length, ...profiled.value } }
  },

  async report(result) {
    const { reportProfile } = await import('../report/report-profile.ts')
    return reportProfile(result)
  },
})
