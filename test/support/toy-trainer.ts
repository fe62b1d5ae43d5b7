import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { pinData } from './pin-data.ts'
import { tempFolder } from './temp-folder.ts'
import { tinyProject, tinyYaml } from './tiny-project.ts'

export const epochs = 5

/**
 * Trains by the seed and the rows alone, a step an epoch, with a checkpoint after each. What it has done it tells, and what
 * it is to suffer it reads, outside of its own folder, so that neither is in its key.
 */
const trainer = `import hashlib, json, os, random, signal, sys, time

outside = os.environ["OUTSIDE"]
folder = os.environ["PLUMBLINE_CHECKPOINT_DIR"]
place = os.path.join(folder, "state.json")
data = open(os.environ["PLUMBLINE_IN_FEATURES"], "rb").read()
state = {"epoch": 0, "weights": [0.0] * 8}
if os.path.exists(place):
    state = json.load(open(place))

def tell(line):
    with open(os.path.join(outside, "done.txt"), "a") as done:
        done.write(line + "\\n")

def suffer(epoch):
    wish = os.path.join(outside, "wish.txt")
    kind, at = open(wish).read().split() if os.path.exists(wish) else ("none", "0")
    if int(at) != epoch:
        return
    os.remove(wish)
    if kind == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "wait":
        open(os.path.join(outside, "waiting.txt"), "w").write(str(os.getpid()))
        time.sleep(60)
        tell("orphan")

while state["epoch"] < ${epochs}:
    epoch = state["epoch"] + 1
    chance = random.Random(hashlib.sha256(b"%s %d %s" % (os.environ["PLUMBLINE_SEED"].encode(), epoch, data)).digest())
    state = {"epoch": epoch, "weights": [w * 0.9 + chance.gauss(0, 1) for w in state["weights"]]}
    with open(place + ".part", "w") as part:
        json.dump(state, part)
    os.replace(place + ".part", place)
    tell("epoch %d" % epoch)
    suffer(epoch)

with open(os.environ["PLUMBLINE_OUT_MODEL"], "w") as model:
    json.dump({"every": 500, "weights": state["weights"]}, model)
`

export interface ToyTrainer {
  readonly folder: string
  /** Before it goes on to the next epoch it kills itself, or waits to be killed. */
  wish(kind: 'die' | 'wait', epoch: number): void
  /** The epochs that it trained since the last time of asking, in order. */
  done(): readonly string[]
  /** Where it says that it waits, with its process number. */
  readonly waiting: string
}

export interface ToyOptions {
  /** More lines of its stage. */
  readonly lines?: string
  /** Whether it trains once more on the whole window. */
  readonly refit?: boolean
}

/** A pinned project whose training takes five epochs, of which each leaves a checkpoint. */
export async function toyTrainer({ lines = '', refit = false }: ToyOptions = {}): Promise<ToyTrainer> {
  const outside = tempFolder()
  const { folder } = await tinyProject({
    files: {
      'train.py': trainer,
      'plumbline.yaml': tinyYaml
        .replace('run: node train.mjs', `run: exec python3 train.py${lines && `\n    ${lines}`}`)
        .replace('env: { MODULES', `env: { OUTSIDE: ${JSON.stringify(outside)}, MODULES`)
        .replace(
          'split: { test: 0.25 }',
          `split: { test: 0.25, refit: ${refit} }\n# What is asked of its model has tests of its own.\nsmoke: { skip: [nulls, unseen, extremes, empty] }`,
        ),
    },
  })
  await pinData(folder)
  const done = join(outside, 'done.txt')
  writeFileSync(done, '')
  return {
    folder,
    wish: (kind, epoch) => writeFileSync(join(outside, 'wish.txt'), `${kind} ${epoch}`),
    done() {
      const text = readFileSync(done, 'utf8')
      writeFileSync(done, '')
      return text.split('\n').slice(0, -1)
    },
    waiting: join(outside, 'waiting.txt'),
  }
}

/** `epoch 3`, `epoch 4`, `epoch 5` */
export function epochsFrom(first: number, last: number = epochs): readonly string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `epoch ${first + index}`)
}
