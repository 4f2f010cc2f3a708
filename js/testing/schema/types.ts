/** JSON Schema as far as made-up data needs it; Gemini's spelling of types in capitals included. */
import type { JsonValue } from '../../../testing.d.ts'

export type Schema = boolean | SchemaObject

export type SchemaObject = {
  readonly $ref?: string
  readonly $defs?: Record<string, Schema>
  readonly definitions?: Record<string, Schema>
  readonly type?: string | readonly string[]
  readonly nullable?: boolean
  readonly const?: JsonValue
  readonly enum?: readonly JsonValue[]
  readonly allOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema
  readonly minProperties?: number
  readonly prefixItems?: readonly Schema[]
  readonly items?: Schema | readonly Schema[]
  readonly contains?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number | boolean
  readonly exclusiveMaximum?: number | boolean
  readonly multipleOf?: number
}

/** The types that a schema names itself, in lower case; empty where it names none. */
export function typesOf(schema: SchemaObject): string[] {
  const named = schema.type === undefined ? [] : [schema.type].flat()
  const types = named.map((type) => type.toLowerCase())
  return schema.nullable === true && types.length > 0 ? [...types, 'null'] : types
}
