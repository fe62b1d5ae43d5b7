import type { InferredColumn, InferredModel, Role } from './inferred-model.ts'

/** A value of fewer rows may name a person; as the default of `privacy.min-count`. */
const minShownRows = 20

/**
 * A model as it may be printed: no value of a column that the user excludes, and elsewhere none that few rows hold. The classes of
 * the target stay, for the model names them itself.
 */
export function showModel(model: InferredModel): InferredModel {
  const excluded = new Set(model.leftOut.flatMap(({ column, reason }) => (reason.kind === 'excluded' ? [column] : [])))
  const shown = (column: InferredColumn): InferredColumn => {
    if (excluded.has(column)) return withoutValues(column)
    if (column === model.target && model.task !== 'regression') return column
    return { ...column, values: column.values.filter(([, rows]) => rows >= minShownRows) }
  }
  const shownRole = <Of extends Role>(role: Of): Of => ({ ...role, column: shown(role.column) })
  const { id, time, group, joined } = model
  return {
    ...model,
    columns: model.columns.map(shown),
    target: shown(model.target),
    ...(id && { id: shownRole(id) }),
    ...(time && { time: shownRole(time) }),
    ...(group && { group: shownRole(group) }),
    ...(joined && { joined: joined.map((source) => ({ ...source, columns: source.columns.map(shown) })) }),
    features: model.features.map(shown),
    leftOut: model.leftOut.map(({ column, reason }) => ({ column: shown(column), reason })),
  }
}

function withoutValues({ almost: _almost, missing: _missing, ...column }: InferredColumn): InferredColumn {
  return { ...column, values: [], minimum: null, maximum: null }
}
