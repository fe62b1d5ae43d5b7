import picomatch from 'picomatch'

/** Whether a ruleset's conditions take a ref in; of `~DEFAULT_BRANCH` only where it is told. */
export function fitsRef(
  { include, exclude }: { readonly include: readonly string[]; readonly exclude: readonly string[] },
  ref: string,
  defaultBranch?: string,
): boolean {
  const fits = (pattern: string) =>
    pattern === '~ALL' ||
    (pattern === '~DEFAULT_BRANCH' && defaultBranch !== undefined && ref === `refs/heads/${defaultBranch}`) ||
    (!pattern.startsWith('~') && picomatch.isMatch(ref, pattern, { dot: true, nobrace: true, noextglob: true }))
  return include.some(fits) && !exclude.some(fits)
}
