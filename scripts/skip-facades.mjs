// A module that is loaded late but whose code went into a chunk of many keeps a file of its own, which hands on what the chunk
// exports. Finding, reading and compiling it takes a millisecond, so that whoever loads it asks the chunk itself.

const facade = /^import \{ ([^}]*) \} from "\.\/([^"]*)";\s*export \{ ([^}]*) \};\s*$/

/**
 * The chunks of a bundle (`fileName`, `code`, `isEntry`) without those that only hand on, as a map from file name to code.
 * What is handed on is taken as it is once the chunk has run: an export that changes later would not be seen to.
 */
export function skipFacades(chunks) {
  const skipped = new Map()
  for (const { fileName, code, isEntry } of chunks) {
    const [, imported, target, exported] = (!isEntry && facade.exec(code)) || []
    if (target === undefined) continue
    const names = new Map(imported.split(', ').map((name) => pairOf(name).reverse()))
    const fields = exported.split(', ').map((name) => {
      const [local, outer] = pairOf(name)
      return `${outer}: m.${names.get(local)}`
    })
    skipped.set(fileName, { target, fields: fields.join(', ') })
  }
  const kept = chunks.filter(({ fileName }) => !skipped.has(fileName))
  return new Map(kept.map(({ fileName, code }) => [fileName, ask(code, skipped)]))
}

/** `a as b` → [a, b], `a` → [a, a]. */
function pairOf(name) {
  const [from, to = from] = name.split(' as ')
  return [from, to]
}

function ask(code, skipped) {
  return code.replaceAll(/\bimport\("(\.\/(?:chunks\/)?)([^"]*)"\)/g, (whole, folder, name) => {
    const found = skipped.get(`chunks/${name}`)
    return found ? `import("${folder}${found.target}").then((m) => ({ ${found.fields} }))` : whole
  })
}
