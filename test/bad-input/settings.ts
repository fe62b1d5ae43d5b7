import { tinyYaml } from '../support/tiny-project.ts'
import { type BadInput, refused, works } from './bad-input.ts'
import { folder, link } from './contents.ts'

const file = 'plumbline.yaml'
const settings = (text: string) => ({ [file]: text })
const mended = (from: string, to: string) => settings(tinyYaml.replace(from, to))

/** `plumbline.yaml`, broken or full of wishes that nobody can meet. */
export const badSettings: readonly BadInput[] = [
  {
    what: 'no plumbline.yaml',
    command: 'validate',
    files: settings(''),
    ...refused('yaml/syntax', `${file}:1`, /it is empty/, /plumbline init/),
  },
  {
    what: 'a folder as plumbline.yaml',
    command: 'validate',
    files: { [file]: folder() },
    ...refused('project/file', `${file}:1`, /it is a folder/, /Move the folder/),
  },
  {
    what: 'a dangling link as plumbline.yaml',
    command: 'validate',
    files: { [file]: link('gone.yaml') },
    ...refused('project/file', `${file}:1`, /no such file/, /plumbline init/),
  },
  {
    what: 'plumbline.yaml in UTF-16',
    command: 'validate',
    files: { [file]: Buffer.from(`\ufeff${tinyYaml}`, 'utf16le') },
    ...refused('project/file', `${file}:1`, /not UTF-8/, /Save it as UTF-8/),
  },
  {
    what: 'plumbline.yaml in Latin-1',
    command: 'validate',
    files: { [file]: Buffer.from(tinyYaml.replace('floor', 'größe'), 'latin1') },
    ...refused('project/file', `${file}:1`, /not UTF-8/, /Save it as UTF-8/),
  },
  { what: 'plumbline.yaml with a BOM', command: 'validate', files: settings(`\ufeff${tinyYaml}`), ...works(/PASS/) },
  {
    what: 'plumbline.yaml with CRLF',
    command: 'validate',
    files: settings(tinyYaml.replaceAll('\n', '\r\n')),
    ...works(/PASS/),
  },
  {
    what: 'plumbline.yaml with a NUL',
    command: 'validate',
    files: mended('parcels', 'par\0cels'),
    ...refused('yaml/value', `${file}:2`, /model\.name/, /./),
  },
  {
    what: 'a tab as indent',
    command: 'validate',
    files: mended('  features:', '\tfeatures:'),
    ...refused('yaml/syntax', `${file}:6`, /tab/i, /./),
  },
  {
    what: 'a bracket that is never closed',
    command: 'validate',
    files: mended('id: parcel }', 'id: parcel'),
    ...refused('yaml/syntax', `${file}:3`, /./, /./),
  },
  {
    what: 'a list where settings belong',
    command: 'validate',
    files: settings('- a\n- b\n'),
    ...refused('yaml/value', `${file}:1`, /it is a list; expected a mapping/, /./),
  },
  {
    what: 'a word where settings belong',
    command: 'validate',
    files: settings('hello\n'),
    ...refused('yaml/value', `${file}:1`, /"hello"; expected a mapping/, /./),
  },
  {
    what: 'two documents in one file',
    command: 'validate',
    files: settings(`${tinyYaml}---\n${tinyYaml}`),
    ...refused('yaml/syntax', `${file}:19`, /several documents/, /Keep one/),
  },
  {
    what: 'a key twice',
    command: 'validate',
    files: settings(`${tinyYaml}version: 1\n`),
    ...refused('yaml/duplicate-key', `${file}:19`, /"version" twice/, /Keep one/),
  },
  {
    what: 'a billion laughs',
    command: 'validate',
    files: settings(laughs()),
    ...refused('yaml/syntax', `${file}:1`, /aliases/, /Write the values out/),
  },
  {
    what: 'an anchor that holds itself',
    command: 'validate',
    files: settings('version: 1\nmodel: &m\n  name: *m\n'),
    ...refused('yaml/missing-key', `${file}:1`, /"data"/, /./),
  },
  {
    what: 'an alias of no anchor',
    command: 'validate',
    files: mended('parcels', '*nobody'),
    ...refused('yaml/syntax', `${file}:1`, /no "&" names/, /in quotes/),
  },
  {
    what: 'anchors used well',
    command: 'validate',
    files: settings(
      tinyYaml.replace('run: node train.mjs', 'run: &r node train.mjs').replace('run: node predict.mjs', 'run: *r'),
    ),
    ...works(/PASS/),
  },
  {
    what: 'a merge key',
    command: 'validate',
    files: mended('  features: { sql', '  <<: { timeout: 1h }\n  features: { sql'),
    ...refused('yaml/missing-key', `${file}:6`, /<<\.run/, /./),
  },
  {
    what: 'a tag that makes objects',
    command: 'validate',
    files: mended('parcels', '!!python/object:os.system x'),
    ...refused('yaml/syntax', `${file}:2`, /./, /./),
  },
  {
    what: '`__proto__` as key',
    command: 'validate',
    files: settings(`${tinyYaml}__proto__: { polluted: 1 }\n`),
    ...refused('yaml/unknown-key', `${file}:19`, /__proto__/, /Remove it/),
  },
  {
    what: '10,000 brackets in brackets',
    command: 'validate',
    files: settings(`a: ${'['.repeat(10_000)}`),
    ...refused('yaml/syntax', `${file}:1`, /nested too deeply/, /Flatten/),
  },
  {
    what: 'two million characters',
    command: 'validate',
    files: settings(`# ${'x'.repeat(2e6)}\n${tinyYaml}`),
    ...refused('yaml/syntax', `${file}:1`, /characters/, /settings only/),
  },
  {
    what: '`${{`',
    command: 'validate',
    files: mended('node train.mjs', 'node train.mjs ${{ github.token }}'),
    ...refused('yaml/expression', `${file}:9`, /nothing fills in/, /env: and secrets:/),
  },
  {
    what: 'a version from the future',
    command: 'validate',
    files: mended('version: 1', 'version: 2'),
    ...refused('yaml/value', `${file}:1`, /version/, /./),
  },
  {
    what: 'no version',
    command: 'validate',
    files: mended('version: 1\n', ''),
    ...refused('yaml/missing-key', `${file}:1`, /version/, /Add the key "version"/),
  },
  {
    what: 'an unknown key',
    command: 'validate',
    files: mended('split:', 'spilt:'),
    ...refused('yaml/unknown-key', `${file}:4`, /spilt/, /"split"/),
  },
  {
    what: 'a boolean as number',
    command: 'validate',
    files: mended('min: 0.7', 'min: yes'),
    ...refused('yaml/value', `${file}:17`, /floor\.min/, /./),
  },
  {
    what: 'a number as text',
    command: 'validate',
    files: mended('min: 0.7', 'min: "0.7"'),
    ...refused('yaml/value', `${file}:17`, /floor\.min/, /./),
  },
  {
    what: 'a test share above 1',
    command: 'validate',
    files: mended('test: 0.25', 'test: 25'),
    ...refused('yaml/value', `${file}:4`, /test/, /./),
  },
  {
    what: 'a test share of infinity',
    command: 'validate',
    files: mended('test: 0.25', 'test: .inf'),
    ...refused('yaml/value', `${file}:4`, /Infinity/, /./),
  },
  {
    what: 'a model name with a slash',
    command: 'validate',
    files: mended('name: parcels', 'name: ../parcels'),
    ...refused('yaml/value', `${file}:2`, /model\.name/, /./),
  },
  {
    what: 'an octal number as target',
    command: 'validate',
    files: mended('target: late', 'target: 010'),
    ...refused('yaml/value', `${file}:2`, /model\.target/, /./),
  },
  {
    what: 'a target that no contract names',
    command: 'run',
    files: mended('target: late', 'target: lade'),
    ...refused('project/unknown-column', `${file}:1`, /"lade"/, /"late"/),
  },
  {
    what: 'a metric that does not exist',
    command: 'validate',
    files: mended('metric: roc_auc', 'metric: roc_acu'),
    ...refused('project/unknown-metric', `${file}:17`, /roc_acu/, /roc_auc/),
  },
  {
    what: 'stages in a circle',
    command: 'validate',
    files: mended('needs: [features]', 'needs: [predict]'),
    ...refused('project/cycle', `${file}:7`, /in a circle/, /Remove one/),
  },
]

/** Nine levels of ten: a billion nodes from a few lines. */
function laughs(): string {
  const levels = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`)
  return `a0: &a0 [lol]\n${levels.join('\n')}\n`
}
