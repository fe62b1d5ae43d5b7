import { restoreCache, saveCache } from '@actions/cache'

import { sharedPaths } from './shared-cache.ts'

/** Entry of the child process that speaks to the runner’s cache. Its folder is what is packed, or where it is unpacked. */
const [, , action = '', key = ''] = process.argv

// Below it `binary` and others call what Node warns of.
process.noDeprecation = true
const answer =
  action === 'save'
    ? (await saveCache([...sharedPaths], key)) === -1
      ? 'none'
      : key
    : ((await restoreCache([...sharedPaths], key)) ?? 'none')
process.send?.(answer, () => process.disconnect?.())
