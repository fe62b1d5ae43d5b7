import type { Settings } from './platform-state.ts'
import type { State, StateFile } from './state.ts'

/** Changes some settings and leaves the others. */
export async function configure(state: StateFile, settings: Partial<Settings>): Promise<void> {
  await state.change((before) => ({ state: withSettings(before, settings), answer: undefined }))
}

export function withSettings(state: State, settings: Partial<Settings>): State {
  return { ...state, platform: { ...state.platform, settings: { ...state.platform.settings, ...settings } } }
}
