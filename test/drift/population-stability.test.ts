import { describe, expect, it } from 'vitest'

import { evidentlyPsi } from '../../action/drift/evidently-psi.ts'
import { psiOfCounts, psiOfNumbers } from '../../action/drift/population-stability.ts'
import { isNear, oracle, pairedOf } from '../oracle/drift-oracle.ts'

describe('psiOfNumbers', () => {
  it('is its definition in reference quantile bins; evidentlyPsi is Evidently’s to the edges’ bits', () => {
    const wrong = oracle.numbers.flatMap((one): readonly unknown[] => {
      const paired = pairedOf(one)
      const [ours, theirs] = [psiOfNumbers(paired), evidentlyPsi(paired, { areIntegers: one.integers })]
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
    const constant = { values: Float64Array.of(1, 2), reference: Float64Array.of(9, 0), current: Float64Array.of(0, 9) }
    expect(psiOfNumbers(constant)).toEqual({ ok: false, because: 'nearly all of the reference is one value' })
  })

  it('counts missing rows as a bin of their own', () => {
    const counts = {
      values: Float64Array.of(1, 2),
      reference: Float64Array.of(50, 50),
      current: Float64Array.of(30, 30),
    }
    const [without, with_] = [psiOfNumbers(counts), psiOfNumbers(counts, [0, 40])]
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
