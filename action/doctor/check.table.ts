import type { Check } from './check.ts'
import { actionsChecks } from './checks/actions-checks.ts'
import { branchChecks } from './checks/branch-checks.ts'
import { commentChecks } from './checks/comment-checks.ts'
import { nameChecks } from './checks/name-checks.ts'
import { permissionChecks } from './checks/permission-checks.ts'
import { releaseChecks } from './checks/release-checks.ts'
import { scheduleChecks } from './checks/schedule-checks.ts'
import { storeChecks } from './checks/store-checks.ts'

/** Every setting that the loop needs, in the order in which they are shown. */
export const checkTable: readonly Check[] = [
  ...actionsChecks,
  ...permissionChecks,
  ...commentChecks,
  ...branchChecks,
  ...releaseChecks,
  ...scheduleChecks,
  ...storeChecks,
  ...nameChecks,
]
