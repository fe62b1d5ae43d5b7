import { maskText, maskValue, textsToMask } from './mask-secrets.ts'

/** What a command may show nobody: its secrets, from the moment that it knows them. */
export interface HiddenTexts {
  readonly hide: (secrets: readonly string[]) => Promise<void>
  /** The text without them. */
  readonly text: (text: string) => string
  /** A plain value without them. */
  readonly value: <Value>(value: Value) => Value
}

/** Nothing is hidden yet; `onHide` also hears of each secret once. */
export function openHiddenTexts(onHide?: (secret: string) => Promise<void>): HiddenTexts {
  const secrets = new Set<string>()
  let masked: readonly string[] = []
  return {
    async hide(more) {
      const fresh = more.filter((secret) => !secrets.has(secret))
      if (fresh.length === 0) return
      for (const secret of fresh) secrets.add(secret)
      masked = textsToMask([...secrets])
      for (const secret of fresh) await onHide?.(secret)
    },
    text: (text) => maskText(text, masked),
    value: (value) => maskValue(value, masked),
  }
}
