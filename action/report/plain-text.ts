/** Text that may come from anyone, safe to print on a terminal: control characters become visible, lines stay lines. */
export function plainText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the control characters are what this looks for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
