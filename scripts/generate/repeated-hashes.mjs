import openWabt from 'wabt'

import { constantsOf } from './constants-of.mjs'

/** So many hashes come in at once, as the engine gives them. */
const mostAtOnce = 2048
const [hashBytes, pageBytes] = [8, 65_536]
const maxLots = 4096

// Of each lot, where its next hash goes. Its hashes lie in blocks, each of which begins with the place of the one before it.
const endsAt = mostAtOnce * hashBytes
const [blockBytes, headBytes] = [4096, 8]
const blocksAt = Math.ceil((endsAt + 4 * maxLots) / blockBytes) * blockBytes

/** `action/data/repeated-hashes.generated.ts`: what finds hashes that come again, compiled. */
export async function repeatedHashesProgram() {
  const wabt = await openWabt()
  const { buffer } = wabt.parseWat('repeated-hashes.wat', program, { bulk_memory: true }).toBinary({})
  const places = { mostAtOnce, maxLots, endsAt, blocksAt, blockBytes }
  return `// Made by npm run generate from scripts/generate/repeated-hashes.mjs. Do not edit.

/** How much the program takes, and where it has what, in bytes; hashes come in at 0. */
export const hashPlaces = {
${constantsOf(places)}
} as const

/** WebAssembly of ${buffer.length} bytes. */
export const repeatedHashesProgram =
  '${Buffer.from(buffer).toString('base64')}'
`
}

const program = `
(module
  (memory (export "memory") ${Math.ceil(blocksAt / pageBytes)})

  ;; Deals the hashes at 0 into lots by their upper bits. $next is where the next block begins; answers where it does then.
  (func (export "take") (param $count i32) (param $shift i64) (param $next i32) (result i32)
    (local $at i32) (local $end i32) (local $hash i64) (local $lot i32) (local $to i32)
    (local.set $end (i32.shl (local.get $count) (i32.const 3)))
    (loop $each
      (if (i32.lt_u (local.get $at) (local.get $end)) (then
        (local.set $hash (i64.load (local.get $at)))
        (local.set $lot (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $hash) (local.get $shift))) (i32.const 2)))
        (local.set $to (i32.load offset=${endsAt} (local.get $lot)))
        ;; It is full, or there is none yet.
        (if (i32.eqz (i32.and (local.get $to) (i32.const ${blockBytes - 1}))) (then
          (i32.store (local.get $next)
            (select (i32.sub (local.get $to) (i32.const ${blockBytes})) (i32.const 0) (local.get $to)))
          (local.set $to (i32.add (local.get $next) (i32.const ${headBytes})))
          (local.set $next (i32.add (local.get $next) (i32.const ${blockBytes})))))
        (i64.store (local.get $to) (local.get $hash))
        (i32.store offset=${endsAt} (local.get $lot) (i32.add (local.get $to) (i32.const ${hashBytes})))
        (local.set $at (i32.add (local.get $at) (i32.const ${hashBytes})))
        (br $each))))
    (local.get $next))

  ;; How many hashes the lot holds whose next one would go to $to.
  (func (export "length") (param $to i32) (result i32)
    (local $block i32) (local $count i32)
    (loop $each
      (if (local.get $to) (then
        (local.set $block (i32.and (i32.sub (local.get $to) (i32.const 1)) (i32.const -${blockBytes})))
        (local.set $count (i32.add (local.get $count) (i32.shr_u
          (i32.sub (i32.sub (local.get $to) (local.get $block)) (i32.const ${headBytes})) (i32.const 3))))
        (local.set $to (i32.load (local.get $block)))
        (if (local.get $to) (then
          (local.set $to (i32.add (local.get $to) (i32.const ${blockBytes}))) (br $each))))))
    (local.get $count))

  ;; Writes each hash that comes again in a lot to $out, once, and answers where the next would go; 0 where one has no room
  ;; before $outEnd. $table has $slots, a power of two, more than there are hashes: a slot is the place of a hash, whose
  ;; first bit says that the hash came again.
  (func (export "find")
    (param $to i32) (param $table i32) (param $slots i32) (param $out i32) (param $outEnd i32) (result i32)
    (local $block i32) (local $at i32) (local $hash i64) (local $slot i32) (local $held i32) (local $last i32)
    (memory.fill (local.get $table) (i32.const 0) (i32.shl (local.get $slots) (i32.const 2)))
    (local.set $last (i32.sub (local.get $slots) (i32.const 1)))
    (block $none (loop $blocks
      (br_if $none (i32.eqz (local.get $to)))
      (local.set $block (i32.and (i32.sub (local.get $to) (i32.const 1)) (i32.const -${blockBytes})))
      (local.set $at (i32.add (local.get $block) (i32.const ${headBytes})))
      (loop $hashes
        (local.set $hash (i64.load (local.get $at)))
        (local.set $slot (i32.and (i32.wrap_i64 (local.get $hash)) (local.get $last)))
        (block $done (loop $probe
          (local.set $held (i32.load (i32.add (local.get $table) (i32.shl (local.get $slot) (i32.const 2)))))
          (if (i32.eqz (local.get $held)) (then
            (i32.store (i32.add (local.get $table) (i32.shl (local.get $slot) (i32.const 2))) (local.get $at))
            (br $done)))
          (if (i64.eq (i64.load (i32.and (local.get $held) (i32.const -2))) (local.get $hash)) (then
            (br_if $done (i32.and (local.get $held) (i32.const 1)))
            (if (i32.eq (local.get $out) (local.get $outEnd)) (then (return (i32.const 0))))
            (i64.store (local.get $out) (local.get $hash))
            (local.set $out (i32.add (local.get $out) (i32.const ${hashBytes})))
            (i32.store (i32.add (local.get $table) (i32.shl (local.get $slot) (i32.const 2)))
              (i32.or (local.get $held) (i32.const 1)))
            (br $done)))
          (local.set $slot (i32.and (i32.add (local.get $slot) (i32.const 1)) (local.get $last)))
          (br $probe)))
        (local.set $at (i32.add (local.get $at) (i32.const ${hashBytes})))
        (br_if $hashes (i32.lt_u (local.get $at) (local.get $to))))
      (local.set $to (i32.load (local.get $block)))
      (if (local.get $to) (then (local.set $to (i32.add (local.get $to) (i32.const ${blockBytes})))))
      (br $blocks)))
    (local.get $out)))
`
