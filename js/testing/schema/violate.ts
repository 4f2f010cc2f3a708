/** Valid JSON that breaks a schema, and breaks it in one place only, so that a message can be told right or wrong. */
import type { JsonValue } from '../../../testing.d.ts'
import { flatten, sample } from './sample.ts'
import { type Schema, typesOf } from './types.ts'

export type Violation = 'type' | 'missing' | 'extra'

export function violate(schema: Schema, how: Violation): JsonValue {
  if (typeof schema === 'boolean') return sample(schema)
  const good = sample(schema)
  if (good === null || typeof good !== 'object' || Array.isArray(good)) return ofAnotherType(schema, schema)
  const flat = flatten(schema, schema)
  const made: Record<string, JsonValue> = { ...(good as Record<string, JsonValue>) }

  if (how === 'extra' && flat.additionalProperties === false) return { ...made, unexpected_key: true }
  const [required] = flat.required ?? []
  if (how === 'missing' && required !== undefined) {
    delete made[required]
    return made
  }
  for (const [key, property] of Object.entries(flat.properties ?? {})) {
    const wrong = ofAnotherType(property, schema)
    if (JSON.stringify(wrong) !== JSON.stringify(made[key])) return { ...made, [key]: wrong }
  }
  // An object of which nothing is known: an array is no object.
  return ['not', 'an', 'object']
}

/** A value that the schema does not take, or the good one where it takes everything. */
function ofAnotherType(schema: Schema, root: Schema): JsonValue {
  if (typeof schema === 'boolean') return sample(schema)
  const allowed = new Set(acceptedTypes(schema, root, 0))
  const candidates: [string, JsonValue][] = [
    ['object', { wrong: 'type' }],
    ['boolean', true],
    ['string', 'wrong type'],
    ['number', 0.5],
    ['null', null],
  ]
  return (
    candidates.find(
      ([type]) => allowed.size > 0 && !allowed.has(type) && !(type === 'number' && allowed.has('integer')),
    )?.[1] ?? sample(schema)
  )
}

/** Every type that any branch accepts; empty where some branch accepts all. */
function acceptedTypes(schema: Schema, root: Schema, depth: number): string[] {
  if (typeof schema === 'boolean' || depth > 16) return []
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined) {
    const types = options.map((option) => acceptedTypes(option, root, depth + 1))
    return types.some((accepted) => accepted.length === 0) ? [] : types.flat()
  }
  const flat = flatten(schema, root)
  const named = typesOf(flat)
  if (named.length > 0) return named
  const values = flat.const !== undefined ? [flat.const] : (flat.enum ?? [])
  return values.map((value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value))
}
