// The door for every SDK: a fetch whose calls to language models go through the core. It takes what fetch takes, gives
// what fetch gives, and rejects only when the caller aborts: SDKs retry whatever else a fetch throws, and one owner of
// retries is enough.

import type { AsyncResource } from 'node:async_hooks'
import type { Answers } from './asks.ts'
import { type Call, PATIENT } from './calls.ts'
import { type Core, crossing, type Layer } from './core.ts'
import { AbortedError, ConfigError, type CorrectoverError } from './errors.ts'
import { Delivery } from './registry.ts'
import { type Asked, type ModelRequest, modelUrl, read, wantsStream, withoutOurs } from './request.ts'
import { LazyResponse } from './response.ts'
import type { StreamedBody } from './stream.ts'
import { type Choice, choose } from './transport.ts'
import { Upstream } from './upstream.ts'

type Fetch = typeof globalThis.fetch

/** What a wrapped client brings to its door. */
export interface Client {
  /** Its own fetch, if it has one; else the global one of the moment. */
  readonly fetch: Fetch | undefined
  /** Its timeout in milliseconds, asked for at each call: it may be changed. */
  readonly timeout: () => unknown
}

/** So much earlier than its client we give up: the refusal has to reach it before its own timer rings. */
const HEAD_START_MS = 100

/** The longest time that a timer of JavaScript holds, 24 days. */
const MAX_TIMER_MS = 0x7fff_ffff

interface Deadline {
  readonly ms: number
  /** It is the client's own timeout, which ends with the head of a stream. */
  readonly patient: boolean
}

/** Our own fetches, to know them when a client that has one is wrapped again. */
const doors = new WeakMap<Fetch, { readonly layer: Layer; readonly client: Client | undefined }>()
export const doorOf = (fetch: Fetch) => doors.get(fetch)

export function createFetch(core: Core, layer: Layer, client?: Client): Fetch {
  const door = new Door(core, layer, client)
  const fetch = (input: string | URL | Request, init?: RequestInit) => door.fetch(input, init)
  // openai-node looks for it to tell the files of this fetch from others.
  Object.defineProperty(fetch, 'Response', { get: () => globalThis.Response, enumerable: true })
  doors.set(fetch, { layer, client })
  return fetch
}

class Door {
  readonly #core: Core
  readonly #layer: Layer
  readonly #client: Client | undefined
  readonly #forced = process.env.CORRECTOVER_TRANSPORT
  #last: Choice | undefined

  constructor(core: Core, layer: Layer, client: Client | undefined) {
    this.#core = core
    this.#layer = layer
    this.#client = client
  }

  fetch(input: string | URL | Request, init: RequestInit | undefined): Promise<Response> {
    let url: string | null = null
    let request: ModelRequest | Promise<ModelRequest> | undefined
    try {
      url = modelUrl(input, init)
      request = url === null ? undefined : read(url, input, init)
    } catch {
      // Whatever is wrong with it, fetch itself says best.
    }
    if (url === null || request === undefined) return this.#transport()(input, withoutOurs(init))
    const { closed, calls } = this.#core
    if (closed) return Promise.resolve(refusal(url, new AbortedError('the engine was closed')))
    if (!(request instanceof Promise)) return this.#begin(request, init)
    return calls.preparing(request).then((request) => this.#begin(request, init))
  }

  #begin(request: ModelRequest, init: RequestInit | undefined): Promise<Response> {
    const { url, headers, body, signal, asked } = request
    const core = this.#core
    let layer: Layer
    try {
      layer = this.#lay(asked)
    } catch (error) {
      if (ConfigError.isInstance(error)) return Promise.resolve(refusal(url, error))
      throw error
    }
    const { contract } = layer
    const deadline = this.#deadline(layer, asked)
    const fetches = this.#choose(init).transport === 'fetch'
    const upstream = fetches ? new Upstream(this.#transport(), init, core.settings.mode) : undefined
    if (upstream !== undefined && wantsStream(body)) return upstream.pass(request)
    const answers = core.answers(contract, upstream)
    const context = core.context(answers !== undefined)
    return new Promise((resolve, reject) => {
      core.calls.begin(new FetchCall(core, url, signal, context, answers, resolve, reject), {
        flags: core.flags(fetches) | (deadline.patient ? PATIENT : 0),
        url,
        headers,
        body,
        contract: contract.handle,
        deadlineMs: deadline.ms,
        options: crossing(layer, undefined),
      })
    })
  }

  /** What the caller's surroundings and headers ask for. */
  #lay(asked: Asked): Layer {
    const { contracts, providers } = this.#core.settings
    const layer = this.#core.here(this.#layer)
    const { contract: name, route, deadlineMs } = asked
    if (name === undefined && route === undefined && deadlineMs === undefined) return layer
    const contract = name === undefined ? undefined : contracts.get(name)
    if (name !== undefined && contract === undefined) throw unknown('contract', [...contracts.keys()])
    if (route !== undefined && !providers.includes(route)) throw unknown('route', providers)
    if (deadlineMs !== undefined && !(deadlineMs > 0 && deadlineMs <= MAX_TIMER_MS)) {
      throw new ConfigError(
        'x-correctover-deadline-ms',
        'milliseconds, more than 0 and at most 2147483647',
        'another text',
      )
    }
    return this.#core.lay(
      layer,
      {
        ...(contract && { contract }),
        ...(route !== undefined && { route }),
        ...(deadlineMs !== undefined && { deadlineMs: Math.ceil(deadlineMs) }),
      },
      'x-correctover-contract',
    )
  }

  /** `ms` 0: the core's own default. */
  #deadline({ deadlineMs = this.#core.settings.deadlineMs }: Layer, { timeoutSeconds }: Asked): Deadline {
    // Who only observes ends nothing.
    if (this.#core.settings.mode === 'observe') return { ms: MAX_TIMER_MS, patient: true }
    const patience = this.#patience(timeoutSeconds)
    if (patience === undefined) return { ms: deadlineMs ?? 0, patient: false }
    const earlier = Math.max(patience - HEAD_START_MS, patience / 2)
    return { ms: Math.min(earlier, deadlineMs ?? earlier), patient: deadlineMs === undefined }
  }

  /** How long the client itself will wait. Its header tells whole seconds only; the client may know better. */
  #patience(seconds: number | undefined): number | undefined {
    const timeout = this.#client?.timeout()
    const own = typeof timeout === 'number' && timeout > 0 && timeout <= MAX_TIMER_MS ? timeout : undefined
    if (seconds === undefined || !(seconds >= 0 && seconds <= MAX_TIMER_MS / 1000)) return own
    if (own !== undefined && Math.trunc(own / 1000) === seconds) return own
    // Less than a second, cut off to none: nothing is known but that it is short.
    return seconds === 0 ? 1000 : seconds * 1000
  }

  #choose(init: RequestInit | undefined): Choice {
    const choice = choose(
      { configured: this.#core.settings.transport !== 'native', ownFetch: this.#client?.fetch !== undefined, init },
      this.#forced,
    )
    if (choice !== this.#last) {
      this.#last = choice
      this.#core.listeners.tell('transport', choice)
    }
    return choice
  }

  /** For attempts of the core, and for what passes through. The client's own comes first: it knows what the client needs. */
  #transport(): Fetch {
    const { transport } = this.#core.settings
    return this.#client?.fetch ?? (transport === 'native' ? globalThis.fetch : transport)
  }
}

class FetchCall implements Call {
  readonly signal: AbortSignal | undefined
  readonly context: AsyncResource | undefined
  readonly answers: Answers | undefined
  readonly #core: Core
  readonly #url: string
  readonly #resolve: (response: Response) => void
  readonly #reject: (reason: unknown) => void

  constructor(
    core: Core,
    url: string,
    signal: AbortSignal | undefined,
    context: AsyncResource | undefined,
    answers: Answers | undefined,
    resolve: (response: Response) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#core = core
    this.#url = url
    this.signal = signal
    this.context = context
    this.answers = answers
    this.#resolve = resolve
    this.#reject = reject
  }

  done(status: number, headers: string, body: string | Uint8Array<ArrayBuffer>, report: string): void {
    // Observed, and there was no answer: what a fetch throws, so that the SDK does what it always does.
    if (status === 0) return this.#reject(this.answers?.upstream?.thrown ?? unreachable(body))
    this.#deliver(status, headers, body, new Delivery(this.#core.registry, report))
  }

  head(status: number, headers: string, body: StreamedBody, report: string): Delivery {
    const delivery = new Delivery(this.#core.registry, report)
    if (this.signal) this.#core.registry.addSignal(this.signal, delivery)
    this.#deliver(status, headers, body.stream, delivery)
    return delivery
  }

  #deliver(
    status: number,
    headers: string,
    body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
    delivery: Delivery,
  ): void {
    const response = new LazyResponse({ status, headers, url: this.#url, signal: this.signal, origin: delivery }, body)
    const requestId = response.headers.get('x-request-id')
    if (requestId !== null) this.#core.registry.addRequestId(requestId, delivery)
    this.#resolve(response)
  }

  fail(error: unknown): void {
    this.#reject(error)
  }

  aborted(reason: unknown): void {
    this.#reject(reason)
  }
}

function unreachable(body: string | Uint8Array<ArrayBuffer>): TypeError {
  const text = typeof body === 'string' ? body : Buffer.from(body).toString()
  return new TypeError('fetch failed', { cause: new Error(JSON.parse(text).error.message) })
}

/** Names are shown only where they are ours. */
function unknown(what: string, known: readonly string[]): ConfigError {
  return new ConfigError(
    `x-correctover-${what}`,
    known.length > 0 ? `one of ${known.join(', ')}` : 'none',
    'another name',
  )
}

/** A call that never reaches the core, refused in the shape that its SDK reads: its own error class, exactly once. */
function refusal(url: string, { message, code, status }: CorrectoverError): Response {
  const error = { message, type: 'correctover_error', param: null, code }
  const headers = 'content-type\napplication/json\nx-should-retry\nfalse'
  return new LazyResponse({ status, headers, url, signal: undefined, origin: undefined }, JSON.stringify({ error }))
}
