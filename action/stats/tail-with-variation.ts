import { twoSidedStudentTail } from './student-tail.ts'

/**
 * P(A + v T² ≥ x), x > 0, of a sampling error A ≥ 0 whose tail is `tailOf`, and of a natural variation v ≥ 0 that was
 * estimated with `degrees` of freedom: T is Student's t. Without variation it is `tailOf(x)`; where variation is all, the
 * two-sided t tail at √(x / v). Between them ∫ f(t) P(A ≥ x − v t²) dt, by 16 Gauss-Legendre nodes on each octave of t and
 * with t = √(x / v) sin ψ, which keeps the integrand smooth where `tailOf` is steep at 0: 1e-9 of the value.
 */
export function tailWithVariation(x: number, v: number, degrees: number, tailOf: (x: number) => number): number {
  const end = Math.sqrt(x / v)
  if (!(end < 1e6)) return tailOf(x)
  let total = twoSidedStudentTail(end, degrees)
  let from = 0
  for (let to = Math.min(1, end); ; to = Math.min(2 * to, end)) {
    total += integrate(Math.asin(from / end), Math.asin(to / end), (psi) => {
      const cosine = Math.cos(psi)
      return 2 * studentDensity(end * Math.sin(psi), degrees) * end * cosine * tailOf(x * cosine * cosine)
    })
    if (to >= end) return Math.min(1, total)
    from = to
  }
}

/** The `x` at which that tail is `p`, 0 < p < 1, to 1e-6 of it. */
export function limitWithVariation(p: number, v: number, degrees: number, tailOf: (x: number) => number): number {
  let high = 1
  while (tailWithVariation(high, v, degrees, tailOf) > p) high *= 2
  let low = high / 2
  while (high - low > high * 1e-6) {
    const middle = (low + high) / 2
    if (tailWithVariation(middle, v, degrees, tailOf) > p) low = middle
    else high = middle
  }
  return high
}

/** Of Student's t. */
function studentDensity(t: number, degrees: number): number {
  return studentConstant(degrees) * (1 + (t * t) / degrees) ** (-(degrees + 1) / 2)
}

const constants = new Map<number, number>()

/** Γ((ν + 1) / 2) / (√(νπ) Γ(ν / 2)), of whole ν ≥ 1 by its recurrence: c(ν + 2) √(ν + 2) = c(ν) √ν (ν + 1) / ν. */
function studentConstant(degrees: number): number {
  let known = constants.get(degrees)
  if (known === undefined) {
    let scaled = degrees % 2 === 1 ? 1 / Math.PI : 0.5
    for (let at = degrees % 2 === 1 ? 1 : 2; at < degrees; at += 2) scaled *= (at + 1) / at
    known = scaled / Math.sqrt(degrees)
    constants.set(degrees, known)
  }
  return known
}

/** The positive half of the 16 nodes and their weights. */
const nodes = [
  [0.09501250983763744, 0.1894506104550685],
  [0.2816035507792589, 0.18260341504492358],
  [0.45801677765722737, 0.16915651939500254],
  [0.6178762444026438, 0.14959598881657674],
  [0.755404408355003, 0.12462897125553388],
  [0.8656312023878318, 0.09515851168249279],
  [0.9445750230732326, 0.062253523938647894],
  [0.9894009349916499, 0.027152459411754096],
] as const

function integrate(from: number, to: number, f: (x: number) => number): number {
  const half = (to - from) / 2
  const middle = (to + from) / 2
  let total = 0
  for (const [node, weight] of nodes) total += weight * (f(middle - half * node) + f(middle + half * node))
  return half * total
}
