import { type Check, ok, whereSeen } from '../check.ts'

/** What becomes of a release once it is published. */
export const releaseChecks: readonly Check[] = [
  {
    id: 'releases/immutable',
    setting: 'Enable release immutability',
    where: 'page:settings',
    without: 'Whoever may write can replace a model’s bytes or move its tag; plumbline verify tells afterwards.',
    judge: ({ immutableReleases }) =>
      whereSeen(immutableReleases, (isOn) =>
        isOn
          ? ok('on: nobody changes a published model; its tag is used up for ever, and Plumbline publishes drafts last')
          : ok('off: Plumbline works; switch it on where nobody should be able to replace a published model'),
      ),
  },
]
