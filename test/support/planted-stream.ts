import { randomNumbers } from './performance-streams.ts'
import { writeFiles } from './temp-folder.ts'

export interface PlantedStream {
  readonly weeks: number
  readonly rowsPerWeek: number
  /** How the target depends on the input from a week on; 1.5 is what the model learned. */
  readonly concept?: { readonly from: number; readonly slope: number }
  /** How far the input moves, in deviations, from a week on. */
  readonly shift?: { readonly from: number; readonly by: number }
}

const dayMs = 86_400_000
/** A Monday. */
export const streamBegins = Date.UTC(2025, 0, 6)

/**
 * Writes what a model has seen and said: `judged.csv` of before it was released, and of each week since its inputs, `log.csv`
 * of its predictions, and `labels.csv`. The same bytes everywhere.
 */
export function writeStream(folder: string, { weeks, rowsPerWeek, concept, shift }: PlantedStream): void {
  const random = randomNumbers(20_250_106)
  const judged = ['id,class,prediction,probability']
  const log = ['at,id,prediction,probability,model']
  const labels = ['id,class']
  const files: Record<string, string> = {}
  const answer = (x: number, slope: number) => {
    const probability = 1 / (1 + Math.exp(-1.5 * x))
    const came = Number(random.uniform() < 1 / (1 + Math.exp(-slope * x)))
    return { probability: probability.toFixed(6), said: Number(probability >= 0.5), came }
  }
  for (let row = 0; row < 4 * rowsPerWeek; row++) {
    const { probability, said, came } = answer(random.normal(), 1.5)
    judged.push(`j${row},${came},${said},${probability}`)
  }
  for (let week = -10; week < weeks; week++) {
    const inputs = ['at,x,noise,region']
    for (let row = 0; row < rowsPerWeek; row++) {
      const at = new Date(streamBegins + (week + row / rowsPerWeek) * 7 * dayMs).toISOString()
      const x = random.normal() + (shift && week >= shift.from ? shift.by : 0)
      inputs.push(`${at},${x.toFixed(6)},${random.normal().toFixed(6)},${'NSEW'[Math.floor(random.uniform() * 4)]}`)
      if (week < 0) continue
      const { probability, said, came } = answer(x, concept && week >= concept.from ? concept.slope : 1.5)
      log.push(`${at},w${week}-${row},${said},${probability},parcels-v1`)
      labels.push(`w${week}-${row},${came}`)
    }
    files[`inputs/${String(week + 10).padStart(2, '0')}.csv`] = text(inputs)
  }
  writeFiles(folder, { ...files, 'judged.csv': text(judged), 'log.csv': text(log), 'labels.csv': text(labels) })
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}
