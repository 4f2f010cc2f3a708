/**
 * One request and the ways of answering it. It knows what a good answer is, how the request's dialect spells
 * it, and how to put bytes on the connection without waiting for a client that has gone.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, AnswerOptions, ProviderOptions, RecordedRequest } from '../../testing.d.ts'
import { dialectOf, dialects } from './dialects/index.ts'
import { platformAnswer } from './dialects/platform.ts'
import { Step } from './fault.ts'
import { type Asked, type DialectAdapter, goodReply, type Problem, type Reply, type ServerEvent } from './reply.ts'

/** The record that tests see, while it is being written. */
export class Recording implements RecordedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly at = performance.now()
  body = ''
  answeredAt: number | undefined
  closedAt: number | undefined
  #json: { readonly value: unknown } | undefined

  constructor(request: IncomingMessage) {
    this.method = request.method ?? ''
    this.path = request.url ?? ''
    this.headers = request.headers
  }

  // biome-ignore lint/suspicious/noExplicitAny: as in testing.d.ts
  get json(): any {
    if (this.body === '') return undefined
    this.#json ??= { value: parsed(this.body) }
    return this.#json.value
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An answer ready for the wire. A stream has one part for each event. */
export type Spelled = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly parts: readonly (string | Uint8Array)[]
  readonly streams: boolean
}

/** What the exchange needs of its provider. */
export type Setting = {
  readonly options: ProviderOptions
  /** A second origin, started when the first redirect asks for it. */
  elsewhere(): Promise<string>
}

export class Exchange {
  readonly request: Recording
  readonly response: ServerResponse
  readonly setting: Setting
  readonly dialect: DialectAdapter
  /** Aborted when the connection is gone. */
  readonly gone = new AbortController()
  readonly #isModelCall: boolean
  #asked: Asked | undefined

  constructor(request: Recording, response: ServerResponse, setting: Setting) {
    this.request = request
    this.response = response
    this.setting = setting
    const spoken = dialectOf(request.path.replace(/\?.*$/s, ''))
    this.#isModelCall = spoken !== undefined && request.method === 'POST'
    this.dialect = spoken ?? dialects[setting.options.dialect ?? 'openai']
  }

  get socket(): Socket | null {
    return this.response.socket
  }

  /** What is asked for; of a body that is no model call, nothing but the name of a model. */
  get asked(): Asked {
    const body = this.request.json
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
    this.#asked ??= this.dialect.read(isObject ? body : {}, this.request.path.replace(/\?.*$/s, ''))
    return this.#asked
  }

  // === What a good answer is ===

  /** The provider's good answer; a fault that the user's function returns is for the caller to play. */
  async answer(): Promise<Answer | undefined> {
    const { answer } = this.setting.options
    return typeof answer === 'function' ? await answer(this.request) : answer
  }

  async reply(given?: AnswerOptions): Promise<Reply> {
    const { options } = this.setting
    const answer = given === undefined || !saysSomething(given) ? optionsOf(await this.answer()) : {}
    const model = options.model === undefined ? {} : { model: options.model }
    return goodReply(this.asked, { ...model, ...answer, ...given }, options.name ?? options.dialect ?? 'openai')
  }

  spell(reply: Reply): Spelled {
    const headers = { ...this.dialect.headers(reply), ...this.setting.options.headers, ...reply.headers }
    if (!this.#isModelCall) {
      const body = platformAnswer(this.request, [
        this.setting.options.model ?? 'gpt-4o',
        'gpt-4o-mini',
        'text-embedding-3-small',
      ])
      if (body === undefined)
        return this.spellError({
          status: 404,
          message: `Invalid URL (${this.request.method} ${this.request.path})`,
          type: 'invalid_request_error',
        })
      return {
        status: reply.status,
        headers: { 'content-type': 'application/json', ...headers },
        parts: [JSON.stringify(body)],
        streams: false,
      }
    }
    if (this.request.json === undefined) {
      return this.spellError({
        status: 400,
        message: 'We could not parse the JSON body of your request.',
        type: 'invalid_request_error',
      })
    }
    if (!this.asked.stream) {
      const body = JSON.stringify(this.dialect.whole(reply, this.asked))
      return {
        status: reply.status,
        headers: { 'content-type': 'application/json', ...headers },
        parts: [body],
        streams: false,
      }
    }
    return {
      status: reply.status,
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', ...headers },
      parts: this.dialect.stream(reply, this.asked).map(spellEvent),
      streams: true,
    }
  }

  spellError(
    problem: Problem,
    headers: Readonly<Record<string, string>> = {},
    body: unknown = this.dialect.error(problem),
  ): Spelled {
    return {
      status: problem.status,
      headers: { 'content-type': 'application/json', ...this.dialect.headers({ id: 'error' }), ...headers },
      parts: [typeof body === 'string' ? body : JSON.stringify(body)],
      streams: false,
    }
  }

  // === How it gets to the client ===

  /** The whole answer, properly framed. */
  async send(spelled: Spelled): Promise<void> {
    await this.latency()
    const { chunkDelayMs = 0 } = this.setting.options
    if (!spelled.streams || chunkDelayMs === 0) {
      const body = joined(spelled.parts)
      const length =
        spelled.streams || spelled.headers['transfer-encoding'] ? {} : { 'content-length': String(body.length) }
      this.response.writeHead(spelled.status, { ...length, ...spelled.headers }).end(body)
      return
    }
    this.head(spelled)
    for (const [index, part] of spelled.parts.entries()) {
      if (index > 0) await this.wait(chunkDelayMs)
      await this.write(part)
    }
    this.response.end()
  }

  async latency(): Promise<void> {
    const { latencyMs = 0 } = this.setting.options
    const wait = typeof latencyMs === 'function' ? latencyMs(this.request) : latencyMs
    if (wait > 0) await this.wait(wait)
  }

  /** The head alone, on the wire at once. */
  head(spelled: Pick<Spelled, 'status' | 'headers'>): void {
    this.response.writeHead(spelled.status, spelled.headers)
    this.response.flushHeaders()
  }

  /** Resolves when the client has room for more. */
  async write(bytes: string | Uint8Array): Promise<void> {
    if (this.gone.signal.aborted || this.response.write(bytes)) return
    await new Promise<void>((resolve) => {
      const settle = () => {
        this.response.off('drain', settle)
        this.gone.signal.removeEventListener('abort', settle)
        resolve()
      }
      this.response.once('drain', settle)
      this.gone.signal.addEventListener('abort', settle)
    })
  }

  /** Rejects when the client goes, which ends the step: nobody is left to answer. */
  async wait(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.gone.signal, ref: false })
  }

  /** Ends the connection from our side, by a reset or by closing it. */
  hangUp(how: 'reset' | 'close'): void {
    // A connection that we end was not given up by the client.
    this.request.answeredAt ??= performance.now()
    if (how === 'reset') this.socket?.resetAndDestroy()
    else this.socket?.end()
  }
}

export function spellEvent({ event, data }: ServerEvent): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  return event === undefined ? `data: ${text}\n\n` : `event: ${event}\ndata: ${text}\n\n`
}

export function joined(parts: Spelled['parts']): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}

function saysSomething(given: AnswerOptions): boolean {
  return given.text !== undefined || given.json !== undefined || given.toolCalls !== undefined
}

function optionsOf(answer: Answer | undefined): AnswerOptions {
  if (answer === undefined) return {}
  if (answer instanceof Step) return answer.answer ?? {}
  return typeof answer === 'string' ? { text: answer } : { json: answer as NonNullable<AnswerOptions['json']> }
}
