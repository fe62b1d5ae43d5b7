import { Fault } from '../base/fault.ts'
import { askInterpreter, type Interpreter } from './ask-interpreter.ts'
import { interpreterCandidates, type Lookup, wordPlaces } from './interpreter-places.ts'

const oldestMinor = 10

/** The Python that a project asks for, wherever it is; without a wish the first that is new enough. */
export async function findInterpreter(
  environment: Lookup['environment'],
  wanted: string | undefined,
  folder: string = process.cwd(),
): Promise<Interpreter> {
  const lookup = { environment, wanted, folder }
  const found: Interpreter[] = []
  for await (const candidate of interpreterCandidates(lookup)) {
    const interpreter = await askInterpreter(candidate, environment)
    if (!interpreter) continue
    found.push(interpreter)
    if (fits(interpreter.version, wanted)) return interpreter
  }
  throw refusal(found, lookup)
}

function fits(version: string, wanted: string | undefined): boolean {
  const [major, minor] = version.split('.').map(Number)
  if (wanted !== undefined) return `${major}.${minor}` === wanted
  return major === 3 && (minor ?? 0) >= oldestMinor
}

function refusal(found: readonly Interpreter[], lookup: Lookup): Fault {
  const { wanted } = lookup
  const expected = wanted === undefined ? `Python 3.${oldestMinor} or newer` : `Python ${wanted}`
  const install =
    wanted === undefined
      ? 'Install Python and put it on PATH; in a workflow, add a setup-python step.'
      : `Install it: uv python install ${wanted}; in a workflow, add a setup-python step with python-version: "${wanted}".`
  if (found.length === 0) {
    return new Fault(
      'pipeline/no-python',
      `Cannot run the stages: no Python in ${wordPlaces(lookup)}; expected ${expected}`,
      { remedy: install },
    )
  }
  const versions = [...new Set(found.map(({ version, path }) => `${version} (${path})`))].join(', ')
  return new Fault(
    'pipeline/wrong-python',
    `Cannot run the stages: found Python ${versions} in ${wordPlaces(lookup)}; expected ${expected}`,
    { remedy: wanted === undefined ? install : `${install} Or change python-version: under environment:.` },
  )
}
