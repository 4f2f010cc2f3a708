// A copy of a JSON value that came as a JavaScript object: what `JSON.stringify` would write, without its surprises
// (`toJSON`, numbers turned to null, functions left out in silence) and within bounds.

import { ConfigError } from '../errors.ts'
import type { Kind } from './kind.ts'
import { describe, isArray, items, join, properties } from './untrusted.ts'

/** Deeper than any schema that a person wrote; shallow enough for every stack. */
const MAX_DEPTH = 200
/** About as many values as a megabyte of schema holds. */
const MAX_VALUES = 100_000

const EXPECTED = 'JSON: objects, arrays, text, finite numbers, true, false or null'

export type Json = null | boolean | number | string | Json[] | { [field: string]: Json }

export const json: Kind<Json> = {
  expected: EXPECTED,
  read: (value, at) => copy(value, at, 0, { values: MAX_VALUES }),
}

/** `left` is shared by the whole copy: one object in many places counts each time, as it would be written each time. */
function copy(value: unknown, at: string, depth: number, left: { values: number }): Json {
  if (--left.values < 0) throw new ConfigError(at, `at most ${MAX_VALUES} values`, 'more')
  if (depth > MAX_DEPTH) throw new ConfigError(at.slice(0, 100), `at most ${MAX_DEPTH} levels`, 'more, or a cycle')
  switch (typeof value) {
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value)) return value
      break
    case 'string':
      // Half a surrogate pair has no UTF-8: what is checked would differ from what was said.
      if (value.isWellFormed()) return value
      throw new ConfigError(at, EXPECTED, 'text with half a surrogate pair')
    case 'object':
      if (value === null) return null
      if (isArray(value)) {
        return items(value, at, EXPECTED).map((item, index) => copy(item, `${at}[${index}]`, depth + 1, left))
      }
      return Object.fromEntries(
        properties(value, at, EXPECTED)
          .filter(([, item]) => item !== undefined)
          .map(([field, item]) => [field, copy(item, join(at, field), depth + 1, left)]),
      )
  }
  throw new ConfigError(at, EXPECTED, describe(value))
}
