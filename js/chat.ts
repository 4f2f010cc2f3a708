// `engine.chat`: the door without an SDK. The answer is parsed once; what cannot be verified is a typed error.

import type { AsyncResource } from 'node:async_hooks'
import type * as api from '../index.d.ts'
import type { Answers } from './asks.ts'
import { type Call, CHAT } from './calls.ts'
import { parse, parsed, textOf } from './checks.ts'
import type { CallSettings } from './config.ts'
import { type Core, crossing, type Layer } from './core.ts'
import { AbortedError, ConfigError, fromReport, type Refused } from './errors.ts'
import { Upstream } from './upstream.ts'

export function chat(core: Core, base: Layer, input: unknown, given: unknown): Promise<api.ChatResult> {
  return new Promise((resolve, reject) => {
    const options: CallSettings = core.options.call(given)
    const { body, wantsJson } = read(input)
    if (core.closed) throw new AbortedError('the engine was closed')
    const layer = core.lay(core.here(base), options, 'options.contract')
    const { contract } = layer
    const { settings, calls } = core
    const fetch = settings.transport === 'native' ? undefined : settings.transport
    const answers = core.answers(contract, fetch && new Upstream(fetch, undefined, settings.mode))
    const context = core.context(answers !== undefined)
    const { schema, structure } = contract.settings.dimensions
    const json = schema === false ? false : schema !== undefined || wantsJson || asksForJson(structure)
    calls.begin(new ChatCall(options.signal, context, answers, json, resolve, reject), {
      flags: CHAT | core.flags(fetch !== undefined),
      url: '',
      headers: '',
      body,
      contract: contract.handle,
      deadlineMs: layer.deadlineMs ?? 0,
      options: crossing(layer, options.idempotencyKey),
    })
  })
}

class ChatCall implements Call {
  readonly signal: AbortSignal | undefined
  readonly context: AsyncResource | undefined
  readonly answers: Answers | undefined
  readonly #json: boolean
  readonly #resolve: (result: api.ChatResult) => void
  readonly #reject: (error: unknown) => void

  constructor(
    signal: AbortSignal | undefined,
    context: AsyncResource | undefined,
    answers: Answers | undefined,
    json: boolean,
    resolve: (result: api.ChatResult) => void,
    reject: (error: unknown) => void,
  ) {
    this.signal = signal
    this.context = context
    this.answers = answers
    this.#json = json
    this.#resolve = resolve
    this.#reject = reject
  }

  done(_status: number, _headers: string, body: string | Uint8Array, report: string, refused: boolean): void {
    if (refused) return this.#reject(fromReport(JSON.parse(report) as Refused))
    this.#resolve(result(body, report, this.answers?.output, this.#json))
  }

  head(): never {
    throw new Error('an answer to chat came as a stream')
  }

  fail(error: unknown): void {
    this.#reject(error)
  }

  aborted(reason: unknown): void {
    this.#reject(new AbortedError('the caller aborted the call', { cause: reason }))
  }
}

/** Data and report are parsed when they are looked at; many callers never do. */
function result(body: string | Uint8Array, report: string, output: Answers['output'], json: boolean): api.ChatResult {
  const response = parse(typeof body === 'string' ? body : Buffer.from(body).toString()) as api.ChatCompletion
  const text = textOf(response)
  let data = output
  let known: api.Report | undefined
  return {
    text,
    get data() {
      data ??= { value: json ? parsed(text) : undefined }
      return data.value
    },
    response,
    get report() {
      known ??= JSON.parse(report) as api.Report
      return known
    },
  }
}

interface Read {
  /** As it crosses to the core. */
  readonly body: string
  readonly wantsJson: boolean
}

function read(input: unknown): Read {
  if (typeof input === 'string') {
    return { body: JSON.stringify({ messages: [{ role: 'user', content: input }] }), wantsJson: false }
  }
  const { messages, stream, response_format } = (input ?? {}) as Partial<api.ChatRequest>
  if (typeof input !== 'object' || !Array.isArray(messages)) {
    throw new ConfigError('input', 'a prompt, or an object with `messages`', kindOf(input))
  }
  if (stream)
    throw new ConfigError('input.stream', 'false: chat answers whole; streams come through `fetch` or `wrap`', 'true')
  return { body: written(input), wantsJson: response_format?.type?.startsWith('json') === true }
}

function written(input: object | null): string {
  try {
    return JSON.stringify(input)
  } catch {
    throw new ConfigError('input', 'a request that JSON can hold', 'a cycle or a BigInt')
  }
}

function asksForJson(structure: unknown): boolean {
  return typeof structure === 'object' && (structure as { json?: boolean }).json === true
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' ? 'an object without them' : `a ${typeof value}`
}
