import { describe, expect, it } from 'vitest'

import { chiSquareTail } from '../../action/stats/chi-square-tail.ts'
import { approximateKsTail, kolmogorovLimitTail } from '../../action/stats/kolmogorov-limit.ts'
import { kolmogorovTail } from '../../action/stats/kolmogorov-tail.ts'
import { twoSidedStudentTail } from '../../action/stats/student-tail.ts'
import { limitWithVariation, tailWithVariation } from '../../action/stats/tail-with-variation.ts'

/** Numbers of scipy 1.17.1: `2 * t.sf`, `kstwobign.sf`, and `quad` of `2 * t.pdf(t) * chi2.sf(x - v * t * t)` plus the t tail. */
describe('twoSidedStudentTail', () => {
  it("is scipy's", () => {
    expect(twoSidedStudentTail(3, 9)).toBeCloseTo(0.014956363910414222, 14)
    expect(twoSidedStudentTail(-4.5, 7)).toBeCloseTo(0.0027983300778426316, 14)
    expect([twoSidedStudentTail(0, 5), twoSidedStudentTail(Infinity, 5)]).toEqual([1, 0])
  })
})

describe('tailWithVariation', () => {
  const ofChiSquare = (degrees: number) => (x: number) => chiSquareTail(x, degrees)
  const ofKolmogorov = (x: number) => kolmogorovLimitTail(Math.sqrt(x))

  it.each([
    [0.001, 0.0027016982840676216, 0.0012504256394666106, 0.004970321695926404],
    [0.1, 0.0029368225984492888, 0.0013300726983957775, 0.00839515048871313],
    [1, 0.026371815027153946, 0.007395751451590162, 0.18706100443763068],
    [10, 0.39904470053239643, 0.2595960764126471, 0.6558093334861189],
    [1000, 0.9310851661542535, 0.9059010296561012, 0.9641672610843547],
  ])('is the integral that scipy takes, at v = %f', (v, ofOne, ofFive, kolmogorov) => {
    expect(tailWithVariation(9, v, 9, ofChiSquare(1)) / ofOne).toBeCloseTo(1, 8)
    expect(tailWithVariation(20, v, 9, ofChiSquare(5)) / ofFive).toBeCloseTo(1, 8)
    expect(tailWithVariation(3, v, 9, ofKolmogorov) / kolmogorov).toBeCloseTo(1, 4)
  })

  it('is the sampling tail without variation and the t tail where variation is all', () => {
    expect(tailWithVariation(9, 0, 9, ofChiSquare(1))).toBe(chiSquareTail(9, 1))
    expect(tailWithVariation(9, 1e-30, 9, ofChiSquare(1))).toBe(chiSquareTail(9, 1))
    expect(tailWithVariation(9e8, 1e8, 9, ofChiSquare(1))).toBeCloseTo(twoSidedStudentTail(3, 9), 6)
  })

  it('falls with x, grows with v, and is turned round by limitWithVariation()', () => {
    for (const v of [0.01, 1, 30]) {
      for (const p of [0.05, 0.0025, 1e-6]) {
        const x = limitWithVariation(p, v, 9, ofChiSquare(3))
        expect(tailWithVariation(x, v, 9, ofChiSquare(3)) / p).toBeCloseTo(1, 4)
        expect(tailWithVariation(x * 1.1, v, 9, ofChiSquare(3))).toBeLessThan(p)
        expect(tailWithVariation(x, v * 1.1, 9, ofChiSquare(3))).toBeGreaterThan(p)
      }
    }
  })
})

describe('approximateKsTail', () => {
  it('is within 5 % of the law of finite samples from 20 rows on, where p matters', () => {
    for (const rows of [20, 100, 335, 5000]) {
      for (const t of [1.2, 1.6, 2]) {
        const d = t / Math.sqrt(rows)
        expect(approximateKsTail(rows, d) / kolmogorovTail(rows, d)).toBeGreaterThan(0.95)
        expect(approximateKsTail(rows, d) / kolmogorovTail(rows, d)).toBeLessThan(1.1)
      }
    }
  })
})
