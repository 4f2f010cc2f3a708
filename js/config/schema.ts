// The schema of a contract: a JSON Schema, or a Standard Schema of which the JSON part is checked by the core and the
// rest, refinements and transforms, by its own `validate`.

import type * as api from '../../index.d.ts'
import { ConfigError } from '../errors.ts'
import { type Json, json } from './json.ts'
import type { Kind } from './kind.ts'
import { describe } from './untrusted.ts'

export interface Schema {
  /** What crosses to the core; `undefined` where a Standard Schema cannot say itself as JSON Schema. */
  readonly json: Json | undefined
  /** What is left for JavaScript. */
  readonly validate: Validate | undefined
}

export type Validate = api.StandardSchemaV1['~standard']['validate']

/** The newest draft that libraries write, then the one that all of them do. */
const TARGETS = ['draft-2020-12', 'draft-07'] as const

/** Writing a schema as JSON Schema takes a library far longer than a call takes us, and they never change. */
const written = new WeakMap<object, Json | undefined>()

export const schema: Kind<Schema> = {
  expected: 'a JSON Schema or a Standard Schema (zod, valibot, arktype)',
  read(value, at) {
    const standard = standardOf(value, at)
    if (standard) return readStandard(value as object, standard, at)
    if (value === true) return { json: true, validate: undefined }
    if (typeof value !== 'object' || value === null) throw new ConfigError(at, this.expected, describe(value))
    const copy = json.read(value, at)
    if (Array.isArray(copy)) throw new ConfigError(at, this.expected, 'an array')
    return { json: copy, validate: undefined }
  },
}

interface Standard {
  readonly version?: unknown
  readonly validate?: unknown
  readonly jsonSchema?: { readonly input?: unknown }
}

function standardOf(value: unknown, at: string): Standard | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  try {
    const standard = (value as { '~standard'?: unknown })['~standard']
    return typeof standard === 'object' && standard !== null ? standard : undefined
  } catch {
    throw new ConfigError(at, schema.expected, 'an error thrown while it was read')
  }
}

function readStandard(value: object, standard: Standard, at: string): Schema {
  try {
    const { version, validate } = standard
    if (version !== 1) throw new ConfigError(`${at}["~standard"].version`, '1', describe(version))
    if (typeof validate !== 'function' && validate !== undefined) {
      throw new ConfigError(`${at}["~standard"].validate`, 'a function', describe(validate))
    }
    if (!written.has(value)) written.set(value, write(standard))
    const json = written.get(value)
    if (!validate && json === undefined) throw new ConfigError(`${at}["~standard"].validate`, 'a function', 'nothing')
    return { json, validate: validate && ((answer) => validate.call(standard, answer)) }
  } catch (error) {
    throw error instanceof ConfigError
      ? error
      : new ConfigError(at, schema.expected, 'an error thrown while it was read')
  }
}

/** The form before transforms: that is what a model answers with. Libraries throw for what JSON Schema cannot say. */
function write(standard: Standard): Json | undefined {
  for (const target of TARGETS) {
    try {
      const written = standard.jsonSchema
      if (typeof written?.input === 'function') return json.read(written.input({ target }), 'schema')
    } catch {
      // Then `validate` alone decides.
    }
  }
  return undefined
}
