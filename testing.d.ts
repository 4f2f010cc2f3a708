/**
 * `correctover/testing`: scripted and fault-injecting LLM providers over real loopback HTTP.
 *
 * Use it to test how your own application behaves when a provider misbehaves. The provider listens on
 * 127.0.0.1 on a free port and speaks OpenAI chat completions, OpenAI Responses, Anthropic messages and
 * Gemini `generateContent`, chosen by the path of each request; what your application uses to call it
 * (an SDK, `fetch`, correctover itself) is not mocked and not patched.
 *
 * It has no dependencies and needs no test runner. It is not a model: answers are fixed text, or made-up
 * data that satisfies the JSON Schema of the request.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import assert from 'node:assert/strict'
 * import OpenAI from 'openai'
 * import { provider, faults } from 'correctover/testing'
 *
 * test('a 429 is waited for and asked again', async () => {
 *   await using openai = await provider({ answer: 'Hello' })
 *   openai.script(faults.status(429, { retryAfterMs: 10 }))      // one 429, then good answers
 *
 *   const client = new OpenAI({ baseURL: openai.baseUrl, apiKey: 'test' })
 *   const completion = await client.chat.completions.create({
 *     model: 'gpt-4o',
 *     messages: [{ role: 'user', content: 'Hi' }],
 *   })
 *
 *   assert.equal(completion.choices[0].message.content, 'Hello')
 *   assert.equal(openai.hits, 2)
 * })
 * ```
 *
 * @module
 */

import type { IncomingHttpHeaders, ServerResponse } from 'node:http'

/**
 * Starts a provider on 127.0.0.1 and a free port.
 *
 * Every provider answers every dialect; `dialect` only decides what `baseUrl` ends with and the shape of
 * errors for paths that no dialect knows.
 */
export function provider(options?: ProviderOptions): Promise<Provider>

/** Everything that can go wrong, as builders, and `faults.list`, the table of them all. */
export const faults: Faults

export type Dialect = 'openai' | 'responses' | 'anthropic' | 'gemini'

export interface ProviderOptions {
  /**
   * The dialect of the client under test.
   *
   * `baseUrl` becomes what that vendor's SDK expects: `http://127.0.0.1:PORT/v1` for `openai` and
   * `responses`, `http://127.0.0.1:PORT` for `anthropic` and `gemini`.
   *
   * @default 'openai'
   */
  dialect?: Dialect

  /**
   * What a good answer says: a string (text), any other JSON value (sent as JSON text), a step of
   * {@link faults} such as `faults.ok({ toolCalls })`, or a function of the request that returns one of
   * these, or a promise of one. A function that returns `undefined` chooses the default.
   *
   * An answer given here is sent as it is, also where the request carries a schema or requires a tool.
   *
   * @default data that satisfies the request's schema, a call of its required or first tool, else 'Hello from NAME.'
   */
  answer?: Answer | ((request: RecordedRequest) => Answer | undefined | Promise<Answer | undefined>)

  /**
   * The name in the default answer, to tell two providers apart.
   *
   * @default the dialect
   */
  name?: string

  /**
   * The model that answers say they come from. Use `faults.wrongModel()` for a cheaper sibling of the asked model.
   *
   * @default the model that the request asks for
   */
  model?: string

  /** Headers of every good answer, in addition to or in place of the usual ones. */
  headers?: Record<string, string>

  /**
   * Time from the whole request to the head of the answer, in milliseconds; a function makes it differ by request.
   * It also delays errors made by `faults.status`, and no other fault.
   *
   * @default 0
   */
  latencyMs?: number | ((request: RecordedRequest) => number)

  /**
   * Time between two events of a stream, in milliseconds. With 0 a whole stream is one write.
   *
   * @default 0
   */
  chunkDelayMs?: number

  /**
   * The port to listen on.
   *
   * @default 0, a free one
   */
  port?: number

  /**
   * Whether the listening server keeps the process alive. Leave it off in tests: a forgotten `close()` must
   * not hang the runner. Turn it on for a stand-alone mock server.
   *
   * @default false
   */
  keepProcessAlive?: boolean
}

/** A string is text; a {@link Fault} is a step; anything else is sent as JSON text. */
export type Answer = string | Fault | JsonValue

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

export interface Provider extends AsyncDisposable {
  /** What to give the SDK as its base URL. */
  readonly baseUrl: string
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string
  readonly port: number

  /** Requests that have arrived, counted when their head is read, whatever became of them. */
  readonly hits: number
  /** The requests that have arrived, oldest first. */
  readonly requests: readonly RecordedRequest[]
  /** Requests that the client gave up: it closed the connection before the answer was complete. */
  readonly aborted: number
  /** Connections accepted since the start or the last `reset()`: tells pooled clients from others. */
  readonly connections: number
  /** Requests that followed a `faults.redirect()` to its default target, which is another origin. */
  readonly strays: readonly RecordedRequest[]

  /**
   * Plays these steps once, one for each request in order of arrival; then whatever `always` says.
   * Replaces steps not yet played. Every request takes a step, whatever its path.
   *
   * @example
   * ```ts
   * openai.script(faults.status(503), faults.html(), faults.ok('third time lucky'))
   * ```
   */
  script(...steps: Step[]): this

  /** Plays this step for every request from now on. Discards a script. */
  always(step: Step): this

  /** Good answers again; forgets script, counters and recorded requests. Connections stay open. */
  reset(): this

  /** Stops listening and destroys every connection. Requests in flight see a reset or a closed socket. */
  close(): Promise<void>
}

/** What happens to one request: a fault, or a text that a good answer says. */
export type Step = Fault | string

export interface RecordedRequest {
  readonly method: string
  /** Path with query, as sent. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The body as text; empty until it has been read whole. */
  readonly body: string
  /** The body as JSON, `undefined` where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into bodies of four dialects; a stricter type would only add casts
  readonly json: any
  /** Arrival, on the clock of `performance.now()`. */
  readonly at: number
  /** When the whole answer was handed to the operating system. */
  readonly answeredAt: number | undefined
  /**
   * When the client closed the connection before the answer was complete, on the clock of `performance.now()`.
   *
   * @example
   * ```ts
   * const cancelled = performance.now()
   * controller.abort()
   * await until(() => openai.requests[0].closedAt)
   * assert.ok(openai.requests[0].closedAt - cancelled < 50)
   * ```
   */
  readonly closedAt: number | undefined
}

/** What happens to one request. Made by {@link faults}; the same fault may be used any number of times. */
export interface Fault {
  readonly name: string
}

/** A good answer in neutral words; each dialect spells it in its own way. */
export interface AnswerOptions {
  /** @default what `ProviderOptions.answer` gives; '' beside `toolCalls` */
  text?: string
  /** Sent as JSON text; instead of `text`. */
  json?: JsonValue
  /** Arguments are an object, or a string that is sent as it is. */
  toolCalls?: readonly { name: string; arguments: JsonValue; id?: string }[]
  model?: string
  /**
   * In the words of OpenAI: `stop`, `length`, `tool_calls`, `content_filter`; other words are sent as they are.
   * `null` is a null, `undefined` (written out) leaves it away.
   */
  finishReason?: string | null | undefined
  /** `null` leaves it away. */
  usage?: { inputTokens: number; outputTokens: number } | null
  headers?: Record<string, string>
  /** @default 200 */
  status?: number
}

export interface StatusOptions {
  /**
   * Which error of this status. Known codes come with their real type and message: `context_length_exceeded`,
   * `insufficient_quota`, `rate_limit_exceeded`, `model_not_found`, `invalid_api_key`; others are sent as they are.
   *
   * @default the usual one of the status
   */
  code?: string | null
  type?: string
  message?: string
  /** `Retry-After`: a number is seconds, a Date is sent as an HTTP date, a string as it is. */
  retryAfter?: number | Date | string
  /** `retry-after-ms`, which both official SDKs prefer. */
  retryAfterMs?: number
  /** Added to the message: `Please try again in 1.2s.` */
  tryAgainIn?: string
  /** `x-should-retry`, which both official SDKs obey. */
  shouldRetry?: boolean
  headers?: Record<string, string>
  /** Replaces the error body: a string is sent as it is, anything else as JSON. */
  body?: JsonValue
}

/** Where an answer stops: before the request's body is read, before the head of the answer, after it, or half-way through its body. */
export type Phase = 'request' | 'head' | 'body' | 'middle'

/** A fault class of correctover's taxonomy. */
export type FaultClass =
  | 'transport'
  | 'auth'
  | 'quota'
  | 'availability'
  | 'request'
  | 'policy'
  | 'stream'
  | 'contract'
  | 'economics'

/** One row of `faults.list`. */
export interface FaultRow {
  readonly name: string
  readonly family: string
  /** What happens, in words. */
  readonly says: string
  /** The class of fault that it shows; `null` for a good answer in an unusual but lawful form. */
  readonly shows: FaultClass | null
  /**
   * What the default contract makes of it: delivered, delivered with a flag, or never delivered.
   * `any` where both are right, as long as what is delivered is whole.
   */
  readonly outcome: 'pass' | 'flag' | 'fail' | 'any'
  /** What a request must ask for to see it: any request, a stream, no stream, a JSON Schema, tools. */
  readonly asks: 'any' | 'stream' | 'whole' | 'schema' | 'tools'
  /** Whether it goes on until the client gives up, so that the client needs a deadline of its own. */
  readonly hangs: boolean
  /** The fault with its default options. */
  readonly fault: () => Fault
}

export interface Faults {
  /**
   * All faults by name, common variants included, so that a test can walk through every one of them.
   *
   * @example
   * ```ts
   * for (const row of Object.values(faults.list)) {
   *   test(`survives ${row.name}`, async () => {
   *     openai.always(row.fault())
   *     …
   *   })
   * }
   * ```
   */
  readonly list: Readonly<Record<string, FaultRow>>

  /** A good answer. Options that are not given stay as the provider has them. */
  ok(answer?: string | AnswerOptions): Fault

  // Errors told by status.

  /**
   * An HTTP error with the body that the request's vendor sends for it. Any status may be given; 400, 401,
   * 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504 and 529 have the vendor's own type, code and words.
   *
   * @example
   * ```ts
   * faults.status(429, { retryAfter: 2 })
   * faults.status(429, { code: 'insufficient_quota' })
   * faults.status(429, { tryAgainIn: '1.2s' })
   * ```
   */
  status(status: number, options?: StatusOptions): Fault
  /** An error whose message repeats the key that was sent, as some proxies do. @default status 401 */
  echoedKey(options?: { status?: number }): Fault
  /** The vendor's error body with status 200. @default the error of status 500 */
  errorIn200(options?: StatusOptions & { status?: number }): Fault
  /** Half of a stream, then an error event in it. Without a stream: the same as `errorIn200`. */
  streamError(options?: StatusOptions & { status?: number }): Fault

  // The connection.

  /** No listener on the port. It never reaches the server, so it cannot be a step of a script: use `always`. */
  refused(): Fault
  /** Silence from this phase on, for as long as the client waits. @default at 'head' */
  stall(options?: { at?: Phase }): Fault
  /** A TCP reset at this phase. @default at 'head' */
  reset(options?: { at?: Phase }): Fault
  /** Closes the connection before the body is complete as its framing announced it. @default framing 'length' */
  truncate(options?: { framing?: 'length' | 'chunked' }): Fault
  /** Half of the body, well framed and properly ended: a stream without finish reason and `[DONE]`, a JSON text cut short. */
  cut(): Fault
  /** A good answer, one byte at a time; what is left after `forMs` follows at once. @default everyMs 20, forMs 2000 */
  drip(options?: { everyMs?: number; forMs?: number }): Fault
  /** A good answer after a time. */
  late(afterMs: number): Fault
  /** Bytes of another protocol. */
  notHttp(): Fault
  /** A good answer in HTTP/1.0, ended by closing the connection. */
  http10(): Fault
  /** 102 and 103 before a good answer. */
  informational(): Fault
  /** A good answer with this many headers more, each with a value of so many bytes. @default count 90, bytes 20 */
  headers(options?: { count?: number; bytes?: number }): Fault
  /**
   * A redirect to another origin, by default a second listener whose requests are in `provider.strays`, so
   * that a test can see whether keys went with them.
   */
  redirect(status?: 301 | 302 | 303 | 307 | 308, options?: { to?: string }): Fault

  // The bytes of the body.

  /** An HTML page with status 200. */
  html(): Fault
  /** No body at all. */
  emptyBody(): Fault
  /** A JSON body with an error of syntax in the middle. In a stream: one such event. */
  brokenEnvelope(): Fault
  /** A good body and more behind it. @default bytes '<!-- served by proxy -->' */
  trailingGarbage(bytes?: string): Fault
  /** A good body behind a UTF-8 byte order mark. */
  byteOrderMark(): Fault
  /** A good answer whose text has a byte that is no UTF-8. */
  invalidUtf8(): Fault
  /** A good answer whose text has a NUL byte, which JSON forbids. */
  nulByte(): Fault
  /** A good answer whose text has half of a surrogate pair, escaped: legal JSON that no UTF-8 can hold. */
  loneSurrogate(): Fault
  /** The answer's key twice in one object; `JSON.parse` takes the last. @default last 'good' */
  duplicateKeys(options?: { last?: 'good' | 'empty' }): Fault
  /** Arrays in arrays. @default depth 1e6 */
  deepJson(options?: { depth?: number }): Fault
  /** A good answer with so long a text, sent as fast as it is read. @default bytes 64 MiB */
  huge(options?: { bytes?: number }): Fault
  /** As `huge`, gzipped to a thousandth. @default bytes 1 GiB */
  gzipBomb(options?: { bytes?: number }): Fault
  /** A plain body that says it is compressed. @default 'gzip' */
  wrongEncoding(encoding?: string): Fault
  /** A good body under another content type. @default 'text/plain' */
  contentType(type?: string): Fault

  // What the answer says.

  /** The text is ''. */
  emptyContent(): Fault
  /** The text is null. */
  nullContent(): Fault
  /** No choices (or what the dialect calls them) in the body. */
  noChoices(): Fault
  /** `choices: []`. */
  emptyChoices(): Fault
  /** The answer says that it comes from this model. @default a cheaper sibling of the asked model */
  wrongModel(model?: string): Fault
  /** The text is JSON cut short. */
  brokenJson(): Fault
  /** The text is JSON that breaks the request's schema: a value of a wrong type, a key missing, a key too many. @default 'type' */
  schemaViolation(how?: 'type' | 'missing' | 'extra'): Fault
  /** A usage far beyond the text. @default outputTokens 2,000,000 */
  priceSpike(options?: { outputTokens?: number }): Fault
  /** This finish reason: in the words of OpenAI, or any other word; `null`; `undefined` for none at all. */
  finish(reason: string | null | undefined): Fault
  /** The text repeats itself until the token limit. @default 'the same words ', 400 times */
  loop(options?: { phrase?: string; times?: number }): Fault
  /** Tokens of a chat template in the text. @default '<|im_end|>\n<|im_start|>assistant' */
  templateToken(token?: string): Fault
  /** The text is the prompt. */
  promptEcho(): Fault
  /** A call of a tool that the request does not declare. @default 'delete_everything' */
  undeclaredTool(name?: string): Fault
  /** A call of a declared tool with arguments that are no JSON. */
  brokenArguments(): Fault
  /** A call of a declared tool with arguments that break its schema. */
  argumentViolation(): Fault

  // Anything else.

  /**
   * These bytes on the socket, from the status line on; numbers are pauses in milliseconds. Then the connection is closed.
   *
   * @example
   * ```ts
   * faults.raw('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{', 50, '}')
   * ```
   */
  raw(...parts: (string | Uint8Array | number)[]): Fault
  /**
   * Answered by your own code, with Node's own `ServerResponse`. An error thrown by it resets the connection.
   *
   * @example
   * ```ts
   * faults.respond((request, response) => {
   *   response.writeHead(418).end(request.json.model)
   * })
   * ```
   */
  respond(answer: (request: RecordedRequest, response: ServerResponse) => void | Promise<void>): Fault
}
