import { parseByteSize } from '../base/byte-size.ts'
import { drift } from './drift-schema.ts'
import { duration } from './duration-schema.ts'
import { metrics } from './metrics-schema.ts'
import { mlflow } from './mlflow-schema.ts'
import { smokeKinds, tasks } from './project.ts'
import { retrain } from './retrain-schema.ts'
import { parseTestSize } from './test-size.ts'
import { variableName } from './variable-name-schema.ts'
import { z } from './zod.ts'

const column = z.string().min(1)
const oneOrMore = z.union([
  z
    .string()
    .min(1)
    .transform((text) => [text]),
  z.array(z.string().min(1)).min(1),
])
const path = z
  .string()
  .min(1)
  .refine((text) => !/^([/\\]|[A-Za-z]:)/.test(text) && !text.split(/[/\\]/).includes('..'), {
    error: 'a path inside this folder is expected',
  })
const bucket = z
  .string()
  .regex(
    /^(s3:\/\/)?[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w!.*'()/-]*)?$/,
    'a bucket and a folder in it, such as acme-data/parcels, are expected',
  )
const byteSize = z.union([z.string(), z.number()]).transform((given, context) => {
  const bytes = parseByteSize(String(given))
  if (bytes !== undefined) return bytes
  context.issues.push({
    code: 'custom',
    input: given,
    message: 'a size with its unit such as 512 MB, 4 GB or 2 GiB is expected',
  })
  return z.NEVER
})
const testSize = z
  .union([z.string(), z.number(), z.strictObject({ from: z.union([z.string(), z.number()]) })])
  .transform((given, context) => {
    const text = typeof given === 'object' ? `from:${given.from}` : String(given)
    const size = parseTestSize(text)
    if (size) return size
    context.issues.push({ code: 'custom', input: given, message: '30d, 1000 rows, 0.2 or from:VALUE is expected' })
    return z.NEVER
  })

const model = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, 'small letters, digits and -, at most 40, starting with a letter are expected')
    .describe('Name of the model; part of every tag.'),
  task: z.enum(tasks).describe('What is predicted: one of two classes, one of several, or a number.'),
  target: column.describe('The column to be predicted.'),
  positive: z
    .union([z.string(), z.number(), z.boolean()])
    .transform(String)
    .optional()
    .describe('The class whose probability is judged; for `task: binary`.'),
  time: column.optional().describe('When a row happened; orders the split.'),
  id: column.optional().describe('Names a row. Without one: the digest of its file and its number.'),
  group: column.optional().describe('Rows of one value never straddle the split.'),
  ignore: z.array(column).default([]).describe('Columns that neither features nor training see.'),
  'unsafe-format': z
    .boolean()
    .default(false)
    .describe('Whether the model may be saved as what can run code when it is loaded, or as what nobody knows.'),
})

const variables = z
  .record(variableName, z.union([z.string(), z.number(), z.boolean()]).transform(String))
  .default({})
  .describe('Variables that the program gets.')
const secrets = z
  .array(variableName)
  .default([])
  .describe('Names of variables passed on from the caller, masked in logs.')
const timeout = duration.optional().describe('After this the program is stopped and fails.')

const places = 'a glob in this folder, https://…, s3://bucket/key, sqlite:FILE#TABLE or postgres:VARIABLE#TABLE'

const namedSource = z.strictObject({
  from: oneOrMore.optional().describe(`Where its files come from: ${places}; or several.`),
  run: z
    .string()
    .min(1)
    .optional()
    .describe('Instead of `from`: a shell command that writes data files into the folder PLUMBLINE_OUT_DATA.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits are expected')
    .optional()
    .describe('What the bytes of the one https:// or s3:// file must be.'),
  into: path.optional().describe('Folder in which what is fetched is kept; default: `data/NAME`.'),
  contract: path.optional().describe('Its contract; the first source has `data.contract`.'),
  on: oneOrMore.default([]).describe('Columns by which its rows are joined onto those of the first source.'),
  env: variables,
  secrets,
  timeout,
})

const sourceName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'small letters, digits and - are expected')

const data = z.strictObject({
  source: z
    .union([oneOrMore, z.record(sourceName, namedSource)])
    .describe(`Where the rows come from: ${places}; a list of them; or a map of named sources, the rows first.`),
  labels: z
    .strictObject({
      source: oneOrMore.describe('Files that hold the id and the target.'),
      delay: duration.default(0).describe('How long after a row its label is in, such as `14d`.'),
      coverage: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe('Days of which a smaller share of the rows has its label are left out, such as `0.95`.'),
    })
    .optional()
    .describe('Only where labels arrive later than the rows.'),
  encoding: z
    .enum(['utf-8', 'latin-1', 'windows-1252'])
    .default('utf-8')
    .describe('What the text of CSV files is in; a byte-order mark goes before it.'),
  store: z
    .union([
      z.enum(['git', 'file', 'releases']),
      z.strictObject({ file: z.string().min(1) }),
      z.strictObject({ s3: bucket }),
    ])
    .default('git')
    .describe('Where the pinned bytes are kept: `git`, `file`, `file: FOLDER`, `releases`, or `s3: BUCKET/PREFIX`.'),
  contract: path.default('contract.yaml').describe('The data contract (Open Data Contract Standard 3.1).'),
})

const split = z.strictObject({
  window: duration.optional().describe('Rows older than this before the snapshot’s newest are left out.'),
  test: testSize
    .default({ kind: 'fraction', fraction: 0.2 })
    .describe('The test set: `30d`, `1000 rows`, `0.2` or `from:VALUE`.'),
  gap: duration.default(0).describe('Left out between training and test.'),
  refit: z
    .boolean()
    .optional()
    .describe('Fit once more on the whole window when the gates pass; default: where there is a time.'),
})

const paths = z.union([path.transform((only) => [only]), z.array(path).min(1)])

const environment = z.strictObject({
  python: path.optional().describe('A requirements file with hashes.'),
  'python-version': z
    .string()
    .regex(/^3\.\d+$/, 'a version such as "3.12", in quotes, is expected')
    .optional()
    .describe('The interpreter to run it with, such as `"3.12"`.'),
  setup: oneOrMore
    .optional()
    .describe(
      'Shell commands that fill the folder PLUMBLINE_ENVIRONMENT_DIR once, such as `npm ci`, for stages to use.',
    ),
  lock: paths.optional().describe('Files that `setup` reads: its commands start beside copies of them.'),
  seed: z.int().min(0).max(4_294_967_295).default(42).describe('`PLUMBLINE_SEED` of every stage.'),
})

const stageName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'small letters, digits and - are expected')

const outputContract = path
  .optional()
  .describe('A contract that the stage’s rows must keep, checked before any later stage runs.')

const featuresStage = z.strictObject({
  sql: path.describe('File with one SELECT over the view `data`.'),
  contract: outputContract,
})

const runnerLabel = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'a runner’s label such as ubuntu-latest is expected')

const retry = z.strictObject({
  attempts: z.int().min(1).max(20).describe('How often the stage is run at most, the first time included.'),
  backoff: duration
    .prefault('10s')
    .describe('The longest wait before the second attempt; how long it is, chance decides.'),
  factor: z.number().min(1).max(10).default(2).describe('How much longer each later wait may be; an hour at most.'),
  codes: z
    .array(z.int().min(1).max(255))
    .min(1)
    .optional()
    .describe('Exit codes that are worth another attempt, such as `[75]`; default: every one but 126 and 127.'),
})

const fallback = z
  .union([
    stageName.transform((stage) => ({ stage, register: false })),
    z.strictObject({
      stage: stageName.describe('The stage that stands in; it has the same outputs.'),
      register: z.boolean().default(false).describe('Whether a model for which it stood in may be released.'),
    }),
  ])
  .optional()
  .describe('The stage that stands in where this one fails. A run with one is degraded, and not released.')

const checkpoint = z.strictObject({
  every: duration
    .refine((ms) => ms >= 1000, { error: 'a duration of at least 1s is expected' })
    .describe('How often what is new in PLUMBLINE_CHECKPOINT_DIR is kept as an artifact of the workflow run.'),
})

const resources = z.strictObject({
  memory: byteSize
    .optional()
    .describe('The most that its processes may hold at once, such as `4 GB`; above it, the stage is stopped.'),
  cpu: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe('Processors that it may use, as numerical libraries are told and, on Linux, the system holds it to.'),
  disk: byteSize
    .optional()
    .describe('The most that it may write in its own folders, such as `10 GB`; above it, the stage is stopped.'),
})

export const programStage = z.strictObject({
  needs: z.array(stageName).default([]).describe('Stages whose outputs this one reads.'),
  if: z
    .union([z.string(), z.boolean(), z.number()])
    .transform(String)
    .optional()
    .describe(
      'Runs only where this holds: GitHub’s expression language over `trigger`, `params.NAME` and `stages.NAME.outputs`.',
    ),
  fallback,
  run: z.string().min(1).describe('The program, as a shell command.'),
  out: z
    .record(stageName, path)
    .default({})
    .describe('Output name → path in the stage’s folder; a folder ends in `/`.'),
  contract: outputContract,
  reads: z.array(path).optional().describe('Globs of the files that the stage may read; default: all tracked code.'),
  env: variables,
  secrets,
  timeout,
  runner: z
    .union([runnerLabel.transform((label) => [label]), z.array(runnerLabel).min(1)])
    .optional()
    .describe('Labels of the runner that the stage wants, such as `gpu-large`: part of its key; `cost` prices them.'),
  resources: resources.optional().describe('What the program may take; no limit where nothing is said.'),
  container: z
    .string()
    .min(1)
    .optional()
    .describe('`image@sha256:…`: what the program runs in, instead of the environment; docker or podman starts it.'),
  retry: retry
    .optional()
    .describe('Runs the program again where it failed, was killed or ran too long; never after a contract or a gate.'),
  checkpoint: checkpoint
    .optional()
    .describe('How the stage’s checkpoints reach the next attempt of a workflow run; default: every 10m.'),
})

const hook = z
  .strictObject({
    run: z.string().min(1).describe('The program, as a shell command.'),
    reads: z.array(path).optional().describe('Globs of the files that it may read; default: all tracked code.'),
    env: variables,
    secrets,
    timeout,
  })
  .optional()

const hooks = z.strictObject({
  'on-failure': hook.describe('Runs once where a run fails, is refused by a gate or interrupted.'),
  always: hook.describe('Runs once at the end of every run.'),
})

const bound = z.union([
  z.number(),
  z.string().regex(/^params\.[a-z][a-z0-9-]*$/, 'a number or params.NAME is expected'),
])
const gate = z.strictObject({
  metric: z.string().describe('The metric that is bounded.'),
  min: bound.optional().describe('The least that passes.'),
  max: bound.optional().describe('The most that passes.'),
  by: oneOrMore.default([]).describe('Columns whose values make slices; the worst slice decides.'),
  'min-rows': z.int().min(1).default(20).describe('Fewer test rows, or fewer in a slice, are insufficient data.'),
})

/** `plumbline.yaml`, every key with its meaning; the JSON Schema is made from it. */
export const projectSchema = z.strictObject({
  version: z.literal(1, { error: '1 is expected' }).describe('Version of this file’s format.'),
  model,
  params: z
    .record(stageName, z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Values for stages (`PLUMBLINE_PARAMS`) and gates.'),
  data,
  split: split.prefault({}).describe('How rows become training and test.'),
  environment: environment.prefault({}).describe('What stages run in.'),
  stages: z
    .object({ features: featuresStage, train: programStage, predict: programStage })
    .catchall(programStage)
    .describe('`features` is SQL; `train`, `predict` and any other stage are programs.'),
  metrics,
  gates: z.record(stageName, gate).default({}).describe('What a model must reach.'),
  drift: drift.prefault({}).describe('How new rows are judged beside what the live model learned.'),
  retrain: retrain.prefault({}).describe('When a retrained model is proposed, and how often at most.'),
  hooks: hooks
    .prefault({})
    .describe(
      'Programs at the end of a run; `PLUMBLINE_OUTCOME` and `PLUMBLINE_IN_RUN`, its record, say what it came to.',
    ),
  smoke: z
    .strictObject({
      skip: z
        .array(z.enum(smokeKinds))
        .default([])
        .describe('What it is not asked about: `nulls`, `unseen`, `extremes`, `empty`.'),
    })
    .prefault({})
    .describe('Made rows that `predict` must answer before a model is judged or released.'),
  keep: z
    .strictObject({
      data: z
        .int()
        .min(1)
        .default(12)
        .describe('Snapshots of the current branch whose bytes `data gc` keeps, newest first.'),
      releases: z
        .int()
        .min(1)
        .default(20)
        .describe(
          'Releases of the model that `registry clean` keeps, newest first, beside those that are live or have an alias.',
        ),
      cache: byteSize
        .default(20e9)
        .describe('How large `cache gc` leaves what can be made again, such as `20 GB`: oldest use goes first.'),
    })
    .prefault({})
    .describe('How much of the past is kept.'),
  cost: z
    .strictObject({
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/, 'three capital letters such as USD are expected')
        .default('USD')
        .describe('Of the prices.'),
      'per-minute': z
        .record(runnerLabel, z.number().min(0))
        .default({})
        .describe(
          'Runner label → price of a minute; `default` for other hosted runners, `local` for a terminal, `self-hosted` for runners of your own.',
        ),
      budget: z
        .strictObject({
          runs: z.int().min(0).optional().describe('Workflow runs that fit the model.'),
          minutes: z.number().min(0).optional().describe('Billed minutes of workflows.'),
        })
        .refine(({ runs, minutes }) => runs !== undefined || minutes !== undefined, {
          error: 'runs, minutes or both are expected',
        })
        .optional()
        .describe(
          'Of a calendar month (UTC). Once spent, runs that no person started train nothing; those started by hand or by a commit go on.',
        ),
    })
    .prefault({})
    .describe('What runs cost, and how much they may.'),
  mlflow,
  privacy: z
    .strictObject({
      public: z
        .boolean()
        .default(false)
        .describe('Everybody may have the data: needed where the repository is public.'),
      'min-count': z.int().min(1).default(20).describe('Rarer values are never shown.'),
    })
    .prefault({})
    .describe('What may be shown.'),
})

export type ProjectDocument = z.output<typeof projectSchema>
