import { expect, test } from 'vitest'

import { builderEnvironment } from '../../action/pipeline/builder-environment.ts'

test('builderEnvironment() passes on where packages are and how to get there, and nothing else', () => {
  const passed = {
    PATH: '/bin',
    https_proxy: 'http://proxy',
    PIP_INDEX_URL: 'https://index',
    UV_INDEX_OURS_PASSWORD: 'reads the index',
    UV_LINK_MODE: 'copy',
    npm_config_registry: 'https://index',
    'npm_config_@ours:registry': 'https://index',
    MAMBA_ROOT_PREFIX: '/opt/mamba',
    RENV_PATHS_CACHE: '/cache',
  }
  const kept = {
    UV_PUBLISH_TOKEN: 'x',
    GITHUB_TOKEN: 'x',
    ACTIONS_RUNTIME_TOKEN: 'x',
    INPUT_TOKEN: 'x',
    AWS_ACCESS_KEY_ID: 'x',
    DATABASE_URL: 'x',
    PYTHONPATH: '/elsewhere',
    npm_config_local_prefix: '/elsewhere',
    npm_package_name: 'plumbline',
    EMPTY: undefined,
  }

  expect(builderEnvironment({ ...kept, ...passed })).toEqual(passed)
})

test.each(['PIP_TARGET', 'PIP_USER', 'PIP_NO_BINARY', 'UV_NO_BINARY', 'UV_SYSTEM_PYTHON', 'UV_PYTHON'])(
  'builderEnvironment() keeps %s away, which would put packages elsewhere, or others there',
  (name) => {
    expect(builderEnvironment({ [name]: '1' })).toEqual({})
  },
)
