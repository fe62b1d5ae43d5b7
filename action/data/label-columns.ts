import { type ContractColumn, isClassified } from '../project/contract.ts'
import { quoteName, quoteText } from './quote.ts'
import type { OutcomeColumns, OutcomeFiles } from './read-outcomes.ts'
import { feedingColumn, typedRelation } from './read-source.ts'

/** What the files of labels hold besides the id and the target, as their contract types it, without what it classifies. */
export function offeredColumns(
  { labels, labelContract }: Pick<OutcomeFiles, 'labels' | 'labelContract'>,
  { id, target }: OutcomeColumns,
): readonly ContractColumn[] {
  const columns = labelContract?.columns ?? []
  return columns
    .filter(({ name }) => name !== id && name !== target && !/^prediction$|^probability/.test(name))
    .filter((column) => !isClassified(column) && labels.some((file) => feedingColumn(file, column) !== undefined))
}

/** Those of them that are kept: whose name stands in any of the texts, so that wide rows cost what is asked of them. */
export function labelColumns(files: OutcomeFiles, columns: OutcomeColumns): readonly ContractColumn[] {
  const { keeps = 'log' } = files
  if (keeps === 'log') return []
  const texts = keeps.mentionedIn.map((text) => text.toLowerCase())
  const isMentioned = ({ name }: ContractColumn) => {
    const written = name.toLowerCase().replaceAll('"', '""')
    return texts.some((text) => text.includes(written))
  }
  return offeredColumns(files, columns).filter(isMentioned)
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
