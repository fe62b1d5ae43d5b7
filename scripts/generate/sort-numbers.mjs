import openWabt from 'wabt'

const digitBits = 11
const digits = 1 << digitBits
/** Digits that are counted in one pass. */
const digitsAtOnce = 3
/** Three digits: hardly any two different numbers agree in the highest 33 bits that vary. */
const windowBits = digitsAtOnce * digitBits
const tableBytes = 4 * digits
const tablesBytes = digitsAtOnce * tableBytes

/** `action/stats/sort-numbers.generated.ts`: what sorts numbers, compiled. */
export async function sortNumbersProgram() {
  const wabt = await openWabt()
  const { buffer } = wabt.parseWat('sort-numbers.wat', program, { bulk_memory: true }).toBinary({})
  return `// Made by npm run generate from scripts/generate/sort-numbers.mjs. Do not edit.

/** What the program needs for itself, from 0 on: after a sort, how many bytes of numbers there are stands there. */
export const sortTableBytes = ${tablesBytes}

/** WebAssembly of ${buffer.length} bytes. */
export const sortNumbersProgram =
  '${Buffer.from(buffer).toString('base64')}'
`
}

const get = (name) => `(local.get $${name})`

/** The next number, while there is one. */
function whileBefore(end, at, step = 8) {
  return `(br_if $next (i32.lt_u (local.tee $${at} (i32.add ${get(at)} (i32.const ${step}))) ${get(end)}))`
}

/** The place in a table of the digit of $key that begins at a bit. */
function slotOf(shift) {
  const digit = `(i32.and (i32.wrap_i64 (i64.shr_u ${get('key')} ${shift})) (i32.const ${digits - 1}))`
  return `(i32.add ${get('table')} (i32.shl ${digit} (i32.const 2)))`
}

function countDigit(index) {
  const offset = `offset=${tableBytes * index}`
  return `
      (local.set $slot ${slotOf(`(i64.add ${get('shift')} (i64.const ${index * digitBits}))`)})
      (i32.store ${offset} ${get('slot')} (i32.add (i32.load ${offset} ${get('slot')}) (i32.const 1)))`
}

/**
 * `sort(from, end, scratch)`: sorts the doubles from `from` up to `end`, and answers where they stand then, there or at
 * `scratch`. A number's key is its 64 bits, turned so that their order as whole numbers is that of the doubles; keys are
 * distributed by one digit after the other, the lowest first. What agrees in the window of the highest bits that vary is
 * then moved one by one; where that is much, all bits that vary are sorted by.
 */
const program = `
(module
  (memory (export "memory") 1)

  ;; Takes NaN out and makes keys; answers the end of them. Which bits vary is written to 0.
  (func $settle (param $from i32) (param $end i32) (result i32)
    (local $value f64) (local $key i64) (local $to i32) (local $any i64) (local $all i64)
    (local.set $to (local.get $from))
    (local.set $all (i64.const -1))
    (loop $next
      ;; −0 + 0 is 0.
      (local.set $value (f64.add (f64.load (local.get $from)) (f64.const 0)))
      (local.set $key (i64.reinterpret_f64 (local.get $value)))
      (local.set $key (i64.xor (local.get $key)
        (i64.or (i64.shr_s (local.get $key) (i64.const 63)) (i64.const 0x8000000000000000))))
      (i64.store (local.get $to) (local.get $key))
      (if (f64.eq (local.get $value) (local.get $value))
        (then
          (local.set $any (i64.or (local.get $any) (local.get $key)))
          (local.set $all (i64.and (local.get $all) (local.get $key)))
          (local.set $to (i32.add (local.get $to) (i32.const 8)))))
      ${whileBefore('end', 'from')})
    (i64.store (i32.const 0) (i64.xor (local.get $any) (local.get $all)))
    (local.get $to))

  ;; From keys to numbers.
  (func $restore (param $from i32) (param $end i32)
    (local $key i64)
    (loop $next
      (local.set $key (i64.load (local.get $from)))
      (i64.store (local.get $from) (i64.xor (local.get $key)
        (i64.or (i64.xor (i64.shr_s (local.get $key) (i64.const 63)) (i64.const -1)) (i64.const 0x8000000000000000))))
      ${whileBefore('end', 'from')}))

  ;; How many keys have which digit: of three digits, each in a table of its own.
  (func $count (param $from i32) (param $end i32) (param $shift i64)
    (local $key i64) (local $table i32) (local $slot i32)
    (memory.fill (i32.const 0) (i32.const 0) (i32.const ${tablesBytes}))
    (loop $next
      (local.set $key (i64.load (local.get $from)))${[0, 1, 2].map(countDigit).join('')}
      ${whileBefore('end', 'from')}))

  ;; From how many keys have a digit to where the first of them goes.
  (func $places (param $table i32) (param $place i32)
    (local $end i32) (local $count i32)
    (local.set $end (i32.add (local.get $table) (i32.const ${tableBytes})))
    (loop $next
      (local.set $count (i32.load (local.get $table)))
      (i32.store (local.get $table) (local.get $place))
      (local.set $place (i32.add (local.get $place) (i32.shl (local.get $count) (i32.const 3))))
      ${whileBefore('end', 'table', 4)}))

  ;; Puts keys in the order of one digit, and leaves those that agree in it as they are.
  (func $distribute (param $from i32) (param $end i32) (param $table i32) (param $shift i64)
    (local $key i64) (local $slot i32) (local $place i32)
    (loop $next
      (local.set $key (i64.load (local.get $from)))
      (local.set $slot ${slotOf(get('shift'))})
      (local.set $place (i32.load (local.get $slot)))
      (i32.store (local.get $slot) (i32.add (local.get $place) (i32.const 8)))
      (i64.store (local.get $place) (local.get $key))
      ${whileBefore('end', 'from')}))

  ;; Sorts by the bits from $shift up to $top; answers where the keys stand then.
  (func $sortBits (param $from i32) (param $end i32) (param $to i32) (param $shift i64) (param $top i64) (result i32)
    (local $bytes i32) (local $table i32) (local $swapped i32)
    (local.set $bytes (i32.sub (local.get $end) (local.get $from)))
    (loop $window
      (call $count (local.get $from) (i32.add (local.get $from) (local.get $bytes)) (local.get $shift))
      (local.set $table (i32.const 0))
      (loop $digit
        (call $places (local.get $table) (local.get $to))
        (call $distribute
          (local.get $from) (i32.add (local.get $from) (local.get $bytes)) (local.get $table) (local.get $shift))
        (local.set $swapped (local.get $from))
        (local.set $from (local.get $to))
        (local.set $to (local.get $swapped))
        (local.set $shift (i64.add (local.get $shift) (i64.const ${digitBits})))
        (local.set $table (i32.add (local.get $table) (i32.const ${tableBytes})))
        (br_if $digit (i32.and
          (i64.le_u (local.get $shift) (local.get $top)) (i32.lt_u (local.get $table) (i32.const ${tablesBytes})))))
      (br_if $window (i64.le_u (local.get $shift) (local.get $top))))
    (local.get $from))

  ;; Moves each key to its place among those before it. Gives up, and answers 0, after four moves a key.
  (func $insert (param $from i32) (param $end i32) (result i32)
    (local $at i32) (local $key i64) (local $before i64) (local $place i32) (local $moves i32)
    (local.set $moves (i32.shr_u (i32.sub (local.get $end) (local.get $from)) (i32.const 1)))
    (local.set $at (i32.add (local.get $from) (i32.const 8)))
    (local.set $before (i64.load (local.get $from)))
    (loop $next
      (local.set $key (i64.load (local.get $at)))
      (if (i64.ge_u (local.get $key) (local.get $before))
        (then (local.set $before (local.get $key)))
        (else
          (local.set $place (local.get $at))
          (loop $move
            (i64.store (local.get $place) (i64.load (i32.sub (local.get $place) (i32.const 8))))
            (local.set $place (i32.sub (local.get $place) (i32.const 8)))
            (local.set $moves (i32.sub (local.get $moves) (i32.const 1)))
            (if (i32.gt_u (local.get $place) (local.get $from))
              (then (br_if $move
                (i64.gt_u (i64.load (i32.sub (local.get $place) (i32.const 8))) (local.get $key))))))
          (i64.store (local.get $place) (local.get $key))
          (if (i32.lt_s (local.get $moves) (i32.const 0)) (then (return (i32.const 0))))))
      ${whileBefore('end', 'at')})
    (i32.const 1))

  (func (export "sort") (param $from i32) (param $end i32) (param $scratch i32) (result i32)
    (local $vary i64) (local $top i64) (local $lowest i64) (local $shift i64) (local $bytes i32) (local $sorted i32)
    (if (i32.lt_u (local.get $from) (local.get $end))
      (then
        (local.set $bytes (i32.sub (call $settle (local.get $from) (local.get $end)) (local.get $from)))
        (local.set $vary (i64.load (i32.const 0)))))
    (local.set $end (i32.add (local.get $from) (local.get $bytes)))
    (local.set $sorted (local.get $from))
    ;; One number, and one that comes again and again, is sorted.
    (if (i32.and (i64.ne (local.get $vary) (i64.const 0)) (i32.gt_u (local.get $bytes) (i32.const 8)))
      (then
        (local.set $top (i64.sub (i64.const 63) (i64.clz (local.get $vary))))
        (local.set $lowest (i64.ctz (local.get $vary)))
        (local.set $shift (i64.sub (local.get $top) (i64.const ${windowBits - 1})))
        (if (i64.lt_s (local.get $shift) (local.get $lowest)) (then (local.set $shift (local.get $lowest))))
        (local.set $sorted (call $sortBits
          (local.get $from) (local.get $end) (local.get $scratch) (local.get $shift) (local.get $top)))
        (if (i64.gt_u (local.get $shift) (local.get $lowest))
          (then
            (if (i32.eqz (call $insert (local.get $sorted) (i32.add (local.get $sorted) (local.get $bytes))))
              (then
                (memory.copy (local.get $from) (local.get $sorted) (local.get $bytes))
                (local.set $sorted (call $sortBits
                  (local.get $from) (local.get $end) (local.get $scratch) (local.get $lowest) (local.get $top)))))))))
    (if (local.get $bytes)
      (then (call $restore (local.get $sorted) (i32.add (local.get $sorted) (local.get $bytes)))))
    (i32.store (i32.const 0) (local.get $bytes))
    (local.get $sorted)))
`
