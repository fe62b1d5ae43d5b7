import { describe, expect, test } from 'vitest'

import { parseProject } from '../../action/project/read-project.ts'
import { tinyYaml } from '../support/tiny-project.ts'

function read(mlflow: string) {
  const project = parseProject('/project', `${tinyYaml}mlflow: ${mlflow}\n`)
  return project.ok ? project.value.mlflow : project.diagnostics.map(({ message, remedy }) => `${message} ${remedy}`)
}

describe('mlflow:', () => {
  test('has the model’s name for its experiment, and newest for its alias', () => {
    const project = parseProject('/project', tinyYaml)
    expect(project.ok && project.value.mlflow).toBeUndefined()
    expect(read('{ url: https://mlflow.example.org/sub/ }')).toEqual({
      ...{ url: 'https://mlflow.example.org/sub', experiment: 'parcels', alias: 'newest' },
    })
    expect(
      read('{ url: "http://127.0.0.1:5000", experiment: trials, token: MLFLOW_TRACKING_TOKEN, alias: best }'),
    ).toEqual({ url: 'http://127.0.0.1:5000', experiment: 'trials', token: 'MLFLOW_TRACKING_TOKEN', alias: 'best' })
  })

  test.each([
    ['{ url: "http://mlflow.example.org" }', 'an address such as https://'],
    ['{ url: "https://ada:secret@mlflow.example.org" }', 'an address such as https://'],
    ['{ url: "https://mlflow.example.org?token=abc" }', 'an address such as https://'],
    ['{ url: mlflow.example.org }', 'an address such as https://'],
    ['{ url: "file:///tmp/x" }', 'an address such as https://'],
    ['{ url: https://mlflow.example.org, alias: latest }', 'neither latest nor v1'],
    ['{ url: https://mlflow.example.org, token: "not a name" }', 'the name of an environment variable'],
    ['{ url: https://mlflow.example.org, tokn: X }', 'token'],
    ['{}', 'url'],
  ])('refuses %s', (text, expected) => {
    expect(JSON.stringify(read(text))).toContain(expected)
  })
})
