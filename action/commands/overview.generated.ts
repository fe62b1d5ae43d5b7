// Made by npm run generate from the command table. Do not edit.
import type { CommandSummary } from './define-command.ts'

export const overview: readonly CommandSummary[] = [
  {
    name: 'init',
    group: 'data',
    summary: 'Infer a model from data files and write a project that runs as it is.',
  },
  {
    name: 'doctor',
    group: 'model',
    summary: 'Check every setting of the repository that the loop needs.',
  },
  {
    name: 'setup',
    group: 'model',
    summary: 'Make the labels, environments, rulesets and permissions that .github/plumbline-settings.yaml asks for.',
  },
  {
    name: 'data fetch',
    group: 'data',
    summary: 'Bring the files of remote sources into their folders.',
  },
  {
    name: 'snapshot',
    group: 'data',
    summary: 'Pin the data files that are there now in data.lock.yaml.',
  },
  {
    name: 'data list',
    group: 'data',
    summary: 'Show what is pinned, where its bytes are, and which other snapshots there are.',
  },
  {
    name: 'data pull',
    group: 'data',
    summary: 'Bring the pinned bytes to their paths in the working tree.',
  },
  {
    name: 'data gc',
    group: 'data',
    summary: 'Remove stored bytes that no snapshot needs any more.',
  },
  {
    name: 'validate',
    group: 'data',
    summary: 'Hold the data that the next snapshot would pin against its contract.',
  },
  {
    name: 'profile',
    group: 'data',
    summary: 'Say what is in data: what each column holds, what is odd about it, and which columns go together.',
  },
  {
    name: 'drift',
    group: 'data',
    summary: 'Say whether new rows drifted from what the live model learned, or one set of data from another.',
  },
  {
    name: 'performance',
    group: 'data',
    summary: 'Say whether a metric fell since the model was judged, as labels come in, and whether inputs explain it.',
  },
  {
    name: 'contract diff',
    group: 'data',
    summary: 'Say what changed between two contracts, and which changes break who reads the data.',
  },
  {
    name: 'plan',
    group: 'model',
    summary: 'Say what a run would do and why, without doing it.',
  },
  {
    name: 'run',
    group: 'model',
    summary: 'Validate, train, judge and refit on the pinned snapshot.',
  },
  {
    name: 'why',
    group: 'model',
    summary: 'Say why a stage would run or come from the cache, input by input.',
  },
  {
    name: 'runs list',
    group: 'model',
    summary: 'Show the runs of this folder and of the ledger, newest first.',
  },
  {
    name: 'runs show',
    group: 'model',
    summary: 'Show everything that one run was made of, came to and took.',
  },
  {
    name: 'runs diff',
    group: 'model',
    summary: 'Show how two runs differ: what made them, what they came to, what they took.',
  },
  {
    name: 'cost',
    group: 'model',
    summary: 'Show what runs took in minutes and money, and what is left of the budget.',
  },
  {
    name: 'cache list',
    group: 'model',
    summary: 'Show what is kept to be used again: results of stages, checkpoints, environments.',
  },
  {
    name: 'cache gc',
    group: 'model',
    summary: 'Remove what was used the longest ago, until what is kept fits its budget.',
  },
  {
    name: 'comment',
    group: 'model',
    summary:
      'Write the report that a pull request’s run left, whose own token only reads, as the comment of the pull request.',
  },
  {
    name: 'reuse',
    group: 'model',
    summary: 'Take the candidate that a merged retrain pull request was judged by, instead of training it again.',
  },
  {
    name: 'register',
    group: 'model',
    summary: 'Publish the run’s model as a release, with everything that it was made of.',
  },
  {
    name: 'github',
    group: 'retrain',
    summary:
      'Serve the embedded GitHub of this repository, with a web page to look at and merge pull requests; Ctrl-C ends it.',
  },
  {
    name: 'decide',
    group: 'retrain',
    summary: 'Say whether the model should be retrained now, and why.',
  },
  {
    name: 'propose',
    group: 'retrain',
    summary: 'Keep the one pull request that retrains the model as it should be: open, renewed, closed or none.',
  },
  {
    name: 'reproduce',
    group: 'model',
    summary: 'Rebuild a model from its pins in a clean checkout, and say what comes out again, byte by byte.',
  },
  {
    name: 'registry list',
    group: 'model',
    summary: 'Show the released models: versions, how they were judged, what is live.',
  },
  {
    name: 'registry show',
    group: 'model',
    summary: 'Show one released model: how it was judged, what it is made of, its files, where it is live.',
  },
  {
    name: 'registry compare',
    group: 'model',
    summary: 'Show how two released models differ: parameters, metrics, data, environment, files.',
  },
  {
    name: 'registry alias',
    group: 'model',
    summary: 'Give a version a name such as champion, move the name to another version, or remove it.',
  },
  {
    name: 'registry clean',
    group: 'model',
    summary: 'Say which old releases and abandoned drafts go; with --apply, delete them. Tags and records stay.',
  },
  {
    name: 'registry download',
    group: 'model',
    summary: 'Download a released model’s files, verified; an interrupted download goes on where it stopped.',
  },
  {
    name: 'verify',
    group: 'model',
    summary:
      'Check that a release is what was published: digests, provenance, data, tag, ledger, and its gates judged again.',
  },
  {
    name: 'audit',
    group: 'model',
    summary:
      'Show who started what, by which data, to which result, where it went live and who let it in; --verify checks that nobody changed it.',
  },
  {
    name: 'lineage',
    group: 'model',
    summary: 'Show what produced a model, or which models used a piece of data.',
  },
  {
    name: 'rollout start',
    group: 'rollout',
    summary: 'Let a release answer a share of the rows beside the one that is live; the first one is live at once.',
  },
  {
    name: 'rollout promote',
    group: 'rollout',
    summary: 'Let the candidate answer more of the rows, or all of them.',
  },
  {
    name: 'rollout rollback',
    group: 'rollout',
    summary:
      'Take a release back, or, where none is named, the candidate, else what is live; the one before it is live again.',
  },
  {
    name: 'rollout status',
    group: 'rollout',
    summary: 'Show which release is live, and which is being rolled out.',
  },
  {
    name: 'score',
    group: 'rollout',
    summary: 'Answer rows by the releases that are live: the candidate its share, the stable one the rest.',
  },
]
