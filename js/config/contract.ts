// A contract as its author wrote it, made into what crosses to the core and what stays in JavaScript. Shorthands are
// expanded here, so that nothing behind this file knows them.

import type * as api from '../../index.d.ts'
import { ConfigError } from '../errors.ts'
import { type Json, json } from './json.ts'
import * as is from './kind.ts'
import { schema, type Validate } from './schema.ts'
import { join } from './untrusted.ts'

/** One contract, read. Merging is by dimension: a key that is present wins whole, also where its value is `undefined`. */
export interface ContractSettings {
  /** By dimension, as they cross; `undefined` for one that was set back to its default. */
  readonly dimensions: Readonly<Partial<Record<Dimension, object | boolean | undefined>>>
  /** What `$ref` may name. */
  readonly schemas: Readonly<Record<string, Json>>
  /** The part of the schema that runs in JavaScript; belongs to the dimension `schema`. */
  readonly validate: Validate | undefined
  /** Belong to the dimension `checks`. */
  readonly checks: readonly api.Check[]
}

/** The dimensions that the core checks by itself. */
const CROSSING = ['status', 'structure', 'schema', 'completeness', 'latency', 'cost', 'identity', 'integrity'] as const

type Dimension = (typeof CROSSING)[number] | 'checks'

export const NO_CONTRACT: ContractSettings = { dimensions: {}, schemas: {}, validate: undefined, checks: [] }

const FINISH_REASONS = ['stop', 'tool_calls', 'length', 'content_filter', 'refusal', 'pause_turn'] as const
const COMPLETE = ['stop', 'tool_calls'] as const

// biome-ignore format: rows
const FIELDS = {
  status:       is.orFalse(is.object({ maxErrors: is.whole(0, 1_000_000) })),
  structure:    is.orFalse(is.object({ nonEmpty: is.boolean, json: is.boolean })),
  schema:       is.orFalse(schema),
  schemas:      is.map(is.text, json),
  completeness: is.orFalse(is.object({ finishReasons: is.list(is.oneOf(...FINISH_REASONS), 1) })),
  latency:      is.orFalse(is.object({ maxMs: is.milliseconds, maxFirstTokenMs: is.milliseconds, maxIdleMs: is.milliseconds })),
  cost:         is.orFalse(is.object({ maxUsd: is.usd, maxTokens: is.whole(1, 1e12), maxUsdPer1kTokens: is.usd })),
  identity:     is.either([true, false], is.object({ allow: is.list(is.text) })),
  integrity:    is.orFalse(is.object({ health: is.orFalse(is.oneOf('hard', 'soft')) })),
  checks:       is.orFalse(is.list(is.callable<api.Check>('a function (answer) => true or the reason why it fails'))),

  maxLatencyMs:            is.milliseconds,
  requireCompleteResponse: is.boolean,
  verifyIdentity:          is.boolean,
  costBudgetTokens:        is.whole(1, 1e12),
} satisfies is.Fields

const contract = is.object(FIELDS, 'a contract')

/** Off means: nothing is asked. The others have defaults that only a `false` in the contract silences. */
const OFF_UNLESS_SET: ReadonlySet<string> = new Set(['latency', 'cost', 'checks'])
/** Every answer must meet them: `false` returns to the defaults. */
const ALWAYS_ON: ReadonlySet<string> = new Set(['status', 'completeness'])

export function readContract(value: unknown, at: string): ContractSettings {
  const given = expand(contract.read(value, at), at)
  const { schema, schemas, checks, ...rest } = given
  const dimensions: Record<string, object | boolean | undefined> = {}
  for (const [name, asked] of Object.entries(rest)) {
    dimensions[name] = asked === false && (OFF_UNLESS_SET.has(name) || ALWAYS_ON.has(name)) ? undefined : asked
  }
  if (schema !== undefined) dimensions.schema = schema === false ? false : (schema.json as object | boolean | undefined)
  if (checks !== undefined) dimensions.checks = undefined
  return { dimensions, schemas: schemas ?? {}, validate: schema ? schema.validate : undefined, checks: checks || [] }
}

/** `over` on top of `base`: what it says of a dimension counts alone. */
export function mergeContracts(base: ContractSettings, over: ContractSettings): ContractSettings {
  return {
    dimensions: { ...base.dimensions, ...over.dimensions },
    schemas: { ...base.schemas, ...over.schemas },
    validate: 'schema' in over.dimensions ? over.validate : base.validate,
    checks: 'checks' in over.dimensions ? over.checks : base.checks,
  }
}

/** What the core compiles. Dimensions stand in one order, so that equal contracts give equal text and compile once. */
export function contractJson(contract: ContractSettings): string {
  return JSON.stringify(crossing(contract))
}

export function crossing({ dimensions, schemas, validate, checks }: ContractSettings): object {
  return {
    ...Object.fromEntries(CROSSING.map((name) => [name, dimensions[name]])),
    ...(Object.keys(schemas).length > 0 && { schemas }),
    ...((validate || checks.length > 0) && { checks: true }),
  }
}

type Given = is.Read<typeof contract>

/** Each shorthand stands for one field; to say both is a contradiction waiting to happen. */
function expand(
  given: Given,
  at: string,
): Omit<Given, 'maxLatencyMs' | 'requireCompleteResponse' | 'verifyIdentity' | 'costBudgetTokens'> {
  const { maxLatencyMs, requireCompleteResponse, verifyIdentity, costBudgetTokens, ...rest } = given
  const once = (shorthand: string, long: string, clash: boolean) => {
    if (clash) throw new ConfigError(join(at, shorthand), `${shorthand} or ${long}`, 'both')
  }
  if (maxLatencyMs !== undefined) {
    once('maxLatencyMs', 'latency.maxMs', rest.latency === false || rest.latency?.maxMs !== undefined)
    rest.latency = { ...rest.latency, maxMs: maxLatencyMs }
  }
  if (costBudgetTokens !== undefined) {
    once('costBudgetTokens', 'cost.maxTokens', rest.cost === false || rest.cost?.maxTokens !== undefined)
    rest.cost = { ...rest.cost, maxTokens: costBudgetTokens }
  }
  if (requireCompleteResponse !== undefined) {
    once('requireCompleteResponse', 'completeness', rest.completeness !== undefined)
    rest.completeness = requireCompleteResponse && { finishReasons: [...COMPLETE] }
  }
  if (verifyIdentity !== undefined) {
    once('verifyIdentity', 'identity', rest.identity !== undefined)
    rest.identity = verifyIdentity
  }
  return rest
}
