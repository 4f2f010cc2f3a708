// What a field must be. A `Kind` reads an untrusted value into a fresh one that nobody else holds, or throws the one
// `ConfigError` that names the field. The configuration, contracts and options are tables of kinds.

import { ConfigError } from '../errors.ts'
import { suggestion } from './suggest.ts'
import { describe, items, join, properties } from './untrusted.ts'

export interface Kind<T> {
  /** What stands behind "expected". */
  readonly expected: string
  read(value: unknown, at: string): T
}

export type Read<K> = K extends Kind<infer T> ? T : never

// === Scalars ===

export const boolean: Kind<boolean> = kind('true or false', (value): value is boolean => typeof value === 'boolean')

/** A name that may stand in a header, a log line and a metric label. */
export const name = pattern('a name of 1 to 100 printable ASCII characters', /^[!-~](?:[ -~]{0,98}[!-~])?$/)

/** A model's name: whatever the provider calls it, without control characters. */
export const text = pattern('1 to 1000 characters without control characters', /^[^\p{Cc}\p{Cs}]{1,1000}$/u)

/** Zero is a fair amount of money: nothing may be spent. */
export const usd = number('an amount of USD, 0 or more', (value) => value >= 0)

/** Up to the longest timer that Node has. Fractions are rounded up: a limit is never made stricter than it was said. */
export const milliseconds: Kind<number> = {
  expected: 'milliseconds, more than 0 and at most 2147483647',
  read(value, at) {
    return Math.ceil(number(this.expected, (given) => given > 0 && given <= 0x7fff_ffff).read(value, at))
  },
}

export function whole(min: number, max: number): Kind<number> {
  return number(
    `a whole number from ${min} to ${max}`,
    (value) => Number.isInteger(value) && value >= min && value <= max,
  )
}

export function number(expected: string, fits: (value: number) => boolean): Kind<number> {
  return kind(expected, (value): value is number => typeof value === 'number' && Number.isFinite(value) && fits(value))
}

export function pattern(expected: string, regexp: RegExp): Kind<string> {
  return kind(expected, (value): value is string => typeof value === 'string' && regexp.test(value))
}

/** One of a few words. The word that came is shown only where it resembles one of them: it might be a key. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Kind<Word> {
  const expected = words.map(quoted).join(' or ') || 'no value, because there are none'
  return {
    expected,
    read(value, at) {
      const word = words.find((known) => known === value)
      if (word !== undefined) return word
      const near = typeof value === 'string' && suggestion(value, words)
      throw new ConfigError(at, expected, near ? `"${value}"; did you mean "${near}"?` : describe(value))
    },
  }
}

/** Any function: what it does is its owner's business. */
// biome-ignore lint/suspicious/noExplicitAny: the caller knows what it asked for
export function callable<F extends (...args: any[]) => unknown>(expected: string): Kind<F> {
  return kind(expected, (value): value is F => typeof value === 'function')
}

// === Compounds ===

/** One of these words, or what `inner` says. */
export function either<const Word extends string | boolean, T>(words: readonly Word[], inner: Kind<T>): Kind<Word | T> {
  const expected = `${words.map(quoted).join(', ')}, or ${inner.expected}`
  return {
    expected,
    read(value, at) {
      const word = words.find((known) => known === value)
      if (word !== undefined) return word
      try {
        return inner.read(value, at)
      } catch (error) {
        // A wrong part has its own message; of the whole, the whole choice is told.
        throw error instanceof ConfigError && error.field === at ? new ConfigError(at, expected, error.got) : error
      }
    },
  }
}

/** `false`, or what `inner` says. */
export function orFalse<T>(inner: Kind<T>): Kind<T | false> {
  return either([false], inner)
}

export function list<T>(item: Kind<T>, min = 0): Kind<T[]> {
  const expected = `an array of ${min > 0 ? `at least ${min}` : 'any number'}, each ${item.expected}`
  return {
    expected,
    read(value, at) {
      const values = items(value, at, expected)
      if (values.length < min) throw new ConfigError(at, expected, 'an empty array')
      return values.map((entry, index) => item.read(entry, `${at}[${index}]`))
    },
  }
}

/** An object whose keys are the user's own. */
export function map<T>(key: Kind<string>, item: Kind<T>): Kind<Record<string, T>> {
  const expected = `an object of ${key.expected} to ${item.expected}`
  return {
    expected,
    read(value, at) {
      const entries = properties(value, at, expected)
      return Object.fromEntries(
        entries.map(([field, entry]) => [key.read(field, join(at, field)), item.read(entry, join(at, field))]),
      )
    },
  }
}

export type Fields = Readonly<Record<string, Kind<unknown>>>
export type ReadFields<F extends Fields> = { -readonly [Name in keyof F]?: Read<F[Name]> }

/** An object of known fields, each optional; `undefined` is the same as absent, an unknown field is an error. */
export function object<const F extends Fields>(fields: F, noun = 'an object'): Kind<ReadFields<F>> {
  const names = Object.keys(fields)
  const expected = `${noun} of ${names.join(', ')}`
  return {
    expected,
    read(value, at) {
      const result: Record<string, unknown> = {}
      for (const [field, entry] of properties(value, at, expected)) {
        const known = Object.hasOwn(fields, field) ? fields[field] : undefined
        if (known === undefined) throw unknownField(at, field, names)
        if (entry !== undefined) result[field] = known.read(entry, join(at, field))
      }
      return result as ReadFields<F>
    },
  }
}

function unknownField(at: string, field: string, names: readonly string[]): ConfigError {
  const near = suggestion(field, names)
  const got = near ? `an unknown field; did you mean "${near}"?` : 'an unknown field'
  return new ConfigError(join(at, field), `one of ${names.join(', ')}`, got)
}

function quoted(word: string | boolean): string {
  return typeof word === 'string' ? `"${word}"` : String(word)
}

function kind<T>(expected: string, is: (value: unknown) => value is T): Kind<T> {
  return {
    expected,
    read(value, at) {
      if (is(value)) return value
      throw new ConfigError(at, expected, describe(value))
    },
  }
}
