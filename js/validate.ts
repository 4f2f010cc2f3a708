// `engine.validate` and `engine.classify`: the checks and the table of faults without a call. Synchronous, no network.

import type * as api from '../index.d.ts'
import { parsed, textOf, told, verdictOf } from './checks.ts'
import { contractJson, contractOf, mergeContracts } from './config.ts'
import type { Core, Layer } from './core.ts'
import { ConfigError, fromThrown } from './errors.ts'

export function validate(core: Core, layer: Layer, input: api.ValidateInput, given: unknown): api.Validation {
  const over = given === undefined ? undefined : contractOf(core.settings).read(given, 'contract')
  const contract = over === undefined ? layer.contract.settings : mergeContracts(layer.contract.settings, over)
  const { facts, request, body } = read(input)
  let verdict: api.Validation
  try {
    verdict = JSON.parse(core.addon.validate(JSON.stringify(facts), request, body, contractJson(contract)))
  } catch (error) {
    throw fromThrown(error)
  }
  const { validate, checks } = contract
  if (verdict.passed && (validate || checks.length > 0)) ours(verdict, contract, body, facts.content === true)
  return verdict
}

export function classify(core: Core, input: api.ClassifyInput): api.Fault | null {
  const { host, status, headers, body } = object(input, 'input')
  if (!Number.isInteger(status)) throw new ConfigError('input.status', 'an HTTP status', typeof status)
  const facts = { host, status, headers: plain(headers) }
  return JSON.parse(
    core.addon.classify(JSON.stringify(facts), body === undefined || body === null ? '' : content(body)),
  )
}

interface Exchange {
  /** What the core is told beside the texts; `content`: the body is bare content, no answer around it. */
  readonly facts: Readonly<Record<string, unknown>>
  readonly request: string | null
  readonly body: string | Uint8Array
}

function read(input: api.ValidateInput): Exchange {
  if (typeof input === 'string' || input instanceof Uint8Array) {
    return { facts: { content: true }, request: null, body: input }
  }
  const { request, status, headers, body, latencyMs, dialect } = object(input, 'input')
  if (body === undefined || body === null) throw new ConfigError('input.body', 'the answer', String(body))
  return {
    facts: { dialect, status, headers: plain(headers), latencyMs },
    request: request === undefined || request === null ? null : text(request),
    body: content(body),
  }
}

/** What only JavaScript can run, as far as it answers at once. */
function ours(
  verdict: api.Validation,
  {
    validate,
    checks,
  }: { validate: api.StandardSchemaV1['~standard']['validate'] | undefined; checks: readonly api.Check[] },
  body: string | Uint8Array,
  bare: boolean,
): void {
  const whole = typeof body === 'string' ? body : Buffer.from(body).toString()
  const response = (
    bare ? { choices: [{ index: 0, message: { role: 'assistant', content: whole } }] } : parsed(whole)
  ) as api.ChatCompletion
  const answerText = textOf(response)
  let data = parsed(answerText)
  if (validate) {
    const result = attempt(() => validate(data))
    if (result === ASYNC) note(verdict, 'schema', 'skip', 'validates asynchronously, which only a call can wait for')
    else if (result === THREW) return note(verdict, 'schema', 'fail', 'validate threw')
    else if (result.issues) return note(verdict, 'schema', 'fail', result.issues.map(told).join('; '))
    else {
      data = result.value
      note(verdict, 'schema', 'pass')
    }
  }
  const reasons: string[] = []
  let skipped = 0
  checks.forEach((check, index) => {
    const said = attempt(() => check({ text: answerText, data, response }))
    if (said === ASYNC) skipped++
    else
      reasons.push(
        ...[said === THREW ? `checks[${index}] threw` : verdictOf(said, index)].filter((it) => it !== undefined),
      )
  })
  if (reasons.length > 0) note(verdict, 'checks', 'fail', reasons.join('; '))
  else if (skipped > 0)
    note(verdict, 'checks', 'skip', `${skipped} answered with a promise, which only a call can wait for`)
  else if (checks.length > 0) note(verdict, 'checks', 'pass')
}

const ASYNC = Symbol('answered with a promise')
const THREW = Symbol('threw')

function attempt<T>(run: () => T | Promise<T>): T | typeof ASYNC | typeof THREW {
  try {
    const result = run()
    if (!(result instanceof Promise)) return result
    result.catch(() => {})
    return ASYNC
  } catch {
    return THREW
  }
}

function note(
  verdict: api.Validation,
  name: api.DimensionName,
  result: api.DimensionResult['result'],
  reason?: string,
): void {
  verdict.dimensions[name] = reason === undefined ? { result } : { result, reason: reason.slice(0, 2000) }
  if (result !== 'fail') return
  verdict.passed = false
  verdict.fault ??= {
    class: 'contract',
    name: name === 'schema' ? 'schema_violation' : 'check_failed',
    blame: 'provider',
    retryable: false,
  }
}

function object<T extends object>(value: T, at: string): T {
  if (typeof value === 'object' && value !== null) return value
  throw new ConfigError(at, 'text, bytes or an object', value === null ? 'null' : typeof value)
}

function content(body: string | Uint8Array | object): string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array ? body : text(body)
}

function text(value: string | object): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value)
  } catch {
    throw new ConfigError('input', 'what JSON can hold', 'a cycle or a BigInt')
  }
}

function plain(headers: api.HeadersLike | undefined): Record<string, string> | undefined {
  if (headers === undefined) return undefined
  try {
    return Object.fromEntries(new Headers(headers as ConstructorParameters<typeof Headers>[0]))
  } catch {
    throw new ConfigError('input.headers', 'headers', 'what is not legal in HTTP')
  }
}
