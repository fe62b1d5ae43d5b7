import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { lineageEvents } from '../../action/registry/lineage-events.ts'
import { runRecord } from '../support/candidate.ts'

/** The standard's own client, whose classes are made from its schemas and refuse what does not fit. */
const client = 'openlineage-python==1.54.0'

const rebuild = `
import json, sys
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.generated import dataset_version_dataset, input_statistics_input_dataset, job_type_job, source_code_location_job

def facet(kind, held):
    fields = {name: value for name, value in held.items() if not name.startswith('_')}
    made = kind(producer=held['_producer'], **fields)
    assert made._get_schema().split('#')[1] == held['_schemaURL'].split('#')[1], held
    return made

version = dataset_version_dataset.DatasetVersionDatasetFacet
for line in sys.stdin:
    event = json.loads(line)
    job = event['job']
    facets = job['facets']
    known = {
        'jobType': facet(job_type_job.JobTypeJobFacet, facets['jobType']),
        'sourceCodeLocation': facet(source_code_location_job.SourceCodeLocationJobFacet, facets['sourceCodeLocation']),
    }
    assert known.keys() == facets.keys()
    RunEvent(
        eventType=RunState[event['eventType']],
        eventTime=event['eventTime'],
        producer=event['producer'],
        run=Run(runId=event['run']['runId']),
        job=Job(namespace=job['namespace'], name=job['name'], facets=known),
        inputs=[InputDataset(
            namespace=one['namespace'], name=one['name'],
            facets={name: facet(version, held) for name, held in one['facets'].items()},
            inputFacets={name: facet(input_statistics_input_dataset.InputStatisticsInputDatasetFacet, held) for name, held in one['inputFacets'].items()},
        ) for one in event['inputs']],
        outputs=[OutputDataset(
            namespace=one['namespace'], name=one['name'],
            facets={name: facet(version, held) for name, held in one['facets'].items()},
        ) for one in event['outputs']],
    )
    print(event['eventType'])
`

test('OpenLineage’s own client takes every event', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-openlineage-'))
  try {
    const run = promisify(execFile)
    await run('python3', ['-m', 'venv', folder])
    const python = join(folder, 'bin/python')
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', client])
    const repository = {
      gitUrl: 'https://github.com/acme/parcels.git',
      isEmbedded: false,
      owner: 'acme',
      repository: 'parcels',
    }
    const events = (['passed', 'refused', 'failed', 'interrupted'] as const).map((outcome) =>
      lineageEvents(
        { run: runRecord({ outcome }), assets: { 'model.skops': 'a'.repeat(64), 'run.json': null } },
        repository,
      ),
    )
    const taken = run(python, ['-c', rebuild])
    taken.child.stdin?.end(events.join(''))
    const { stdout } = await taken
    expect(stdout.trim().split('\n')).toEqual([
      'START',
      'COMPLETE',
      'START',
      'COMPLETE',
      'START',
      'FAIL',
      'START',
      'ABORT',
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 180_000)
