import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Alias } from './aliases.ts'
import type { PublishedRecord } from './record-published.ts'

type Named = Pick<PublishedRecord, 'tag' | 'model' | 'version'>

/**
 * The release that a text means: a tag, `<model>-v<N>`, a model's name (its newest release), an alias, or `<model>@<alias>`;
 * undefined where it is none of these. Throws `registry/ambiguous-alias` where several models have an alias of that name.
 */
export function versionNamed<Release extends Named>(
  releases: readonly Release[],
  aliases: readonly Alias[],
  text: string,
): Release | undefined {
  const named = releases.findLast((release) => namesOf(release).includes(text))
  if (named) return named
  const meant = aliases.filter(({ model, name }) => name === text || `${model}@${name}` === text)
  const [alias, ...others] = meant
  if (others.length > 0) throw ambiguous(text, meant)
  return alias && releases.find(({ tag }) => tag === alias.tag)
}

/** As `versionNamed()`; throws `registry/unknown-version` with the nearest name. */
export function findVersion<Release extends Named>(
  releases: readonly Release[],
  aliases: readonly Alias[],
  text: string,
): Release {
  const found = versionNamed(releases, aliases, text)
  if (found) return found
  const meant = nearestName(text, versionNames(releases, aliases))
  const newest = releases.slice(-3).map(({ tag }) => tag)
  throw new Fault(
    'registry/unknown-version',
    `Cannot find "${text}": no release is called so; expected a tag, a model, its version (parcels-v12) or an alias`,
    {
      remedy:
        newest.length === 0
          ? 'Nothing is published yet: plumbline run, then plumbline register.'
          : meant === undefined
            ? `The newest releases are: ${newest.join(', ')}`
            : `Did you mean "${meant}"?`,
    },
  )
}

/** All that names a version, for whoever looks for the nearest. */
export function versionNames(releases: readonly Named[], aliases: readonly Alias[]): readonly string[] {
  return [...releases.flatMap(namesOf), ...aliases.flatMap(({ model, name }) => [name, `${model}@${name}`])]
}

function namesOf({ tag, model, version }: Named): readonly string[] {
  return [tag, `${model}-v${version}`, model]
}

function ambiguous(text: string, meant: readonly Alias[]): Fault {
  const names = meant.map(({ model, name, tag }) => `  ${model}@${name}  ${tag}`)
  return new Fault(
    'registry/ambiguous-alias',
    `Cannot choose "${text}": ${meant.length} models have an alias of that name; expected one\n${names.join('\n')}`,
    { remedy: `Name the model, too: ${meant[0]?.model ?? ''}@${text}` },
  )
}
