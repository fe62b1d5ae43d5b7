/** How an opcode's argument is written: bytes of a fixed length, bytes after their length, or lines. */
export type PickleArgument =
  | { readonly kind: 'fixed'; readonly bytes: number }
  /** `isText`: a string that can name what is imported. */
  | { readonly kind: 'counted'; readonly lengthBytes: 1 | 4 | 8; readonly isText: boolean }
  | { readonly kind: 'lines'; readonly lines: 1 | 2; readonly isText: boolean }

/** What an opcode does to the stack; `calls`: what lies there is called with what lies above it. */
export type PickleEffect =
  | { readonly kind: 'stack'; readonly pops: number; readonly pushes: number; readonly calls: boolean }
  | { readonly kind: 'to mark'; readonly pops: 0 | 1; readonly pushes: number; readonly calls: boolean }
  | {
      readonly kind:
        | 'mark'
        | 'stop'
        | 'pop'
        | 'dup'
        | 'put'
        | 'get'
        | 'memoize'
        | 'global'
        | 'stack global'
        | 'inst'
        | 'extension'
    }

export interface PickleOpcode {
  readonly name: string
  readonly argument: PickleArgument
  readonly effect: PickleEffect
}

const none = fixed(0)
const text = (lengthBytes: 1 | 4 | 8) => ({ kind: 'counted', lengthBytes, isText: true }) as const
const blob = (lengthBytes: 1 | 4 | 8) => ({ kind: 'counted', lengthBytes, isText: false }) as const
const line = { kind: 'lines', lines: 1, isText: false } as const
const textLine = { kind: 'lines', lines: 1, isText: true } as const
const twoLines = { kind: 'lines', lines: 2, isText: true } as const
const push = stack(0, 1)

/** Every opcode of the pickle protocols 0 to 5, by its byte. */
export const pickleOpcodes: ReadonlyMap<number, PickleOpcode> = new Map(
  (
    [
      ['(', 'MARK', none, { kind: 'mark' }],
      ['.', 'STOP', none, { kind: 'stop' }],
      ['0', 'POP', none, { kind: 'pop' }],
      ['1', 'POP_MARK', none, toMark(0, 0)],
      ['2', 'DUP', none, { kind: 'dup' }],
      ['F', 'FLOAT', line, push],
      ['I', 'INT', line, push],
      ['J', 'BININT', fixed(4), push],
      ['K', 'BININT1', fixed(1), push],
      ['M', 'BININT2', fixed(2), push],
      ['L', 'LONG', line, push],
      ['N', 'NONE', none, push],
      ['P', 'PERSID', line, push],
      ['Q', 'BINPERSID', none, stack(1, 1)],
      ['R', 'REDUCE', none, stack(2, 1, true)],
      ['S', 'STRING', textLine, push],
      ['T', 'BINSTRING', text(4), push],
      ['U', 'SHORT_BINSTRING', text(1), push],
      ['V', 'UNICODE', textLine, push],
      ['X', 'BINUNICODE', text(4), push],
      ['a', 'APPEND', none, stack(2, 1)],
      ['b', 'BUILD', none, stack(2, 1, true)],
      ['c', 'GLOBAL', twoLines, { kind: 'global' }],
      ['d', 'DICT', none, toMark(0, 1)],
      ['}', 'EMPTY_DICT', none, push],
      ['e', 'APPENDS', none, toMark(1, 1)],
      ['g', 'GET', line, { kind: 'get' }],
      ['h', 'BINGET', fixed(1), { kind: 'get' }],
      ['j', 'LONG_BINGET', fixed(4), { kind: 'get' }],
      ['i', 'INST', twoLines, { kind: 'inst' }],
      ['l', 'LIST', none, toMark(0, 1)],
      [']', 'EMPTY_LIST', none, push],
      ['o', 'OBJ', none, toMark(0, 1, true)],
      ['p', 'PUT', line, { kind: 'put' }],
      ['q', 'BINPUT', fixed(1), { kind: 'put' }],
      ['r', 'LONG_BINPUT', fixed(4), { kind: 'put' }],
      ['s', 'SETITEM', none, stack(3, 1)],
      ['t', 'TUPLE', none, toMark(0, 1)],
      [')', 'EMPTY_TUPLE', none, push],
      ['u', 'SETITEMS', none, toMark(1, 1)],
      ['G', 'BINFLOAT', fixed(8), push],
      ['B', 'BINBYTES', blob(4), push],
      ['C', 'SHORT_BINBYTES', blob(1), push],
      ['\x80', 'PROTO', fixed(1), stack(0, 0)],
      ['\x81', 'NEWOBJ', none, stack(2, 1, true)],
      ['\x82', 'EXT1', fixed(1), { kind: 'extension' }],
      ['\x83', 'EXT2', fixed(2), { kind: 'extension' }],
      ['\x84', 'EXT4', fixed(4), { kind: 'extension' }],
      ['\x85', 'TUPLE1', none, stack(1, 1)],
      ['\x86', 'TUPLE2', none, stack(2, 1)],
      ['\x87', 'TUPLE3', none, stack(3, 1)],
      ['\x88', 'NEWTRUE', none, push],
      ['\x89', 'NEWFALSE', none, push],
      ['\x8a', 'LONG1', blob(1), push],
      ['\x8b', 'LONG4', blob(4), push],
      ['\x8c', 'SHORT_BINUNICODE', text(1), push],
      ['\x8d', 'BINUNICODE8', text(8), push],
      ['\x8e', 'BINBYTES8', blob(8), push],
      ['\x8f', 'EMPTY_SET', none, push],
      ['\x90', 'ADDITEMS', none, toMark(1, 1)],
      ['\x91', 'FROZENSET', none, toMark(0, 1)],
      ['\x92', 'NEWOBJ_EX', none, stack(3, 1, true)],
      ['\x93', 'STACK_GLOBAL', none, { kind: 'stack global' }],
      ['\x94', 'MEMOIZE', none, { kind: 'memoize' }],
      ['\x95', 'FRAME', fixed(8), stack(0, 0)],
      ['\x96', 'BYTEARRAY8', blob(8), push],
      ['\x97', 'NEXT_BUFFER', none, push],
      ['\x98', 'READONLY_BUFFER', none, stack(1, 1)],
    ] as readonly (readonly [string, string, PickleArgument, PickleEffect])[]
  ).map(([code, name, argument, effect]) => [code.charCodeAt(0), { name, argument, effect }]),
)

function fixed(bytes: number): PickleArgument {
  return { kind: 'fixed', bytes }
}

function stack(pops: number, pushes: number, calls = false): PickleEffect {
  return { kind: 'stack', pops, pushes, calls }
}

/** `pops` one more below the mark, which is pushed again. */
function toMark(pops: 0 | 1, pushes: number, calls = false): PickleEffect {
  return { kind: 'to mark', pops, pushes, calls }
}
