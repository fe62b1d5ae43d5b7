// The licences of the packages whose code is in the bundle, for dist/licenses.txt.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const licenceFile = /^(licen[cs]e|copying|notice)/i

/** One text of every package that any of these modules belongs to, sorted by name. Throws where one states no licence. */
export function collectLicenses(moduleIds) {
  const packages = new Map()
  for (const id of moduleIds) {
    const folder = packageFolderOf(id)
    if (folder !== undefined) packages.set(folder, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
  }
  return [...packages]
    .map(([folder, { name, version, license }]) => {
      const texts = readdirSync(folder).filter((file) => licenceFile.test(file))
      if (license === undefined && texts.length === 0) {
        throw new Error(
          `Cannot ship "${name}": it states no licence; expected one in its package.json or a LICENSE file`,
        )
      }
      const body = texts.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
      return `${name} ${version} (${license ?? 'see below'})\n\n${body}`
    })
    .sort()
    .join(`\n\n${'-'.repeat(80)}\n\n`)
    .concat('\n')
}

/** The folder of the package in node_modules that a file belongs to; undefined for our own. */
function packageFolderOf(id) {
  if (!id.includes('node_modules')) return undefined
  for (let folder = dirname(id); folder.includes('node_modules'); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name !== undefined) return folder
  }
  return undefined
}
