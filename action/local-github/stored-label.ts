export interface StoredLabel {
  readonly id: number
  readonly name: string
  /** Six hexadecimal digits. */
  readonly color: string
  readonly description: string | null
  /** Whether GitHub made it with the repository. */
  readonly isDefault: boolean
}

export function isStoredLabel(value: unknown): value is StoredLabel {
  if (typeof value !== 'object' || value === null) return false
  const { id, name, color }: Partial<StoredLabel> = value
  return Number.isSafeInteger(id) && typeof name === 'string' && typeof color === 'string'
}

/** What every new repository has. */
export const firstLabels: readonly StoredLabel[] = (
  [
    ['bug', 'd73a4a', "Something isn't working"],
    ['documentation', '0075ca', 'Improvements or additions to documentation'],
    ['duplicate', 'cfd3d7', 'This issue or pull request already exists'],
    ['enhancement', 'a2eeef', 'New feature or request'],
    ['good first issue', '7057ff', 'Good for newcomers'],
    ['help wanted', '008672', 'Extra attention is needed'],
    ['invalid', 'e4e669', "This doesn't seem right"],
    ['question', 'd876e3', 'Further information is requested'],
    ['wontfix', 'ffffff', 'This will not be worked on'],
  ] as const
).map(([name, color, description], index) => ({ id: index + 1, name, color, description, isDefault: true }))
