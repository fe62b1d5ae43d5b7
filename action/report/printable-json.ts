/** What JSON leaves as it is inside texts, and a terminal or a reader would obey; `##[` begins a command in a workflow's log. */
const obeyed = /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]|#(?=#\[)/g

/** A value as JSON that is read back as the same value, and neither moves a cursor nor turns text around where it is shown. */
export function printableJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(
    obeyed,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
