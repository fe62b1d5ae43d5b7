import type { BudgetVerdict } from '../pipeline/decide-budget.ts'
import { formatNumber } from './numbers.ts'

/** `the budget of 2025-03 is spent: 20 of 20 runs; it renews on 2025-04-01` */
export function wordOverspent(verdict: BudgetVerdict): string {
  const reached = verdict.reached.map((limit) => wordLimit(verdict, limit)).join(' and ')
  return `nothing was trained: the budget of ${verdict.month} is spent, ${reached}; it renews on ${verdict.renewsAt.slice(0, 10)} (cost.budget in plumbline.yaml)`
}

/** `12 of 20 runs · 340 of 600 minutes · 8 runs, 260 minutes left until 2025-04-01` */
export function wordBudget(verdict: BudgetVerdict): string {
  const limits = (['runs', 'minutes'] as const).filter((limit) => verdict.limits[limit] !== undefined)
  const used = limits.map((limit) => wordLimit(verdict, limit)).join(' · ')
  const left = limits.map((limit) => {
    const rest = Math.max(0, (verdict.limits[limit] ?? 0) - verdict.used[limit])
    return `${formatNumber(rest, 6)} ${limit}`
  })
  return `${verdict.month}: ${used} · ${left.join(', ')} left until ${verdict.renewsAt.slice(0, 10)}`
}

function wordLimit({ used, limits }: BudgetVerdict, limit: 'runs' | 'minutes'): string {
  return `${formatNumber(used[limit], 6)} of ${formatNumber(limits[limit] ?? 0, 6)} ${limit}`
}
