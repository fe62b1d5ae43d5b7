import type { TruthWords } from '../project/contract.ts'
import type { InferredColumn } from './inferred-model.ts'

/** Words for true and for false, in small letters; these are read so wherever a column is boolean. */
const englishPairs = ['yes/no', 'y/n', 't/f']
const otherPairs = [
  ...['ja/nein', 'j/n', 'ja/nee', 'ja/nej', 'oui/non', 'si/no', 'sí/no', 'sì/no', 'sim/não', 'tak/nie'],
  ...['on/off', 'wahr/falsch', 'vrai/faux', 'vero/falso', 'verdadero/falso', 'verdadeiro/falso'],
]

/** The words of a text column that knows no others; undefined where both do not come. */
export function truthWordsOf({
  values,
  distinct,
}: Pick<InferredColumn, 'values' | 'distinct'>): TruthWords | undefined {
  // Each may be written in capitals, in small letters, or with one capital.
  if (distinct < 2 || distinct > 6) return undefined
  const words = new Set(values.map(([value]) => value.toLowerCase()))
  const pair = [...englishPairs, ...otherPairs].map((each) => each.split('/')).find((each) => isSame(words, each))
  if (!pair) return undefined
  const [yes = '', no = ''] = pair.map((word) => values.find(([value]) => value.toLowerCase() === word)?.[0] ?? word)
  return { yes, no }
}

/** Whether a boolean column is read so without being told. */
export function isReadAsIs({ yes, no }: TruthWords): boolean {
  return englishPairs.includes(`${yes}/${no}`.toLowerCase())
}

function isSame(words: ReadonlySet<string>, pair: readonly string[]): boolean {
  return words.size === pair.length && pair.every((word) => words.has(word))
}
