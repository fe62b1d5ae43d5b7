import { type ContractColumn, isClassified } from '../project/contract.ts'
import { quoteName, quoteText } from './quote.ts'
import type { OutcomeColumns, OutcomeFiles } from './read-outcomes.ts'
import { feedingColumn, typedRelation } from './read-source.ts'

/** What the files of labels hold besides the id and the target, as their contract types it, without what it classifies. */
export function labelColumns(
  { labels, labelContract, keeps }: Pick<OutcomeFiles, 'labels' | 'labelContract' | 'keeps'>,
  { id, target }: OutcomeColumns,
): readonly ContractColumn[] {
  if (keeps !== 'labels' || !labelContract) return []
  return labelContract.columns
    .filter(({ name }) => name !== id && name !== target && !/^prediction$|^probability/.test(name))
    .filter((column) => !isClassified(column) && labels.some((file) => feedingColumn(file, column) !== undefined))
}

/** Those of them as one value of each row; empty where there are none. */
export function labelRow(kept: readonly ContractColumn[]): string {
  return `{${kept.map(({ name }) => `${quoteText(name)}: ${quoteName(name)}`).join(', ')}}`
}

/** Of an id of which rows say different things nothing is known. */
export const oneLabelRow = 'CASE WHEN count(DISTINCT label_row) = 1 THEN any_value(label_row) END AS label_row'

/** A SELECT of each labelled id as the split writes it, `key`, and its `label_row`. */
export function labelRowsByKey(
  { labels, labelContract }: Pick<OutcomeFiles, 'labels' | 'labelContract'>,
  { id, target }: OutcomeColumns,
  kept: readonly ContractColumn[],
): string {
  const columns = labelContract?.columns.filter((column) => column.name === id || column.name === target) ?? []
  const relation = labelContract ? typedRelation(labels, { ...labelContract, columns: [...columns, ...kept] }) : ''
  return `SELECT key, ${oneLabelRow}
    FROM (SELECT CAST(${quoteName(id)} AS VARCHAR) AS key, ${labelRow(kept)} AS label_row FROM ${relation} WHERE ${quoteName(target)} IS NOT NULL)
    WHERE key IS NOT NULL GROUP BY key`
}
