// Reading values that may be hostile: getters that throw or answer differently each time, proxies, cycles, foreign
// prototypes. Each property is read once, own properties only, sizes are bounded, and what the user's code throws on the
// way becomes the one `ConfigError` that names the field.

import { types } from 'node:util'
import { ConfigError } from '../errors.ts'

/** More than any honest list has; fewer than a hostile one can claim. */
const MAX_ITEMS = 10_000

/** The own enumerable properties of a plain object, each read once. The configuration itself stands at ''. */
export function properties(value: unknown, at: string, expected: string): [string, unknown][] {
  const here = at || 'config'
  if (!isPlain(value)) throw new ConfigError(here, expected, describe(value))
  const fields = attempt(() => Object.keys(value), here, expected)
  if (fields.length > MAX_ITEMS) throw new ConfigError(here, expected, `${fields.length} fields`)
  return fields.map((field) => [field, attempt(() => value[field], join(at, field), 'a value that can be read')])
}

export function items(value: unknown, at: string, expected: string): unknown[] {
  if (!isArray(value)) throw new ConfigError(at, expected, describe(value))
  const length = attempt(() => value.length, at, expected)
  if (length > MAX_ITEMS) throw new ConfigError(at, expected, `${length} items`)
  return Array.from({ length }, (_, index) =>
    attempt(() => value[index], `${at}[${index}]`, 'a value that can be read'),
  )
}

/** What runs in here may be the user's code: a getter, or a trap of a proxy. */
export function attempt<T>(read: () => T, at: string, expected: string): T {
  try {
    return read()
  } catch {
    throw new ConfigError(at, expected, 'an error thrown while it was read')
  }
}

/** Made by a literal, `JSON.parse` or `Object.create(null)`, in any realm. A Map or a Date has fields we would not see. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || isArray(value)) return false
  try {
    const prototype = Object.getPrototypeOf(value)
    return (
      prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
    )
  } catch {
    return false
  }
}

/** `Array.isArray` throws for a revoked proxy. */
export function isArray(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** A value in words. Texts are never quoted: any of them may be a key in the wrong place. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing'
    case 'boolean':
    case 'number':
      return String(value)
    case 'string':
      return value === '' ? 'an empty string' : `a string of ${value.length} characters`
    case 'object':
      if (value === null) return 'null'
      if (types.isPromise(value)) return 'a promise'
      if (isArray(value)) return 'an array'
      return isPlain(value) ? 'an object' : 'an object that is not plain'
    case 'bigint':
    case 'symbol':
    case 'function':
      return `a ${typeof value}`
  }
}

/** `providers[1].baseUrl`; names that are no words are shown in brackets, and left out where they might be a secret. */
export function join(at: string, field: string): string {
  if (/^[a-z_$][\w$]{0,39}$/i.test(field)) return at === '' ? field : `${at}.${field}`
  return `${at}[${/^(?!sk-)[\w$.:/@-]{1,60}$/i.test(field) ? JSON.stringify(field) : '…'}]`
}
