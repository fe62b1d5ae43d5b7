import type { Route } from './route.ts'

/** What stands around the code: statuses, checks, deployments, workflows, rules and settings. */
export const platformRoutes: readonly Route[] = []
