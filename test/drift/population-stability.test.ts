import { describe, expect, it } from 'vitest'

import { evidentlyPsi, evidentlyPsiOfNumbers } from '../../action/drift/evidently-psi.ts'
import { psiOfCounts, psiOfNumbers } from '../../action/drift/population-stability.ts'
import { compareSorted } from '../../action/stats/compare-sorted.ts'
import { countBelow, sturgesEdges } from '../../action/stats/sorted-bins.ts'
import { isNear, type NumbersCase, oracle, samplesOf } from '../oracle/drift-oracle.ts'

/** Whole numbers may be doubles to NumPy, and get other bins there than they do here. */
function evidentlyOf(one: NumbersCase) {
  const [reference, current] = samplesOf(one)
  const compared = compareSorted(reference, current)
  if (compared.areIntegers === one.integers || !compared.sturges) return evidentlyPsiOfNumbers(compared)
  const all = Float64Array.of(...reference, ...current).sort()
  const edges = sturgesEdges(all[0] ?? 0, all.at(-1) ?? 0, all.length, one.integers)
  const sturges = countBelow(reference, current, edges.slice(1, -1))
  return evidentlyPsiOfNumbers({ ...compared, sturges })
}

describe('evidentlyPsi', () => {
  it('is undecided of more values than a list holds, and of a range that overflows', () => {
    const many = Float64Array.from({ length: 20_000 }, (_, i) => i + 0.5)
    expect(evidentlyPsiOfNumbers(compareSorted(Float64Array.of(1, 2), many))).toEqual({
      ok: false,
      because: 'too many different values',
    })
    const wide = Float64Array.from({ length: 40 }, (_, i) => (i - 20) * 9e306)
    expect(evidentlyPsiOfNumbers(compareSorted(wide, wide))).toEqual({ ok: false, because: 'a value is not finite' })
    expect(evidentlyPsi([], [])).toEqual({ ok: false, because: 'no reference values' })
  })
})

describe('psiOfNumbers', () => {
  it('is its definition in reference quantile bins; evidentlyPsi is Evidently’s to the edges’ bits', () => {
    const wrong = oracle.numbers.flatMap((one): readonly unknown[] => {
      const [ours, theirs] = [psiOfNumbers(compareSorted(...samplesOf(one)).deciles), evidentlyOf(one)]
      if (one.psi === undefined || one.evidently === undefined) return theirs.ok ? [one.name] : []
      // One bin comes to nothing, whatever came of it.
      if (!ours.ok && one.psi === 0 && ours.because === 'nearly all of the reference is one value') return []
      if (!ours.ok || !theirs.ok) return [[one.name, ours, theirs]]
      return isNear(ours.value.value, one.psi) && isNear(theirs.value, one.evidently)
        ? []
        : [[one.name, ours.value.value, one.psi, theirs.value, one.evidently]]
    })
    expect(oracle.numbers.length).toBeGreaterThan(100)
    expect(wrong).toEqual([])
  })

  it('says nothing of a reference of one value', () => {
    const constant = compareSorted(new Float64Array(9).fill(1), new Float64Array(9).fill(2))
    expect(psiOfNumbers(constant.deciles)).toEqual({ ok: false, because: 'nearly all of the reference is one value' })
  })

  it('counts missing rows as a bin of their own', () => {
    const bins = { edges: [1], reference: [50, 50], current: [30, 30] }
    const [without, with_] = [psiOfNumbers(bins), psiOfNumbers(bins, [0, 40])]
    expect(without.ok && without.value.value).toBeCloseTo(0, 12)
    expect(with_.ok && with_.value.value).toBeGreaterThan(1)
  })
})

describe('psiOfCounts', () => {
  it('is its definition', () => {
    const wrong = oracle.categories.flatMap((one): readonly unknown[] => {
      const psi = psiOfCounts(one.reference, one.current)
      return psi.ok && isNear(psi.value.value, one.psi) ? [] : [[one.name, psi, one.psi]]
    })
    expect(wrong).toEqual([])
  })
})
