/**
 * Pairs rows with columns so that the sum of their scores is the largest possible; each is used once at most.
 * Returns a row's column by the row's index, undefined for rows that are left over.
 * The Hungarian method by shortest augmenting paths, O(n³): Jonker and Volgenant (1987), Computing 38, 325-340.
 */
export function assignPairs(scores: readonly (readonly number[])[]): (number | undefined)[] {
  const columns = scores[0]?.length ?? 0
  const size = Math.max(scores.length, columns)
  const cost = (row: number, column: number): number => -(scores[row]?.[column] ?? 0)

  // Row and column 0 stand for "none", so that the search below has a place to start from.
  const rowPotential = new Float64Array(size + 1)
  const columnPotential = new Float64Array(size + 1)
  const rowOf = new Int32Array(size + 1)
  for (let row = 1; row <= size; row++) {
    const { end, previous } = shortestPath(row)
    for (let column = end; column !== 0; column = previous[column] ?? 0) {
      rowOf[column] = rowOf[previous[column] ?? 0] ?? 0
    }
  }

  const assigned: (number | undefined)[] = scores.map(() => undefined)
  for (let column = 1; column <= columns; column++) {
    const row = (rowOf[column] ?? 0) - 1
    if (row >= 0 && row < scores.length) assigned[row] = column - 1
  }
  return assigned

  function shortestPath(start: number): { end: number; previous: Int32Array } {
    const distance = new Float64Array(size + 1).fill(Infinity)
    const previous = new Int32Array(size + 1)
    const isDone = new Uint8Array(size + 1)
    rowOf[0] = start
    let current = 0
    do {
      isDone[current] = 1
      const row = rowOf[current] ?? 0
      let step = Infinity
      let next = 0
      for (let column = 1; column <= size; column++) {
        if (isDone[column]) continue
        const reduced = cost(row - 1, column - 1) - at(rowPotential, row) - at(columnPotential, column)
        if (reduced < at(distance, column)) {
          distance[column] = reduced
          previous[column] = current
        }
        if (at(distance, column) < step) {
          step = at(distance, column)
          next = column
        }
      }
      for (let column = 0; column <= size; column++) {
        if (isDone[column]) {
          const done = rowOf[column] ?? 0
          rowPotential[done] = at(rowPotential, done) + step
          columnPotential[column] = at(columnPotential, column) - step
        } else {
          distance[column] = at(distance, column) - step
        }
      }
      current = next
    } while (rowOf[current] !== 0)
    return { end: current, previous }
  }
}

function at(numbers: Float64Array, index: number): number {
  return numbers[index] ?? 0
}
