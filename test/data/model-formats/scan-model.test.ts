import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { importRisk } from '../../../action/data/model-formats/import-risk.ts'
import { scanModel } from '../../../action/data/model-formats/scan-model.ts'
import { scanPickle } from '../../../action/data/model-formats/scan-pickle.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'plumbline-models-'))
beforeAll(() => {
  const program = fileURLToPath(new URL('../../support/make-models.py', import.meta.url))
  execFileSync('python3', [program, folder])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const scanned = (name: string) => scanModel(join(folder, name))
const worded = (imports: readonly { module: string; name: string }[]) =>
  imports.map(({ module, name }) => `${module}.${name}`)

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('scanModel()', () => {
  test.each([
    ['model.skops', 'skops'],
    ['model.onnx', 'ONNX'],
    ['model.safetensors', 'safetensors'],
    ['xgboost.json', 'JSON'],
    ['xgboost.ubj', 'UBJSON'],
    ['lightgbm.txt', 'LightGBM text'],
    ['words.txt', 'text'],
    ['notes.md', 'text'],
    ['array.npy', 'NumPy array'],
    ['weights.h5', 'HDF5'],
  ])('takes %s for data: %s', async (name, format) => {
    expect(await scanned(name)).toEqual({
      isData: true,
      formats: [format],
      unsafe: [],
      unsafeFiles: 0,
      imports: [],
      importsInAll: 0,
    })
  })

  test.each([
    ['model.json', 'a pickle'],
    ['text.pkl', 'a pickle'],
    ['inst.pkl', 'a pickle'],
    ['after.pkl', 'a pickle'],
    ['cut.pkl', 'a broken pickle'],
    ['huge-length.pkl', 'a broken pickle'],
    ['bomb.pkl', 'a broken pickle'],
    ['packed.joblib', 'a pickle, compressed'],
    ['packed.pkl.gz', 'a pickle, compressed'],
    ['weights.pt', 'PyTorch, a pickle in a zip archive'],
    ['nested.zip', 'a pickle in a zip archive in a zip archive'],
    ['trap.skops', 'a NumPy array of objects in a zip archive'],
    ['objects.npy', 'a NumPy array of objects'],
    ['keras.h5', 'Keras with a Lambda layer'],
    ['model.keras', 'Keras'],
    ['model.rds', 'R data, compressed'],
    ['model.ser', 'Java serialization'],
    ['model.jar', 'a Java archive'],
    ['model.so', 'a program'],
  ])('sees that %s can run code: %s', async (name, format) => {
    const { isData, unsafe } = await scanned(name)
    expect({ isData, unsafe }).toMatchObject({ isData: false, unsafe: [{ path: name, format, kind: 'code' }] })
  })

  test.each([
    ['thrice.zip', 'archives in archives in a zip archive in a zip archive'],
    ['broken.zip', 'a broken zip archive'],
    ['broken.gz', 'broken gzip'],
    ['twice.gz', 'compressed again and again, compressed, compressed'],
    ['cut.onnx', 'nothing that Plumbline knows'],
    ['saved_model.pb', 'nothing that Plumbline knows'],
    ['noise.bin', 'nothing that Plumbline knows'],
  ])('does not know %s: %s', async (name, format) => {
    const { isData, unsafe } = await scanned(name)
    expect({ isData, unsafe }).toMatchObject({ isData: false, unsafe: [{ path: name, format, kind: 'unknown' }] })
  })

  test('names what a folder holds by the files that are no data, and runs nothing', async () => {
    const all = await scanModel(folder)
    expect(all.isData).toBe(false)
    expect(all.unsafeFiles).toBeGreaterThan(30)
    expect(all.unsafe).toHaveLength(20)
    expect(all.imports[0]?.risk).toBe('runs code')
    expect(existsSync(join(folder, 'ran'))).toBe(false)
    const safe = tempFolder({ 'config.json': '{}', 'vocab/words.txt': 'cat\n', empty: '' })
    expect(await scanModel(safe)).toMatchObject({ isData: true, formats: ['JSON', 'empty', 'text'] })
    expect((await scanModel(folder, 0)).unsafe[0]?.format).toBe('a file too many to look into')
  })
})

describe('scanPickle()', () => {
  test.each([0, 1, 2, 3, 4, 5])(
    'names the imports of protocol %i as Python does, however its bytes come',
    async (protocol) => {
      const bytes = readFileSync(join(folder, `runs-${protocol}.pkl`))
      const expected: Record<string, string[]> = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
      for (const size of [1, 3, 100, bytes.length]) {
        const { imports, unseen, pickles } = await scanPickle(inPieces(bytes, size), Number.POSITIVE_INFINITY)
        expect({ unseen, pickles }).toEqual({ unseen: null, pickles: 1 })
        const names = worded(imports)
        expect(names).toEqual(expect.arrayContaining(['posix.system', 'datetime.date', 'collections.OrderedDict']))
        // From protocol 4 on, Python's own tools name none.
        const theirs = expected[protocol]?.map((name) => name.replace(' ', '.')) ?? []
        expect(names).toEqual(protocol < 4 ? [...new Set(theirs)] : names)
      }
    },
  )

  test.each([
    ['memo.pkl', ['os.system'], null],
    ['computed.pkl', ['?.system'], null],
    ['extension.pkl', ['copyreg.extension 7'], null],
    ['two.pkl', ['datetime.date', '_codecs.encode', 'collections.OrderedDict', 'posix.system'], null],
    ['hidden.pkl', ['datetime.date', '_codecs.encode', 'collections.OrderedDict'], /other data follows at byte \d+/],
    ['after.pkl', ['os.system'], /other data follows at byte 21/],
    ['array.pkl', ['numpy.ndarray', 'os.system', 'nt.popen'], /at byte \d+, where 2 more names look like imports/],
    ['cut.pkl', ['posix.system'], /cut off/],
    ['huge-length.pkl', [], /cut off/],
    ['bomb.pkl', [], /too large|cut off/],
    ['deep.pkl', [], /too large/],
  ])('%s imports %j', async (name, expected, unseen) => {
    const bytes = readFileSync(join(folder, name))
    const scan = await scanPickle(inPieces(bytes, 1 << 16), Number.POSITIVE_INFINITY)
    expect(worded(scan.imports)).toEqual(expected)
    expect(scan.unseen ?? 'all').toMatch(unseen ?? /^all$/)
  })

  test('ends by its deadline, and on any bytes at all', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.from('N0'.repeat(10_000))
    }
    const since = performance.now()
    expect(await scanPickle(endless(), since + 300)).toMatchObject({ unseen: 'it takes too long to read' })
    expect(performance.now() - since).toBeLessThan(3000)
    let seed = 7
    for (let round = 0; round < 500; round += 1) {
      const bytes = Buffer.from(Array.from({ length: 60 }, () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) & 255))
      expect(typeof (await scanPickle(inPieces(bytes, 7), Number.POSITIVE_INFINITY)).isPickle).toBe('boolean')
    }
  })
})

describe('importRisk()', () => {
  test.each([
    ['os', 'system', 'runs code'],
    ['posix', 'system', 'runs code'],
    ['builtins', 'eval', 'runs code'],
    ['__builtin__', 'getattr', 'runs code'],
    ['operator', 'attrgetter', 'runs code'],
    ['functools', 'partial', 'runs code'],
    ['numpy.testing._private.utils', 'runstring', 'runs code'],
    ['torch.utils.cpp_extension', 'load', 'runs code'],
    ['?', 'system', 'runs code'],
    ['numpy', 'os.system', 'runs code'],
    ['sklearn.ensemble._forest', 'RandomForestClassifier', 'usual'],
    ['numpy.core.multiarray', '_reconstruct', 'usual'],
    ['builtins', 'set', 'usual'],
    ['collections', 'OrderedDict', 'usual'],
    ['numpy.random._pickle', '__generator_ctor', 'usual'],
    ['torch._utils', '_rebuild_tensor_v2', 'usual'],
    ['acme.models', 'Forest', 'unknown'],
    ['sklearnx', 'Forest', 'unknown'],
  ])('%s.%s %s', (module, name, risk) => {
    expect(importRisk({ module, name })).toBe(risk)
  })
})
