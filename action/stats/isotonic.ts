/** A curve that never falls: `y` at each of `x`, which rise; straight in between, flat outside. */
export interface RisingCurve {
  readonly x: Float64Array
  readonly y: Float64Array
}

/**
 * The rising curve of least squares through points (isotonic regression), by pooling neighbours that fall: points of one `x`
 * count as one, of their mean and number, as in scikit-learn. `x` and `y` are as long as each other and not empty.
 */
export function fitRising(x: ArrayLike<number>, y: ArrayLike<number>): RisingCurve {
  const order = Uint32Array.from({ length: x.length }, (_, index) => index).sort(
    (one, other) => (x[one] ?? 0) - (x[other] ?? 0),
  )
  const points: { x: number; total: number; weight: number }[] = []
  for (const index of order) {
    const [at, value] = [x[index] ?? 0, y[index] ?? 0]
    const last = points.at(-1)
    if (last?.x !== at) points.push({ x: at, total: value, weight: 1 })
    else {
      last.total += value
      last.weight += 1
    }
  }
  const blocks: { total: number; weight: number; points: number }[] = []
  for (const { total, weight } of points) {
    let block = { total, weight, points: 1 }
    for (let before = blocks.at(-1); before && before.total * block.weight >= block.total * before.weight; ) {
      blocks.pop()
      block = {
        total: before.total + block.total,
        weight: before.weight + block.weight,
        points: before.points + block.points,
      }
      before = blocks.at(-1)
    }
    blocks.push(block)
  }
  const heights = blocks.flatMap((block) => Array.from({ length: block.points }, () => block.total / block.weight))
  return { x: Float64Array.from(points, (point) => point.x), y: Float64Array.from(heights) }
}

/** The curve's height at `at`. */
export function heightAt({ x, y }: RisingCurve, at: number): number {
  let [low, high] = [0, x.length - 1]
  if (!(at > (x[low] ?? 0))) return y[low] ?? Number.NaN
  if (at >= (x[high] ?? 0)) return y[high] ?? Number.NaN
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if ((x[middle] ?? 0) <= at) low = middle
    else high = middle
  }
  const [left, right, from, to] = [x[low] ?? 0, x[high] ?? 0, y[low] ?? 0, y[high] ?? 0]
  return from + ((to - from) * (at - left)) / (right - left)
}
