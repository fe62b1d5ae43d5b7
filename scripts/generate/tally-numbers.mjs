import openWabt from 'wabt'

import { constantsOf } from './constants-of.mjs'
import {
  counting,
  findSlot,
  headBytes,
  listing,
  maxKeys,
  nextSlot,
  slotBytes,
  slotsBytes,
  tableBytes,
  withoutSign,
} from './tally-tables.mjs'

/** So many numbers at once, as the engine gives them. */
const mostAtOnce = 2048
const [numberBytes, pageBytes] = [8, 65_536]

// Of all columns: numbers come in here, and bits that say which of them are there; what tables hold goes out.
const valuesAt = 0
const validityAt = mostAtOnce * numberBytes
const entriesAt = validityAt + mostAtOnce / 8
const spareAt = pageBytes

// Sums: of each sign and exponent four words of 64 bits; then of each the eight that these are carried to.
const bins = 4096
const [binBytes, carriedBytes] = [32, 64]

// A column's own: what is seen (least, largest; how many zeros, whether one is not whole, NaN, −∞, +∞, finite), which bins are
// not empty, its counts, its sample, which is such a table, too, and its sums.
const touchedAt = 64
const tableAt = touchedAt + bins / 8
const sampleAt = tableAt + tableBytes
const sumsAt = sampleAt + tableBytes
const carriedAt = sumsAt + bins * binBytes
const roomBytes = carriedAt + bins * carriedBytes
const roomsAt = Math.ceil((spareAt + tableBytes) / pageBytes) * pageBytes

/** `action/stats/tally-numbers.generated.ts`: what tallies numbers, compiled. */
export async function tallyNumbersProgram() {
  const wabt = await openWabt()
  const { buffer } = wabt.parseWat('tally-numbers.wat', program, { bulk_memory: true }).toBinary({})
  const places = {
    mostAtOnce,
    valuesAt,
    validityAt,
    entriesAt,
    maxKeys,
    touchedAt,
    tableAt,
    sampleAt,
    sumsAt,
    carriedAt,
    bins,
    roomsAt,
    roomBytes,
  }
  return `// Made by npm run generate from scripts/generate/tally-numbers.mjs. Do not edit.

/** Where the program has what, in bytes: what ends before \`maxKeys\` of all columns, what comes after it from a column's room on. */
export const tallyPlaces = {
${constantsOf(places)}
} as const

/** WebAssembly of ${buffer.length} bytes. */
export const tallyNumbersProgram =
  '${Buffer.from(buffer).toString('base64')}'
`
}

const get = (name) => `(local.get $${name})`

/** Adds one to a count of 64 bits in memory. */
const countAt = (at, offset) =>
  `(i64.store offset=${offset} ${get(at)} (i64.add (i64.load offset=${offset} ${get(at)}) (i64.const 1)))`

/** Adds a number of 32 bits to a count of 64 in memory. */
const addTo = (at, offset, term) =>
  `(i64.store offset=${offset} ${get(at)} (i64.add (i64.load offset=${offset} ${get(at)}) (i64.extend_i32_u ${term})))`

/** Marks the bin at $bin as one that is not empty. */
const touch = `
      (local.set $bit (i32.shr_u (i32.sub (local.get $bin) (local.get $sums)) (i32.const 5)))
      (local.set $place (i32.sub
        (i32.add (local.get $sums) (i32.shr_u (local.get $bit) (i32.const 3))) (i32.const ${sumsAt - touchedAt})))
      (i32.store8 (local.get $place)
        (i32.or (i32.load8_u (local.get $place)) (i32.shl (i32.const 1) (i32.and (local.get $bit) (i32.const 7)))))`

/** Adds to a bin's word at `offset`; the sum stays in $sum. */
const addAt = (offset, term) => `
      (i64.store offset=${offset} (local.get $bin)
        (local.tee $sum (i64.add (i64.load offset=${offset} (local.get $bin)) ${term})))`

/**
 * A number is m · 2^(e − 1), a whole number m < 2⁵³, of which Σ m is kept and, with m = a · 2²⁶ + b, Σ a², Σ ab and Σ b², of
 * each sign and exponent. Sets $m, $a, $b and $bin to those of $number.
 */
const split = `(local.set $m (i64.or (i64.and (local.get $number) (i64.const 0xfffffffffffff))
        (i64.shl (i64.extend_i32_u (i64.ne (i64.const 0) (i64.and (local.get $number) (i64.const 0x7ff0000000000000))))
          (i64.const 52))))
      (local.set $a (i64.shr_u (local.get $m) (i64.const 26)))
      (local.set $b (i64.and (local.get $m) (i64.const 0x3ffffff)))
      (local.set $bin (i32.add (local.get $sums)
        (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $number) (i64.const 52))) (i32.const 5))))`

/** Adds so many times a word to the two that it is carried to: of 32 bits the lower one, and the rest. */
const carryWord = (index, word) => `
    (local.set $low (i64.add
      (i64.load offset=${16 * index} (local.get $to))
      (i64.mul (i64.and ${word} (i64.const 0xffffffff)) (local.get $times))))
    (i64.store offset=${16 * index + 8} (local.get $to) (i64.add
      (i64.load offset=${16 * index + 8} (local.get $to))
      (i64.add (i64.mul (i64.shr_u ${word} (i64.const 32)) (local.get $times)) (i64.shr_u (local.get $low) (i64.const 32)))))
    (i64.store offset=${16 * index} (local.get $to) (i64.and (local.get $low) (i64.const 0xffffffff)))`

/** Sets $hash to 32 bits of two words, by the finaliser of MurmurHash3. */
const mix = (low, high) => {
  const fold = (shift) => `(i32.xor (local.get $hash) (i32.shr_u (local.get $hash) (i32.const ${shift})))`
  return `
      (local.set $hash (i32.add (i32.mul (local.get $${low}) (i32.const 0x9e3779b1)) (local.get $${high})))
      (local.set $hash (i32.mul ${fold(16)} (i32.const 0x85ebca6b)))
      (local.set $hash (i32.mul ${fold(13)} (i32.const 0xc2b2ae35)))
      (local.set $hash ${fold(16)})`
}

const program = `
(module
  (memory (export "memory") ${roomsAt / pageBytes})

  ;; Takes the numbers from $at up to $count, those that are there. Of finite ones, −0 as 0, it counts prefixes and looks at
  ;; each; unless they are few it sums and samples them, too. Answers the place of the first whose prefix is one too many,
  ;; which is not taken.
  (func (export "take") (param $room i32) (param $at i32) (param $end i32) (param $areFew i32) (result i32)
    (local $value f64) (local $number i64) (local $least f64) (local $largest f64)
    (local $finite i32) (local $zeros i32) (local $areWhole i32)
    (local $table i32) (local $cut i64) (local $sign i64)
    (local $key i64) (local $offset i32) (local $slot i32) (local $count i64)
    (local $sums i32) (local $m i64) (local $a i64) (local $b i64) (local $bin i32) (local $sum i64)
    (local $bit i32) (local $place i32) (local $low i32) (local $high i32) (local $hash i32) (local $lost i32)
    (local.set $least (f64.load (local.get $room)))
    (local.set $largest (f64.load offset=8 (local.get $room)))
    (local.set $areWhole (i64.eqz (i64.load offset=24 (local.get $room))))
    (local.set $table (i32.add (local.get $room) (i32.const ${tableAt})))
    (local.set $cut (i64.load32_u (local.get $table)))
    (local.set $sign (i64.shr_u (i64.const 0x8000000000000000) (local.get $cut)))
    (local.set $sums (i32.add (local.get $room) (i32.const ${sumsAt})))
    (local.set $lost (call $lostBits (i32.add (local.get $room) (i32.const ${sampleAt}))))
    (block $stop (loop $next
      (br_if $stop (i32.ge_u (local.get $at) (local.get $end)))
      (block $taken
        (br_if $taken (i32.eqz (i32.and (i32.const 1) (i32.shr_u
          (i32.load8_u offset=${validityAt} (i32.shr_u (local.get $at) (i32.const 3)))
          (i32.and (local.get $at) (i32.const 7))))))
        (local.set $value (f64.add (f64.const 0)
          (f64.load offset=${valuesAt} (i32.shl (local.get $at) (i32.const 3)))))
        (if (f64.ne (f64.sub (local.get $value) (local.get $value)) (f64.const 0))
          (then
            (if (f64.ne (local.get $value) (local.get $value)) (then ${countAt('room', 32)})
              (else (if (f64.lt (local.get $value) (f64.const 0))
                (then ${countAt('room', 40)})
                (else ${countAt('room', 48)}))))
            (br $taken)))

        (local.set $number (i64.reinterpret_f64 (local.get $value)))
        (local.set $key (i64.shr_u (local.get $number) (local.get $cut)))
        ${withoutSign}${findSlot}
        (if (i64.eqz (local.get $count))
          (then
            (br_if $stop (i32.ge_u (i32.load offset=4 (local.get $table)) (i32.const ${maxKeys})))
            (i32.store offset=4 (local.get $table) (i32.add (i32.load offset=4 (local.get $table)) (i32.const 1)))
            (i64.store offset=${headBytes} (local.get $slot) (local.get $key))))
        (i64.store offset=${headBytes + 8} (local.get $slot) (i64.add (local.get $count) (i64.const 1)))

        (local.set $finite (i32.add (local.get $finite) (i32.const 1)))
        (local.set $zeros (i32.add (local.get $zeros) (i64.eqz (local.get $number))))
        (if (f64.lt (local.get $value) (local.get $least)) (then (local.set $least (local.get $value))))
        (if (f64.gt (local.get $value) (local.get $largest)) (then (local.set $largest (local.get $value))))
        (if (local.get $areWhole)
          (then (local.set $areWhole (i32.and
            (f64.eq (f64.floor (local.get $value)) (local.get $value))
            (f64.le (f64.abs (local.get $value)) (f64.const ${Number.MAX_SAFE_INTEGER}))))))
        (br_if $taken (local.get $areFew))

        ;; No sum is full before Σ a² has its highest bit: a number that is not tiny adds 2⁵² at least to it, and to none more
        ;; than 2⁵⁴. Of tiny ones each is carried.
        ${split}
        (if (i64.eqz (i64.load (local.get $bin))) (then${touch}))
        ${addAt(0, get('m'))}${addAt(16, '(i64.mul (local.get $a) (local.get $b))')}
        ${addAt(24, '(i64.mul (local.get $b) (local.get $b))')}${addAt(8, '(i64.mul (local.get $a) (local.get $a))')}
        (if (i32.or (i64.lt_s (local.get $sum) (i64.const 0))
              (i64.lt_u (i64.sub (local.get $m) (i64.const 1)) (i64.const 0xfffffffffffff)))
          (then (call $carry (local.get $sums) (local.get $bin))))

        (local.set $low (i32.wrap_i64 (local.get $number)))
        (local.set $high (i32.wrap_i64 (i64.shr_u (local.get $number) (i64.const 32))))${mix('low', 'high')}
        (if (i32.eqz (i32.and (local.get $hash) (local.get $lost)))
          (then (local.set $lost (call $keep
            (i32.add (local.get $room) (i32.const ${sampleAt}))
            (local.get $low) (local.get $high) (local.get $hash) (i64.const 1))))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next)))
    (f64.store (local.get $room) (local.get $least))
    (f64.store offset=8 (local.get $room) (local.get $largest))
    ${addTo('room', 16, get('zeros'))}
    (i64.store offset=24 (local.get $room) (i64.extend_i32_u (i32.eqz (local.get $areWhole))))
    ${addTo('room', 56, get('finite'))}
    (local.get $at))

  ;; Puts the counts of $from by prefixes that are shorter, 64 − $cut bits, into the spare table, as far as they fit: answers
  ;; how many prefixes there are, with that of the number at $at.
  (func (export "shorten") (param $from i32) (param $at i32) (param $cut i32) (result i32)
    (local $table i32) (local $end i32) (local $more i64) (local $sign i64) (local $key i64) (local $times i64)
    (local $offset i32) (local $slot i32) (local $count i64) (local $size i32) (local $isLast i32)
    (local.set $table (i32.const ${spareAt}))
    (memory.fill (local.get $table) (i32.const 0) (i32.const ${tableBytes}))
    (local.set $more (i64.sub (i64.extend_i32_u (local.get $cut)) (i64.load32_u (local.get $from))))
    (local.set $sign (i64.shr_u (i64.const 0x8000000000000000) (i64.extend_i32_u (local.get $cut))))
    (i32.store (local.get $table) (local.get $cut))
    (local.set $end (i32.add (local.get $from) (i32.const ${slotsBytes})))
    (block $done
      (loop $next
        (if (local.get $isLast)
          (then
            (local.set $key (i64.shr_u
              (i64.reinterpret_f64 (f64.add (f64.const 0) (f64.load offset=${valuesAt} (i32.shl (local.get $at) (i32.const 3)))))
              (i64.extend_i32_u (local.get $cut))))
            (local.set $times (i64.const 0)))
          (else
            (local.set $times (i64.load offset=${headBytes + 8} (local.get $from)))
            (local.set $key (i64.shr_u (i64.load offset=${headBytes} (local.get $from)) (local.get $more)))))
        (if (i32.or (local.get $isLast) (i64.ne (local.get $times) (i64.const 0)))
          (then
            ${withoutSign}${findSlot}
            (if (i64.eqz (local.get $count)) (then
              (local.set $size (i32.add (local.get $size) (i32.const 1)))
              (br_if $done (i32.gt_u (local.get $size) (i32.const ${maxKeys})))))
            (br_if $done (local.get $isLast))
            (i64.store offset=${headBytes} (local.get $slot) (local.get $key))
            (i64.store offset=${headBytes + 8} (local.get $slot) (i64.add (local.get $count) (local.get $times)))
            (i32.store offset=4 (local.get $table) (local.get $size))))
        (local.set $from (i32.add (local.get $from) (i32.const ${slotBytes})))
        (local.set $isLast (i32.ge_u (local.get $from) (local.get $end)))
        (br $next)))
    (local.get $size))

  ;; Takes what the spare table holds for its own.
  (func $adopt (export "adopt") (param $table i32)
    (memory.copy (local.get $table) (i32.const ${spareAt}) (i32.const ${tableBytes})))

  ;; Writes the number that each prefix stands for; answers their end.
  ${listing('entries', entriesAt, '(i64.store (local.get $to) (i64.shl (local.get $key) (local.get $head)))')}

  ;; Puts how often each of these came in its place.
  ${counting('times', entriesAt, '(i64.shr_u (i64.load (local.get $at)) (local.get $head))')}

  ;; The same of a sample, by its keys as doubles.
  ${listing('keys', entriesAt, '(f64.store (local.get $to) (f64.convert_i64_u (local.get $key)))')}
  ${counting('keyTimes', entriesAt, '(i64.trunc_f64_u (f64.load (local.get $at)))')}

  ;; Empties a bin whose sums are nearly full.
  (func $carry (param $sums i32) (param $bin i32)
    (call $addCarried (local.get $sums) (local.get $bin)
      (i64.load (local.get $bin)) (i64.load offset=8 (local.get $bin))
      (i64.load offset=16 (local.get $bin)) (i64.load offset=24 (local.get $bin)) (i64.const 1))
    (memory.fill (local.get $bin) (i32.const 0) (i32.const ${binBytes})))

  ;; Sums and samples the numbers that are counted, each as often as it came.
  (func (export "settle") (param $room i32)
    (local $at i32) (local $end i32) (local $number i64) (local $left i64) (local $times i64)
    (local $sums i32) (local $m i64) (local $a i64) (local $b i64) (local $bin i32) (local $bit i32) (local $place i32)
    (local $low i32) (local $high i32) (local $hash i32) (local $sample i32)
    (local.set $at (i32.add (local.get $room) (i32.const ${tableAt})))
    (local.set $end (i32.add (local.get $at) (i32.const ${slotsBytes})))
    (local.set $sums (i32.add (local.get $room) (i32.const ${sumsAt})))
    (local.set $sample (i32.add (local.get $room) (i32.const ${sampleAt})))
    (loop $next
      (local.set $number (i64.load offset=${headBytes} (local.get $at)))
      (local.set $left (i64.load offset=${headBytes + 8} (local.get $at)))
      (if (i64.ne (local.get $left) (i64.const 0))
        (then
          (local.set $low (i32.wrap_i64 (local.get $number)))
          (local.set $high (i32.wrap_i64 (i64.shr_u (local.get $number) (i64.const 32))))${mix('low', 'high')}
          (if (i32.eqz (i32.and (local.get $hash) (call $lostBits (local.get $sample))))
            (then (drop (call $keep
              (local.get $sample) (local.get $low) (local.get $high) (local.get $hash) (local.get $left)))))
          ${split}${touch}
          (loop $more
            (local.set $times (select (local.get $left) (i64.const 0xffffffff)
              (i64.lt_u (local.get $left) (i64.const 0xffffffff))))
            (call $addCarried (local.get $sums) (local.get $bin)
              (local.get $m) (i64.mul (local.get $a) (local.get $a))
              (i64.mul (local.get $a) (local.get $b)) (i64.mul (local.get $b) (local.get $b)) (local.get $times))
            (local.set $left (i64.sub (local.get $left) (local.get $times)))
            (br_if $more (i64.ne (local.get $left) (i64.const 0))))))
      ${nextSlot}))

  ;; So many times, fewer than 2³².
  (func $addCarried
    (param $sums i32) (param $bin i32) (param $m i64) (param $aa i64) (param $ab i64) (param $bb i64) (param $times i64)
    (local $to i32) (local $low i64)
    (local.set $to (i32.add (local.get $sums) (i32.add (i32.const ${carriedAt - sumsAt})
      (i32.shl (i32.sub (local.get $bin) (local.get $sums)) (i32.const 1)))))${['m', 'aa', 'ab', 'bb'].map((word, index) => carryWord(index, get(word))).join('')})

  ;; The bits of a hash that are 0 at a sample's level.
  (func $lostBits (param $table i32) (result i32)
    (local $level i32)
    (local.set $level (i32.load (local.get $table)))
    (select
      (i32.shl (i32.const -1) (i32.sub (i32.const 32) (local.get $level))) (i32.const 0) (local.get $level)))

  ;; Counts a number by its hash, of 53 bits; where that is one too many, the level rises. Answers the bits that are lost.
  (func $keep (param $table i32) (param $low i32) (param $high i32) (param $first i32) (param $times i64) (result i32)
    (local $key i64) (local $hash i32) (local $offset i32) (local $slot i32) (local $count i64)
    (local.set $high (i32.xor (local.get $high) (i32.const 0x5bd1e995)))${mix('high', 'low')}
    (local.set $key (i64.or
      (i64.shl (i64.extend_i32_u (local.get $first)) (i64.const 21))
      (i64.extend_i32_u (i32.shr_u (local.get $hash) (i32.const 11)))))
    (block $done
      (loop $again
        ;; By now it may be lost itself.
        (br_if $done (i32.and (local.get $first) (call $lostBits (local.get $table))))${findSlot}
        (if (i64.eqz (local.get $count))
          (then
            (if (i32.ge_u (i32.load offset=4 (local.get $table)) (i32.const ${maxKeys}))
              (then
                (call $raise (local.get $table))
                (br $again)))
            (i32.store offset=4 (local.get $table) (i32.add (i32.load offset=4 (local.get $table)) (i32.const 1)))
            (i64.store offset=${headBytes} (local.get $slot) (local.get $key))))
        (i64.store offset=${headBytes + 8} (local.get $slot) (i64.add (local.get $count) (local.get $times)))))
    (call $lostBits (local.get $table)))

  ;; Keeps those of whose hash one more bit is 0.
  (func $raise (param $from i32)
    (local $table i32) (local $at i32) (local $end i32) (local $level i32) (local $key i64) (local $times i64)
    (local $offset i32) (local $slot i32) (local $count i64)
    (local.set $table (i32.const ${spareAt}))
    (memory.fill (local.get $table) (i32.const 0) (i32.const ${tableBytes}))
    (local.set $level (i32.add (i32.load (local.get $from)) (i32.const 1)))
    (i32.store (local.get $table) (local.get $level))
    (local.set $at (local.get $from))
    (local.set $end (i32.add (local.get $from) (i32.const ${slotsBytes})))
    (loop $next
      (local.set $key (i64.load offset=${headBytes} (local.get $at)))
      (local.set $times (i64.load offset=${headBytes + 8} (local.get $at)))
      (if (i32.and (i64.ne (local.get $times) (i64.const 0))
            (i64.eqz (i64.shr_u (local.get $key) (i64.sub (i64.const 53) (i64.extend_i32_u (local.get $level))))))
        (then${findSlot}
          (i64.store offset=${headBytes} (local.get $slot) (local.get $key))
          (i64.store offset=${headBytes + 8} (local.get $slot) (local.get $times))
          (i32.store offset=4 (local.get $table) (i32.add (i32.load offset=4 (local.get $table)) (i32.const 1)))))
      ${nextSlot})
    (call $adopt (local.get $from)))

  ;; Leaves a room as it was found, without touching what was never written.
  (func (export "clear") (param $room i32)
    (local $at i32) (local $end i32) (local $bits i64) (local $bin i32) (local $sums i32)
    (memory.fill (local.get $room) (i32.const 0) (i32.const ${touchedAt}))
    (memory.fill (i32.add (local.get $room) (i32.const ${tableAt})) (i32.const 0) (i32.const ${2 * tableBytes}))
    (local.set $sums (i32.add (local.get $room) (i32.const ${sumsAt})))
    (local.set $at (i32.add (local.get $room) (i32.const ${touchedAt})))
    (local.set $end (i32.add (local.get $room) (i32.const ${tableAt})))
    (loop $next
      (local.set $bits (i64.load (local.get $at)))
      (block $done (loop $bit
        (br_if $done (i64.eqz (local.get $bits)))
        (local.set $bin (i32.add
          (i32.shl (i32.sub (local.get $at) (i32.add (local.get $room) (i32.const ${touchedAt}))) (i32.const 3))
          (i32.wrap_i64 (i64.ctz (local.get $bits)))))
        (memory.fill (i32.add (local.get $sums) (i32.shl (local.get $bin) (i32.const 5)))
          (i32.const 0) (i32.const ${binBytes}))
        (memory.fill
          (i32.add (i32.add (local.get $sums) (i32.const ${carriedAt - sumsAt})) (i32.shl (local.get $bin) (i32.const 6)))
          (i32.const 0) (i32.const ${carriedBytes}))
        (local.set $bits (i64.and (local.get $bits) (i64.sub (local.get $bits) (i64.const 1))))
        (br $bit)))
      (i64.store (local.get $at) (i64.const 0))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $end)))))
)
`
