import { createHash, randomUUID } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import { findSecrets } from '../../action/project/find-secrets.ts'

/** Put together, so that no scanner takes this file for one that holds secrets. */
const join = (...parts: readonly string[]) => parts.join('')
const mixed = 'a8Kd0zQ2rT7vB4nM1xW9eY6u'
const random = (length: number) => mixed.repeat(6).slice(0, length)

const secrets: readonly (readonly [what: string, line: string])[] = [
  ['a GitHub token', join('GH: gh', 'p_', random(36))],
  ['a GitHub token', join('GH: github', '_pat_', random(22), '_', random(59))],
  ['a GitLab token', join('run: curl -H "X: gl', 'pat-', random(20), '"')],
  ['an AWS access key', join('id: AK', 'IA', 'Z7QWERTYUIOP2345')],
  ['a key or token', join('AWS_SECRET_ACCESS_KEY: ', random(40))],
  ['a Slack token', join('# xox', 'b-', random(24))],
  [
    'a Slack webhook',
    join('url: https://hooks.sl', 'ack.com/services/T0', random(8), '/B0', random(8), '/', random(24)),
  ],
  ['a private key', join('key: |\n  -----BEGIN RSA PRI', 'VATE KEY-----\n  MIIE')],
  ['a private key', join('-----BEGIN PRI', 'VATE KEY-----')],
  ['a signed token (JWT)', join('jwt: ey', 'J', random(20), '.ey', 'J', random(30), '.', random(43))],
  ['an address with a password', join('db: postgres://ada:', 'hunter22', '@db:5432/x')],
  ['an address with a password', join('run: git clone https://x:', random(20), '@host/a.git')],
  ['a password', join('env: { DB_PASSWORD: ', 'hunter22', ' }')],
  ['a password', join('run: psql --password=', 'tr0ub4dor')],
  ['a key or token', join('api_key: "', random(32), '"')],
  ['a key or token', join("params: { wandb-api-key: '", createHash('sha1').update('x').digest('hex'), "' }")],
  ['a key or token', join('run: python train.py --token ', '= ', random(24))],
  ['a Google key', join('k: AI', 'za', random(35))],
  ['a Stripe key', join('k: sk', '_live_', random(24))],
  ['a Hugging Face token', join('HUB: h', 'f_', random(34))],
  ['an API key', join('k: sk', '-proj-', random(48))],
  ['a signed address', join('source: https://a.blob.core.windows.net/c/d.csv?sv=1&si', 'g=', random(44))],
]

const fine = [
  `digest: ${createHash('sha256').update('a').digest('hex')}`,
  `sha256: ${createHash('sha256').update('b').digest('hex')}`,
  `commit: ${createHash('sha1').update('a').digest('hex')}`,
  `id: ${randomUUID()}`,
  'container: ghcr.io/acme/train@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0',
  'run: python train.py --data data/landing/2025-07-31T10-00.csv --model resnet50-v1.5-224x224',
  'secrets: [API_KEY, DB_PASSWORD]',
  'env: { TOKEN_FILE: /run/secrets/db1, API_KEY_NAME: PRODUCTION_KEY_2 }',
  'run: curl -H "Authorization: Bearer $API_TOKEN" https://api.example.com/v1?token=$TOKEN',
  'run: psql "postgres://ada:$DB_PASSWORD@db/x"',
  'run: psql "postgres://ada:${DB_PASSWORD}@db/x" --password="$PASSWORD1234"',
  'run: login --password=$(pass show db1)',
  'run: python -c "password=os.environ[1]"',
  'password: changeme123',
  'api_key: your-api-key-1234567890',
  'id: AKIAIOSFODNN7EXAMPLE',
  'tokenizer: bert-base-uncased-2024-v2',
  'params: { max-tokens: 4096, token: whitespace-split-v2, secret: sample }',
  'source: https://example.com:8080/data/2025.csv',
  'source: s3://bucket/key:with@colon.csv',
  'labels: postgres:LABELS_URL#public.labels_2025',
  'target: password',
  'ignore: [password, token, api_key, secret_1234]',
  'env: { OMP_NUM_THREADS: 4, PYTHONHASHSEED: 0, CUBLAS_WORKSPACE_CONFIG: ":4096:8" }',
  'description: the token: a word between spaces, e.g. 1234567890123456',
  '# see https://docs.github.com/en/actions/security-guides/encrypted-secrets',
]

describe('findSecrets()', () => {
  test.each(secrets)('finds %s: %s', (what, line) => {
    expect(findSecrets(`version: 1\n${line}\n`).map((one) => one.what)).toEqual([what])
  })

  test.each(fine)('takes for none: %s', (line) => {
    expect(findSecrets(`version: 1\n${line}\n`)).toEqual([])
  })

  test.each(['eyJ', 'sk-', 'token=', '://a:', '-----BEGIN ', 'password:', 'AKIA', 'hooks.slack.com/services/'])(
    'is done with a hostile text of %s',
    (piece) => {
      expect(findSecrets(piece.repeat(1_000_000 / piece.length)).length).toBeLessThanOrEqual(50)
    },
  )
})
