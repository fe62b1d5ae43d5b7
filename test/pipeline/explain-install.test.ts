import { describe, expect, test } from 'vitest'

import { explainInstall } from '../../action/pipeline/explain-install.ts'

const uv = {
  noAnswer: `Using Python 3.11.7 environment at: t2
error: Request failed after 3 retries in 10.5s
  cause: Failed to fetch: http://127.0.0.1:9/simple/six/
  cause: tcp connect error
  cause: Connection refused (os error 111)`,
  noWheel: `error: No solution found when resolving dependencies
  cause: Because pyyaml==3.10 has no usable wheels and you require pyyaml==3.10, we can conclude that your requirements are unsatisfiable.

hint: Wheels are required for \`pyyaml\` because building from source is disabled for all packages (i.e., with \`--no-build\`)`,
  wrongHash: `error: Failed to download \`six==1.16.0\`
  cause: Hash mismatch for \`six==1.16.0\`

         Expected:
           sha256:0000000086890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254`,
  other: `Using Python 3.11.7 environment at: t2
error: Failed to write to the distribution cache
  cause: permission denied`,
}
const pip = {
  noAnswer: `WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused')': /simple/six/
ERROR: Could not find a version that satisfies the requirement six==1.16.0 (from versions: none)
ERROR: No matching distribution found for six==1.16.0`,
  noWheel: `ERROR: Could not find a version that satisfies the requirement PyYAML==3.10 (from versions: 6.0, 6.0.1)
ERROR: No matching distribution found for PyYAML==3.10`,
  wrongHash: `ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. Otherwise, examine the package contents carefully.
    six==1.16.0 from https://host/six-1.16.0-py2.py3-none-any.whl (from -r six4.txt (line 1)):
        Expected sha256 0000000086890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254`,
}
const noVenv = `The virtual environment was not created successfully because ensurepip is not available.  On Debian/Ubuntu
systems, you need to install the python3-venv package using the following command.`

describe('explainInstall()', () => {
  test.each([
    ['uv, no answer', uv.noAnswer, 'pipeline/index-unreachable', 'remote', /Failed to fetch: http/],
    ['pip, no answer', pip.noAnswer, 'pipeline/index-unreachable', 'remote', /"six==1.16.0".*new connection/],
    ['uv, no wheel', uv.noWheel, 'pipeline/environment', 'user', /"pyyaml==3.10": the index has no wheel/],
    ['pip, no wheel', pip.noWheel, 'pipeline/environment', 'user', /"PyYAML==3.10": the index has no wheel/],
    ['uv, another hash', uv.wrongHash, 'pipeline/wrong-hash', 'user', /"six==1.16.0": its bytes/],
    ['pip, another hash', pip.wrongHash, 'pipeline/wrong-hash', 'user', /"six==1.16.0": its bytes/],
    ['a Python without venv', noVenv, 'pipeline/environment', 'user', /without venv/],
    ['what it does not know', uv.other, 'pipeline/environment', 'user', /cause: permission denied$/],
    ['silence', '', 'pipeline/environment', 'user', /no reason given$/],
  ])('%s', (_, said, code, owner, message) => {
    expect(explainInstall('requirements.txt', said)).toMatchObject({
      code,
      owner,
      message: expect.stringMatching(message),
    })
  })
})
