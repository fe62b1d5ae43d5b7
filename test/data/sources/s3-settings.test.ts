import { describe, expect, test } from 'vitest'

import { readS3Settings } from '../../../action/data/sources/s3-settings.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' }

describe('readS3Settings', () => {
  test('takes keys before anything else, with their session', () => {
    const settings = readS3Settings({
      ...keys,
      AWS_SESSION_TOKEN: 'token',
      AWS_PROFILE: 'work',
      AWS_REGION: 'eu-west-1',
    })
    expect(settings).toEqual({
      region: 'eu-west-1',
      access: { kind: 'keys', accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' },
    })
  })

  test.each([
    [{ AWS_ROLE_ARN: 'arn', AWS_WEB_IDENTITY_TOKEN_FILE: '/token' }, 'AWS_WEB_IDENTITY_TOKEN_FILE'],
    [{ AWS_PROFILE: 'work' }, 'AWS_PROFILE'],
    [{ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://localhost/x' }, 'AWS_CONTAINER_CREDENTIALS_FULL_URI'],
  ])('leaves %j to the SDK', (environment, by) => {
    expect(readS3Settings({ HOME: '/nowhere', ...environment }).access).toEqual({ kind: 'chain', by })
  })

  test('finds the file of keys, and is nobody without one', () => {
    const home = tempFolder({ '.aws/credentials': '[default]\n' })
    expect(readS3Settings({ HOME: home }).access.kind).toBe('chain')
    expect(readS3Settings({ HOME: tempFolder() })).toEqual({ region: 'us-east-1', access: { kind: 'anonymous' } })
  })

  test('prefers the endpoint of S3, and leaves the region to a profile', () => {
    const environment = { AWS_ENDPOINT_URL: 'https://a', AWS_ENDPOINT_URL_S3: 'https://b', AWS_PROFILE: 'work' }
    expect(readS3Settings(environment)).toEqual({
      endpoint: 'https://b',
      access: { kind: 'chain', by: 'AWS_PROFILE' },
    })
  })

  test.each([
    [{ AWS_ACCESS_KEY_ID: 'id' }, 'AWS_SECRET_ACCESS_KEY is not set'],
    [{ AWS_SECRET_ACCESS_KEY: 'secret' }, 'AWS_ACCESS_KEY_ID is not set'],
    [{ AWS_ENDPOINT_URL: 'minio:9000' }, 'AWS_ENDPOINT_URL is no address'],
  ])('refuses %j', (environment, message) => {
    expect(() => readS3Settings(environment)).toThrow(message)
  })
})
