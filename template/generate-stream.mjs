// Makes the parcels of this template. They are invented: no carrier, sender or parcel is real, and the numbers mean nothing
// beyond this example. The same month has the same bytes on every machine.
//
//   node generate-stream.mjs --until 2025-09              months 2025-01 … 2025-09 into data/ beside this file
//   node generate-stream.mjs --until 2025-09 --into DIR   … into DIR
//
// What happens in the stream:
//   data/landing/<month>.csv   the parcels shipped in a month
//   data/labels/<month>.csv    who was late, as far as it became known in that month: 14 days after shipping
//   from 2025-08               "Swift" wins many contracts, ships farther than the others, and is not as good at it
//   from 2025-10               the export calls `region` `state`; in that one month a scale reports grams

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const firstMonth = '2025-01'
const lastMonth = '2029-12'
const driftMonth = '2025-08'
const renameMonth = '2025-10'

const dayMs = 86_400_000
const labelDelayMs = 14 * dayMs

// Name, share of parcels before and after the drift, and how much later than the others it delivers.
const carriers = [
  { name: 'Heron', share: 0.27, shareLater: 0.17, lateness: -0.5 },
  { name: 'Kestrel', share: 0.23, shareLater: 0.13, lateness: -0.2 },
  { name: 'Plover', share: 0.18, shareLater: 0.11, lateness: 0.1 },
  { name: 'Wren', share: 0.15, shareLater: 0.1, lateness: 0.3 },
  { name: 'Dunlin', share: 0.11, shareLater: 0.07, lateness: 0.9 },
  { name: 'Swift', share: 0.06, shareLater: 0.42, lateness: -0.1 },
]
const regions = [
  { name: 'C', share: 0.3, lateness: -0.3 },
  { name: 'N', share: 0.16, lateness: 0.5 },
  { name: 'E', share: 0.2, lateness: 0.1 },
  { name: 'S', share: 0.18, lateness: -0.1 },
  { name: 'W', share: 0.16, lateness: 0.2 },
]
const ageBands = [
  { name: '18-29', share: 0.24 },
  { name: '30-49', share: 0.38 },
  { name: '50-64', share: 0.24 },
  { name: '65+', share: 0.14 },
]
// Sunday first.
const latenessOfDay = [0.7, -0.1, -0.2, -0.1, 0.1, 0.5, 0.6]
const sharesOfDay = [0.45, 1, 1, 1, 1, 0.95, 0.6]

/** The two files of a month, as text: `landing` and `labels`. */
function monthFiles(month) {
  const parcels = parcelsOf(month)
  const earlier = month === firstMonth ? [] : parcelsOf(addMonths(month, -1))
  const known = [...earlier, ...parcels].filter(
    (parcel) => parcel.isLabelled && monthOf(parcel.shippedMs + labelDelayMs) === month,
  )
  const region = month >= renameMonth ? 'state' : 'region'
  return {
    landing: csv(
      [
        'parcel',
        'shipped_at',
        region,
        'carrier',
        'service',
        'promised_days',
        'weight_kg',
        'distance_km',
        'sender_age_band',
      ],
      parcels.map((parcel) => [
        parcel.id,
        new Date(parcel.shippedMs).toISOString().slice(0, 19).replace('T', ' '),
        parcel.region.name,
        parcel.carrier.name,
        parcel.service,
        parcel.promisedDays,
        parcel.weight,
        parcel.distanceKm,
        parcel.ageBand.name,
      ]),
    ),
    labels: csv(
      ['parcel', 'late'],
      known.map((parcel) => [parcel.id, parcel.isLate ? 1 : 0]),
    ),
  }
}

/** The months from the first one to `until`. */
function monthsUntil(until) {
  const months = []
  for (let month = firstMonth; month <= until; month = addMonths(month, 1)) months.push(month)
  return months
}

function parcelsOf(month) {
  const random = randomOf(month)
  const count = 1200 + Math.floor(random() * 301)
  const startMs = Date.parse(`${month}-01T00:00:00Z`)
  const days = (Date.parse(`${addMonths(month, 1)}-01T00:00:00Z`) - startMs) / dayMs
  const shipped = Array.from({ length: count }, () => shippingTime(random, startMs, days))
  shipped.sort((one, other) => one - other)
  return shipped.map((shippedMs, index) => {
    const id = `P${month.slice(2, 4)}${month.slice(5)}${String(index + 1).padStart(5, '0')}`
    return { id, shippedMs, ...parcelOf(random, month, shippedMs) }
  })
}

function shippingTime(random, startMs, days) {
  for (;;) {
    const day = Math.floor(random() * days)
    const weekday = new Date(startMs + day * dayMs).getUTCDay()
    const secondOfDay = 6 * 3600 + Math.floor(((random() + random()) / 2) * 16 * 3600)
    if (random() < sharesOfDay[weekday]) return startMs + day * dayMs + secondOfDay * 1000
  }
}

function parcelOf(random, month, shippedMs) {
  const carrier = chosen(random, carriers, month >= driftMonth ? 'shareLater' : 'share')
  const region = chosen(random, regions, 'share')
  const ageBand = chosen(random, ageBands, 'share')
  const service = random() < (ageBand.name === '65+' ? 0.18 : 0.3) ? 'express' : 'standard'
  const isNewSwift = month >= driftMonth && carrier.name === 'Swift'
  const distanceKm = 1 + Math.round(800 * (isNewSwift ? 1.5 : 1) * random() * Math.sqrt(random()))
  const weightKg = 0.1 + 31.4 * random() * random() * random()
  const promisedDays = (service === 'express' ? 1 : 2) + Math.floor(distanceKm / 350) + (random() < 0.3 ? 1 : 0)
  const isInGrams = month === renameMonth && random() < 0.01
  const asOnTheScale = isInGrams ? (weightKg * 1000).toFixed(0) : weightKg.toFixed(1)
  const isWeighed = random() >= 0.008

  const weekday = new Date(shippedMs).getUTCDay()
  const isEvening = new Date(shippedMs).getUTCHours() >= 17
  const lateness =
    -1.9 +
    carrier.lateness +
    (isNewSwift ? 0.8 : 0) +
    region.lateness * (carrier.name === 'Dunlin' ? 2 : 1) +
    latenessOfDay[weekday] * (service === 'express' ? 1.5 : 1) +
    (distanceKm / 400) * (service === 'express' ? 1.2 : 0.7) -
    0.45 * (promisedDays - 2) +
    (isEvening ? 0.6 : 0) +
    (weightKg > 15 ? 0.8 : weightKg / 40) +
    (month.endsWith('-12') ? 0.3 : 0) +
    (ageBand.name === '65+' ? 0.15 : 0)

  return {
    region,
    carrier,
    service,
    promisedDays,
    distanceKm,
    ageBand,
    weight: isWeighed ? asOnTheScale : '',
    isLate: lateness + 0.85 * bell(random) > 0,
    // Some parcels are never heard of again.
    isLabelled: random() >= 0.004,
  }
}

function chosen(random, options, share) {
  let left = random()
  for (const option of options) {
    left -= option[share]
    if (left < 0) return option
  }
  return options[0]
}

/** Nearly a standard normal number, by additions alone: logarithms may differ in their last digit between machines. */
function bell(random) {
  let sum = -6
  for (let draw = 0; draw < 12; draw++) sum += random()
  return sum
}

/** Numbers in 0..1 that depend on the month alone: Mulberry32 (Tommy Ettinger, public domain), seeded by FNV-1a of its name. */
function randomOf(month) {
  let state = 0x811c9dc5
  for (const character of `parcels ${month}`) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function monthOf(timeMs) {
  return new Date(timeMs).toISOString().slice(0, 7)
}

function addMonths(month, count) {
  return monthOf(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + count))
}

function csv(header, rows) {
  return [header, ...rows].map((cells) => `${cells.join(',')}\n`).join('')
}

function writeStream(folder, until) {
  for (const month of monthsUntil(until)) {
    for (const [kind, text] of Object.entries(monthFiles(month))) {
      const path = join(folder, kind, `${month}.csv`)
      if (bytesOf(path) === text) continue
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(`${path}.draft`, text)
      renameSync(`${path}.draft`, path)
      console.log(`wrote ${path}`)
    }
  }
}

function bytesOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function main() {
  const { until = '', into = join(dirname(fileURLToPath(import.meta.url)), 'data') } = readArguments()
  if (!/^\d{4}-(?:0[1-9]|1[0-2])$/.test(until) || until < firstMonth || until > lastMonth) {
    throw new Error(
      `Cannot make the stream until "${until}": expected a month from ${firstMonth} to ${lastMonth}, as in --until 2025-09`,
    )
  }
  writeStream(resolve(into), until)
}

function readArguments() {
  return parseArgs({ options: { until: { type: 'string' }, into: { type: 'string' } } }).values
}

try {
  main()
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
