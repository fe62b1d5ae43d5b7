import openWabt from 'wabt'

/** So many bytes are scanned at a time, at most. */
const scanBytes = 1 << 20
const paddingBytes = 64

/** `action/data/scan-lines.generated.ts`: what finds the ends of lines, compiled. */
export async function scanLinesProgram() {
  const wabt = await openWabt()
  const { buffer } = wabt.parseWat('scan-lines.wat', program, { simd: true }).toBinary({})
  return `// Made by npm run generate from scripts/generate/scan-lines.mjs. Do not edit.

/** So many bytes are scanned at a time, at most; they stand at 0. */
export const scanBytes = ${scanBytes}

/** So many bytes of padding follow them; the places of the ends come behind it. */
export const paddingBytes = ${paddingBytes}

/** WebAssembly of ${buffer.length} bytes. */
export const scanLinesProgram =
  '${Buffer.from(buffer).toString('base64')}'
`
}

const [newline, carriage, quote] = [10, 13, 34]
const pageBytes = 1 << 16
/** The text, the padding behind it, and four bytes for each end. */
const pages = Math.ceil((scanBytes + paddingBytes + 4 * scanBytes) / pageBytes)

/** Reads 16 of the next 64 bytes into $vector and does something for each of the four. */
function four(step) {
  return [0, 16, 32, 48]
    .map((shift) => `(local.set $vector (v128.load offset=${shift} (local.get $at)))\n${step(shift)}`)
    .join('\n')
}

/** Adds to $mask a bit for each byte of $vector that is the wanted one: the lowest for the first of the 64. */
function note(mask, wanted, shift) {
  return `(local.set ${mask} (i64.or (local.get ${mask})
    (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $vector) ${wanted}))) (i64.const ${shift}))))`
}

function every(byte) {
  return `(i8x16.splat (i32.const ${byte}))`
}

/**
 * `scan(length, delimiter, lastField, longest, ends)`: how many lines end among the `length` bytes at 0, behind which 64 spaces
 * stand; each end's place is written to `ends`. -1 where they are not plain, as `scanLines()` says it. 64 bytes at a time: a
 * bit a byte says where the bytes are that matter, and all between them are counted at once.
 */
const program = `
(module
  (memory (export "memory") ${pages})
  (func (export "scan")
    (param $length i32) (param $delimiter i32) (param $lastField i32) (param $longest i32) (param $ends i32)
    (result i32)
    (local $at i32) (local $vector v128) (local $delimiters v128) (local $refused v128)
    (local $stops i64) (local $carriages i64) (local $partings i64) (local $below i64)
    (local $carried i64) (local $anyCarriage i64) (local $anyOdd i64)
    (local $count i32) (local $start i32) (local $stop i32) (local $out i32)
    (local.set $delimiters (i8x16.splat (local.get $delimiter)))
    (local.set $out (local.get $ends))
    (block $notPlain
      (block $done
        (loop $next
          (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
          (local.set $refused (v128.const i64x2 0 0))
          (local.set $stops (i64.const 0))
          (local.set $carriages (i64.const 0))
          (local.set $partings (i64.const 0))
          ${four(
            (shift) => `
          (local.set $refused (v128.or (local.get $refused)
            (v128.or (i8x16.eq (local.get $vector) ${every(quote)}) (i8x16.eq (local.get $vector) ${every(0)}))))
          ${note('$stops', every(newline), shift)}
          ${note('$carriages', every(carriage), shift)}
          ${note('$partings', '(local.get $delimiters)', shift)}`,
          )}
          (br_if $notPlain (v128.any_true (local.get $refused)))

          ;; Odd: a line end without a carriage return before it, or one without a line end behind it.
          (local.set $below (i64.or (i64.shl (local.get $carriages) (i64.const 1)) (local.get $carried)))
          (local.set $carried (i64.shr_u (local.get $carriages) (i64.const 63)))
          (local.set $anyCarriage (i64.or (local.get $anyCarriage) (local.get $carriages)))
          (local.set $anyOdd (i64.or (local.get $anyOdd) (i64.xor (local.get $stops) (local.get $below))))

          (block $allLines
            (loop $line
              (br_if $allLines (i64.eqz (local.get $stops)))
              (local.set $below (i64.and
                (i64.sub (local.get $stops) (i64.const 1))
                (i64.xor (local.get $stops) (i64.const -1))))
              (br_if $notPlain (i32.ne (local.get $lastField) (i32.add (local.get $count)
                (i32.wrap_i64 (i64.popcnt (i64.and (local.get $partings) (local.get $below)))))))
              (local.set $partings (i64.and (local.get $partings) (i64.xor (local.get $below) (i64.const -1))))
              (local.set $count (i32.const 0))
              (local.set $stop (i32.add (local.get $at) (i32.wrap_i64 (i64.ctz (local.get $stops)))))
              (br_if $notPlain (i32.gt_u (i32.sub (local.get $stop) (local.get $start)) (local.get $longest)))
              (i32.store (local.get $out) (local.get $stop))
              (local.set $out (i32.add (local.get $out) (i32.const 4)))
              (local.set $start (i32.add (local.get $stop) (i32.const 1)))
              (local.set $stops (i64.and (local.get $stops) (i64.sub (local.get $stops) (i64.const 1))))
              (br $line)))
          (local.set $count (i32.add (local.get $count) (i32.wrap_i64 (i64.popcnt (local.get $partings)))))
          (local.set $at (i32.add (local.get $at) (i32.const 64)))
          (br $next)))
      ;; Where one line has a carriage return, all have: a last byte is one only of a line without its end.
      (br_if $notPlain (i32.and
        (i64.ne (local.get $anyCarriage) (i64.const 0))
        (i64.ne (i64.or (local.get $anyOdd) (local.get $carried)) (i64.const 0))))
      (return (i32.shr_u (i32.sub (local.get $out) (local.get $ends)) (i32.const 2))))
    (i32.const -1)))
`
