import { describe, expect, it } from 'vitest'

import { wassersteinNormalised } from '../../action/drift/drift-measures.ts'
import { chiSquareLimit, chiSquareTail } from '../../action/stats/chi-square-tail.ts'
import { chiSquareTest, cramersV } from '../../action/stats/chi-square-test.ts'
import { compareSorted } from '../../action/stats/compare-sorted.ts'
import { adjustForFalseDiscovery } from '../../action/stats/false-discovery.ts'
import type { Judged } from '../../action/stats/judged.ts'
import { kolmogorovTail } from '../../action/stats/kolmogorov-tail.ts'
import { ksTwoSample } from '../../action/stats/ks-two-sample.ts'
import { twoSidedNormalTail } from '../../action/stats/normal-tail.ts'
import {
  hellingerDistance,
  jensenShannonDistance,
  largestDifference,
  totalVariationDistance,
} from '../../action/stats/share-distances.ts'
import { twoProportionTest } from '../../action/stats/two-proportion-test.ts'
import { decoded, isNear, isNearP, oracle, samplesOf } from '../oracle/drift-oracle.ts'

/** What differs, so that one run names all of it. */
function differing<Case>(cases: readonly Case[], wrongIn: (one: Case) => readonly unknown[]): unknown[] {
  expect(cases.length).toBeGreaterThan(5)
  return cases.flatMap((one) => wrongIn(one))
}

function valueOf<Value>(result: Judged<Value>): Value | string {
  return result.ok ? result.value : result.because
}

function compare(name: string, actual: unknown, expected: number, near = isNear): unknown[] {
  return typeof actual === 'number' && near(actual, expected) ? [] : [[name, actual, expected]]
}

describe('the tails', () => {
  it('kolmogorovTail is scipy’s kstwo.sf, by every method', () => {
    const rows = oracle.tails.kolmogorov
    expect(differing(rows, ([n = 0, x = 0, p = 0]) => compare(`${n} ${x}`, kolmogorovTail(n, x), p, isNearP))).toEqual(
      [],
    )
  })

  it('chiSquareTail is scipy’s gammaincc, also of very many degrees, where @stdlib’s has four digits', () => {
    const rows = oracle.tails.chiSquare
    expect(differing(rows, ([x = 0, k = 0, p = 0]) => compare(`${x} ${k}`, chiSquareTail(x, k), p, isNearP))).toEqual(
      [],
    )
  })

  it('chiSquareLimit is scipy’s chi2.isf', () => {
    const rows = oracle.tails.chiSquareLimit
    expect(differing(rows, ([p = 0, k = 0, x = 0]) => compare(`${p} ${k}`, chiSquareLimit(p, k), x))).toEqual([])
  })

  it('twoSidedNormalTail is twice scipy’s norm.sf', () => {
    expect(
      differing(oracle.tails.normal, ([z = 0, p = 0]) => compare(`${z}`, twoSidedNormalTail(z), p, isNearP)),
    ).toEqual([])
  })
})

describe('ksTwoSample', () => {
  it('is scipy’s ks_2samp: statistic, place, sign, and p-values of auto, exact and asymp', () => {
    const wrong = differing(oracle.numbers, (one) => {
      const by = (method: 'auto' | 'exact' | 'asymptotic') => {
        const { ks } = compareSorted(...samplesOf(one))
        return ks.ok ? { ...ks.value, ...ksTwoSample(ks.value, method) } : undefined
      }
      const [auto, asymptotic] = [by('auto'), by('asymptotic')]
      return [
        ...compare(`${one.name} D`, auto?.statistic, one.ks),
        ...compare(`${one.name} p`, auto?.pValue, one.p, isNearP),
        ...(one.exact === null ? [] : compare(`${one.name} exact`, by('exact')?.pValue, one.exact, isNearP)),
        ...(one.asymptotic === null ? [] : compare(`${one.name} asymp`, asymptotic?.pValue, one.asymptotic, isNearP)),
        ...(one.ks > 0 && auto && Math.abs(auto.location - decoded(one.location)) > 0 && auto.sign !== one.sign
          ? [[one.name, auto.location, auto.sign, one.location, one.sign]]
          : []),
      ]
    })
    expect(wrong).toEqual([])
  })
})

describe('compareSorted’s wasserstein', () => {
  it('is scipy’s wasserstein_distance, and divided by the deviation as Evidently does it', () => {
    const wrong = differing(oracle.numbers, (one) => {
      const compared = compareSorted(...samplesOf(one))
      if (typeof one.wasserstein !== 'number') {
        return compared.wasserstein.ok ? [[one.name, 'judged', one.wasserstein]] : []
      }
      const scaled = one.normalised
      return [
        ...compare(one.name, valueOf(compared.wasserstein), one.wasserstein),
        ...(typeof scaled === 'number' ? compare(one.name, valueOf(wassersteinNormalised(compared)), scaled) : []),
      ]
    })
    expect(wrong).toEqual([])
  })
})

describe('distances of shares', () => {
  it('are scipy’s and the definitions’: TVD, L∞, Jensen-Shannon in both bases, Hellinger', () => {
    const wrong = differing(oracle.categories, (one) => {
      const { name, reference, current } = one
      const largest = largestDifference(reference, current)
      return [
        ...compare(`${name} tvd`, valueOf(totalVariationDistance(reference, current)), one.tvd),
        ...compare(`${name} linf`, largest.ok ? largest.value.distance : largest.because, one.linf),
        ...compare(`${name} js`, valueOf(jensenShannonDistance(reference, current, 'e')), one.js, nearRoot),
        ...compare(`${name} js2`, valueOf(jensenShannonDistance(reference, current, 2)), one.js2, nearRoot),
        ...compare(`${name} hellinger`, valueOf(hellingerDistance(reference, current)), one.hellinger),
      ]
    })
    expect(wrong).toEqual([])
  })

  /** SciPy loses half of its digits under the root where the shares are nearly equal. */
  function nearRoot(actual: number, expected: number): boolean {
    return isNear(actual, expected) || (isNear(actual ** 2, expected ** 2) && expected < 1e-6)
  }
})

describe('chiSquareTest', () => {
  it('is scipy’s chi2_contingency without and with Yates’ correction; cramersV is its association', () => {
    const wrong = differing(oracle.categories, (one) => {
      const { name, reference, current } = one
      const plain = chiSquareTest(reference, current)
      if (one.chi2 === undefined) return plain.ok ? [[name, 'judged']] : []
      const yates = chiSquareTest(reference, current, { correction: true })
      if (!plain.ok || !yates.ok) return [[name, plain, yates]]
      return [
        ...compare(`${name} chi2`, plain.value.statistic, one.chi2),
        ...compare(`${name} degrees`, plain.value.degrees, one.degrees ?? -1),
        ...compare(`${name} p`, plain.value.pValue, one.p ?? -1, isNearP),
        ...compare(`${name} yates`, yates.value.statistic, one.yates ?? -1),
        ...compare(`${name} yates p`, yates.value.pValue, one.yatesP ?? -1, isNearP),
        ...compare(`${name} V`, valueOf(cramersV(reference, current)), one.v ?? -1),
        ...compare(`${name} V bergsma`, valueOf(cramersV(reference, current, 'bergsma')), one.bergsma ?? -1),
      ]
    })
    expect(wrong).toEqual([])
  })
})

describe('twoProportionTest', () => {
  it('is statsmodels’ proportions_ztest', () => {
    const wrong = differing(oracle.proportions, ([a, n, b, m, z, p]) => {
      const result = twoProportionTest({ hits: a, rows: n }, { hits: b, rows: m })
      if (!result.ok) return [result]
      return [
        ...compare(`${a} ${b} z`, result.value.statistic, z),
        ...compare(`${a} ${b} p`, result.value.pValue, p, isNearP),
      ]
    })
    expect(wrong).toEqual([])
  })
})

describe('adjustForFalseDiscovery', () => {
  it('is scipy’s false_discovery_control, Benjamini-Hochberg and -Yekutieli', () => {
    const wrong = differing(oracle.discoveries, ([p, bh, by]) =>
      (['bh', 'by'] as const).flatMap((method) => {
        const expected = method === 'bh' ? bh : by
        return adjustForFalseDiscovery(p, method).flatMap((value, i) =>
          compare(method, value, expected[i] ?? -1, isNearP),
        )
      }),
    )
    expect(wrong).toEqual([])
  })
})
