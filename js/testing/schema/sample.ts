/**
 * Made-up data that satisfies a schema. The same schema always gives the same data. Every declared property
 * is filled in, because structured outputs usually require them all; a schema that refers to itself is
 * followed once more and then left out where it may be.
 *
 * It covers what response schemas and tool parameters use; `not`, `if`, `dependentSchemas`, `patternProperties`
 * and `unevaluated*` are ignored, so give such requests an `answer` of your own.
 */
import type { JsonValue } from '../../../testing.d.ts'
import { matching } from './pattern.ts'
import { type Schema, type SchemaObject, typesOf } from './types.ts'

export function sample(schema: Schema): JsonValue {
  return make(schema, { root: schema, depth: 0, index: 0 })
}

/** `index` makes the elements of an array differ from one another. */
type Place = { readonly root: Schema; readonly depth: number; readonly index: number }

/** Beyond it, what is optional is left out. */
const FULL_DEPTH = 6
/** Beyond it even what is required: such a schema has no finite instance at all. */
const GREATEST_DEPTH = 48

function make(schema: Schema, place: Place): JsonValue {
  if (typeof schema === 'boolean' || place.depth > GREATEST_DEPTH) return null
  const flat = flatten(schema, place.root, place.depth)
  if (flat.const !== undefined) return flat.const
  if (flat.enum !== undefined) return flat.enum[place.index % flat.enum.length] ?? null
  switch (kind(flat)) {
    case 'object':
      return object(flat, place)
    case 'array':
      return array(flat, place)
    case 'string':
      return string(flat, place.index)
    case 'integer':
      return number(flat, 1, place.index)
    case 'number':
      return number(flat, 0, place.index)
    case 'boolean':
      return place.index % 2 === 0
    default:
      return null
  }
}

/**
 * One schema instead of references and combinations: `$ref` resolved, `allOf` merged, and of `anyOf` and
 * `oneOf` the first choice, or, deep down, the first that is a leaf.
 */
export function flatten(schema: SchemaObject, root: Schema, depth = 0): SchemaObject {
  let { $ref, allOf, anyOf, oneOf, ...flat } = schema as SchemaObject & Record<string, unknown>
  const parts: Schema[] = [...(allOf ?? [])]
  if ($ref !== undefined) parts.push(resolve($ref, root))
  for (const options of [anyOf, oneOf]) {
    const choice = (depth > FULL_DEPTH ? options?.find((option) => isLeaf(option)) : undefined) ?? options?.[0]
    if (choice !== undefined) parts.push(choice)
  }
  if (depth > GREATEST_DEPTH) return flat
  for (const part of parts) {
    if (typeof part !== 'boolean') flat = merge(flat, flatten(part, root, depth + 1))
  }
  return flat
}

function merge(left: SchemaObject, right: SchemaObject): SchemaObject {
  return {
    ...left,
    ...right,
    ...(left.properties && right.properties && { properties: { ...left.properties, ...right.properties } }),
    ...(left.required && right.required && { required: [...new Set([...left.required, ...right.required])] }),
    ...(left.minimum !== undefined &&
      right.minimum !== undefined && { minimum: Math.max(left.minimum, right.minimum) }),
    ...(left.maximum !== undefined &&
      right.maximum !== undefined && { maximum: Math.min(left.maximum, right.maximum) }),
  }
}

/** A local pointer, `#/$defs/Name`; anything remote is left open. */
function resolve(reference: string, root: Schema): Schema {
  let place: unknown = root
  for (const step of reference.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
    place = (place as Record<string, unknown> | undefined)?.[key]
  }
  return (reference.startsWith('#') ? (place as Schema | undefined) : undefined) ?? true
}

function isLeaf(schema: Schema): boolean {
  if (typeof schema === 'boolean') return true
  const types = typesOf(schema)
  return (
    schema.const !== undefined ||
    schema.enum !== undefined ||
    (types.length > 0 && !types.some((type) => type === 'object' || type === 'array'))
  )
}

function kind(schema: SchemaObject): string {
  const named = typesOf(schema)
  if (named.length > 0) return named.find((type) => type !== 'null') ?? 'null'
  if (schema.properties !== undefined || schema.required !== undefined) return 'object'
  if (schema.items !== undefined || schema.prefixItems !== undefined) return 'array'
  if (schema.minimum !== undefined || schema.maximum !== undefined || schema.multipleOf !== undefined) return 'number'
  return 'string'
}

function object(schema: SchemaObject, { root, depth }: Place): JsonValue {
  const required = new Set(schema.required ?? [])
  const made: Record<string, JsonValue> = {}
  const put = (key: string, value: JsonValue) =>
    Object.defineProperty(made, key, { value, enumerable: true, writable: true, configurable: true })

  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (property !== false && (required.has(key) || depth < FULL_DEPTH))
      put(key, make(property, { root, depth: depth + 1, index: 0 }))
  }
  const rest = schema.additionalProperties ?? true
  for (const key of required) if (!Object.hasOwn(made, key)) put(key, make(rest, { root, depth: depth + 1, index: 0 }))
  for (let index = 0; Object.keys(made).length < (schema.minProperties ?? 0); index += 1) {
    put(`key${index}`, make(rest, { root, depth: depth + 1, index }))
  }
  return made
}

function array(schema: SchemaObject, { root, depth }: Place): JsonValue {
  const tuple = schema.prefixItems ?? (Array.isArray(schema.items) ? (schema.items as readonly Schema[]) : [])
  const rest = Array.isArray(schema.items) ? true : ((schema.items as Schema | undefined) ?? schema.contains ?? true)
  const usual = depth < FULL_DEPTH && rest !== false ? Math.max(1, tuple.length) : 0
  const length = Math.min(Math.max(schema.minItems ?? 0, usual), schema.maxItems ?? Number.POSITIVE_INFINITY)
  const contained = schema.contains !== undefined && schema.items !== undefined ? schema.contains : undefined
  return Array.from({ length }, (_, index) =>
    make(tuple[index] ?? (index === tuple.length ? contained : undefined) ?? rest, { root, depth: depth + 1, index }),
  )
}

/** An instance of each format that JSON Schema names. */
const FORMATS: Record<string, string> = {
  'date-time': '2025-01-02T03:04:05Z',
  date: '2025-01-02',
  time: '03:04:05Z',
  duration: 'P1DT2H',
  email: 'someone@example.com',
  'idn-email': 'someone@example.com',
  hostname: 'example.com',
  'idn-hostname': 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  'uri-reference': '/example',
  iri: 'https://example.com/',
  'iri-reference': '/example',
  'uri-template': '/example/{id}',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
  'json-pointer': '/a/0',
  'relative-json-pointer': '1/a',
  regex: '^a+$',
}

function string(schema: SchemaObject, index: number): string {
  const least = schema.minLength ?? 0
  if (schema.pattern !== undefined) return matching(schema.pattern, least)
  const known = schema.format === undefined ? undefined : FORMATS[schema.format]
  if (known !== undefined) return known
  const text = index === 0 ? 'text' : `text ${index + 1}`
  return text.padEnd(least, '.').slice(0, schema.maxLength ?? Number.POSITIVE_INFINITY)
}

function number(schema: SchemaObject, whole: 0 | 1, index: number): number {
  const step = schema.multipleOf ?? (whole === 1 ? 1 : 0)
  const exclusiveLow =
    typeof schema.exclusiveMinimum === 'number'
      ? schema.exclusiveMinimum
      : schema.exclusiveMinimum === true
        ? schema.minimum
        : undefined
  const exclusiveHigh =
    typeof schema.exclusiveMaximum === 'number'
      ? schema.exclusiveMaximum
      : schema.exclusiveMaximum === true
        ? schema.maximum
        : undefined
  const low = Math.max(schema.minimum ?? Number.NEGATIVE_INFINITY, exclusiveLow ?? Number.NEGATIVE_INFINITY)
  const high = Math.min(schema.maximum ?? Number.POSITIVE_INFINITY, exclusiveHigh ?? Number.POSITIVE_INFINITY)
  const inside = (value: number) => value >= low && value <= high && value !== exclusiveLow && value !== exclusiveHigh

  const grain = step > 0 ? step : 0.5
  const from = low > 1 || high < 1 ? (Number.isFinite(low) ? low : high) : 1
  // The nearest few multiples above and below the starting point; what lies between two bounds, else.
  for (const offset of [index, 0, 1, -1, 2]) {
    const value = (Math.ceil(from / grain) + offset) * grain
    if (inside(value)) return Number(value.toPrecision(15))
  }
  return step > 0 ? Math.floor(high / step) * step : (low + high) / 2
}
