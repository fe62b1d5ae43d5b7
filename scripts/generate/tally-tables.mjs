// Of the program that tallies numbers: tables of counts by keys of 64 bits, in memory that others share.

// A table of counts: how many bits are cut off, or of a sample its level; how many slots are filled; then the slots, of a key
// and its count each.
export const maxKeys = 1024
const slotBits = 11
export const [slotBytes, headBytes] = [16, 16]
export const slotsBytes = slotBytes << slotBits
export const tableBytes = headBytes + slotsBytes

/** The next slot of a table, while there is one. */
export const nextSlot = `(br_if $next (i32.lt_u
        (local.tee $at (i32.add (local.get $at) (i32.const ${slotBytes}))) (local.get $end)))`

/** −0, of a prefix that holds the sign alone, as 0. */
export const withoutSign = `(if (i64.eq (local.get $key) (local.get $sign)) (then (local.set $key (i64.const 0))))`

/** Sets $slot and $count to those of $key; the count is 0 where it is not there. */
export const findSlot = `
      (local.set $offset (i32.wrap_i64 (i64.shl
        (i64.shr_u (i64.mul (local.get $key) (i64.const 0x9e3779b97f4a7c15)) (i64.const ${64 - slotBits})) (i64.const 4))))
      (block $found
        (loop $probe
          (local.set $slot (i32.add (local.get $table) (local.get $offset)))
          (br_if $found (i64.eqz (local.tee $count (i64.load offset=${headBytes + 8} (local.get $slot)))))
          (br_if $found (i64.eq (i64.load offset=${headBytes} (local.get $slot)) (local.get $key)))
          (local.set $offset (i32.and (i32.add (local.get $offset) (i32.const ${slotBytes})) (i32.const ${slotsBytes - 1})))
          (br $probe)))`

/** A function that writes out what each slot of a table holds, by its $key and what the table begins with. */
export const listing = (name, entriesAt, write) => `(func (export "${name}") (param $table i32) (result i32)
    (local $at i32) (local $end i32) (local $to i32) (local $head i64) (local $key i64)
    (local.set $at (local.get $table))
    (local.set $to (i32.const ${entriesAt}))
    (local.set $end (i32.add (local.get $at) (i32.const ${slotsBytes})))
    (local.set $head (i64.load32_u (local.get $table)))
    (loop $next
      (local.set $key (i64.load offset=${headBytes} (local.get $at)))
      (if (i64.ne (i64.load offset=${headBytes + 8} (local.get $at)) (i64.const 0))
        (then
          ${write}
          (local.set $to (i32.add (local.get $to) (i32.const 8)))))
      ${nextSlot})
    (local.get $to))`

/** A function that puts the counts of what was written out in its place. */
export const counting = (name, entriesAt, key) => `(func (export "${name}") (param $table i32) (param $end i32)
    (local $at i32) (local $head i64) (local $key i64) (local $offset i32) (local $slot i32) (local $count i64)
    (local.set $at (i32.const ${entriesAt}))
    (local.set $head (i64.load32_u (local.get $table)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
      (local.set $key ${key})${findSlot}
      (f64.store (local.get $at) (f64.convert_i64_u (local.get $count)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br $next))))`
