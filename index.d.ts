/**
 * correctover: verified failover for calls to large language models, inside your own process.
 *
 * Every answer is checked against a contract before your code sees it. An answer that fails is replaced by one of
 * another provider, which must pass the same contract. What cannot be verified is an error that carries every attempt,
 * never a silent answer.
 *
 * @example
 * ```ts
 * import OpenAI from 'openai'
 * import { CorrectoverEngine, wrap } from 'correctover'
 *
 * const engine = new CorrectoverEngine({ providers: ['openai', { name: 'groq', model: 'llama-3.3-70b-versatile' }] })
 * const client = wrap(new OpenAI(), engine) // still an OpenAI
 * const answer = await client.chat.completions.create({ model: 'gpt-4o', messages })
 * engine.report(answer)?.provider // who answered, after how many attempts, at what cost
 * ```
 *
 * This file is the manual: each option says what it does, its default, and when it is *not* used.
 *
 * @packageDocumentation
 */

/// <reference lib="esnext.disposable" />

// === The engine ===

/**
 * One engine for a process: its providers, its contract, what it has learned of their health.
 *
 * An engine left alone does not keep the process alive and needs no `close()`.
 *
 * @example
 * ```ts
 * const engine = new CorrectoverEngine({
 *   providers: [
 *     { name: 'openai', model: 'gpt-4o' },
 *     { name: 'groq', model: 'llama-3.3-70b-versatile' },
 *   ],
 *   contract: { latency: { maxMs: 20_000 }, cost: { maxUsd: 0.05 } },
 *   deadlineMs: 60_000,
 * })
 * const { text, report } = await engine.chat('Name three rivers.')
 * ```
 */
export class CorrectoverEngine {
  /**
   * Checks the whole configuration at once and starts nothing: no socket, no thread, no timer before the first call.
   *
   * @throws {ConfigError} at the first field that is wrong, naming the field, what was expected and what came.
   */
  constructor(config?: EngineConfig)

  /** The same as `new`, for code that wants one spelling once engines can wait for something before they serve. */
  static create(config?: EngineConfig): Promise<CorrectoverEngine>

  /** As configured. */
  readonly mode: Mode

  /**
   * Asks the providers, in order of preference, until an answer passes the contract.
   *
   * The type of `data` follows the schema of the call's own contract: the output of a Standard Schema (zod, valibot,
   * arktype), `unknown` for a JSON Schema.
   *
   * @example
   * ```ts
   * const { data } = await engine.chat('Where is Oslo?', {
   *   contract: { schema: z.object({ country: z.string() }) },
   *   signal: AbortSignal.timeout(10_000),
   * })
   * data.country // string
   * ```
   *
   * @throws {ContractError} no answer passed.
   * @throws {AllRoutesFailedError} no provider gave an answer to check.
   * @throws {BudgetExceededError} the money or tokens of `budget` are spent.
   * @throws {DeadlineExceededError} the deadline came first.
   * @throws {AbortedError} `signal` was aborted.
   * @throws {ConfigError} the input or an option is wrong.
   */
  chat<const S extends SchemaInput | false = never>(
    input: ChatInput,
    options?: CallOptions<S>,
  ): Promise<ChatResult<SchemaOutput<S>>>

  /** The same as `chat`. */
  run<const S extends SchemaInput | false = never>(
    input: ChatInput,
    options?: CallOptions<S>,
  ): Promise<ChatResult<SchemaOutput<S>>>

  /**
   * Checks an answer that you already have. Synchronous, no network, no effect on health.
   *
   * Custom checks and Standard Schemas that answer with a promise cannot be awaited here: they are skipped, and the
   * dimension says so.
   *
   * @param input - The bare content of an answer, or a whole exchange.
   * @param contract - Merged over the engine's own; the name of one of `contracts`, or a contract.
   *
   * @example
   * ```ts
   * engine.validate('{"country":"Norway"}', { schema: { type: 'object', required: ['country'] } }).passed // true
   * engine.validate({ request: { model: 'gpt-4o' }, body: answer, latencyMs: 812 }).dimensions.identity
   * ```
   */
  validate(input: ValidateInput, contract?: Contract | string): Validation

  /**
   * Says what an error of a provider means, from the same table that drives retries and failover.
   *
   * @example
   * ```ts
   * engine.classify({ host: 'api.openai.com', status: 429, body: '{"error":{"code":"insufficient_quota"}}' })
   * // { class: 'quota', name: …, blame: 'account', retryable: false, failover: true }
   * ```
   *
   * @returns `null` for an answer that is no error.
   */
  classify(input: ClassifyInput): Fault | null

  /**
   * The report of anything that a wrapped client or `engine.fetch` returned: a parsed answer, a stream, a `Response`, or
   * an error that refused the call.
   *
   * `undefined` for values that did not come through this engine, and where two calls of the same moment carried the
   * same request id: never the report of another call.
   */
  report(value: unknown): Report | undefined

  /**
   * Runs `body`; every call that starts inside it, however deep, uses these options.
   *
   * Carried by `AsyncLocalStorage`. Not used by code that leaves its context (some queues and pools): use `scope` there.
   *
   * @example
   * ```ts
   * const invoice = await engine.with({ contract: 'invoice', deadlineMs: 20_000 }, () =>
   *   client.chat.completions.create({ model: 'gpt-4o', messages }),
   * )
   * ```
   */
  with<T>(options: ScopeOptions, body: () => T): T

  /**
   * A handle on this engine with other defaults, without `AsyncLocalStorage`. Cheap: make one per request if you like.
   *
   * @example
   * ```ts
   * const strict = engine.scope({ contract: { latency: { maxMs: 2_000 } } })
   * const client = wrap(new OpenAI(), strict)
   * ```
   */
  scope(options: ScopeOptions): Scope

  /** What is known of each provider right now. Reads memory only. */
  health(): Health

  /**
   * Listens. A listener is told after the fact: it can neither change nor fail the call. Events are only produced while
   * somebody listens, and hold neither keys nor prompts nor answers.
   *
   * @example
   * ```ts
   * engine.on('failover-start', ({ callId, from, to, fault }) => log.warn({ callId, from, to, fault: fault.name }))
   * ```
   */
  on<Name extends keyof Events>(event: Name, listener: (payload: Events[Name]) => void): this
  /** Stops listening. */
  off<Name extends keyof Events>(event: Name, listener: (payload: Events[Name]) => void): this
  /** Listens to the next one only. */
  once<Name extends keyof Events>(event: Name, listener: (payload: Events[Name]) => void): this

  /**
   * A complete WHATWG `fetch` for any SDK. Calls to a language model are checked and fail over; every other request
   * passes through untouched. Bound: it can be handed on as it is.
   *
   * A refusal is a `Response` in the error shape of the caller's dialect with `x-should-retry: false`, so that the SDK
   * raises its own class exactly once: 502 contract, 503 all routes failed, 504 deadline, 429 budget. It rejects only
   * when the caller aborts.
   *
   * The request headers `x-correctover-contract` (a name), `x-correctover-deadline-ms` and `x-correctover-route` are
   * read and never forwarded. Responses carry `x-correctover-call-id` and `x-correctover-provider`.
   *
   * @example
   * ```ts
   * const client = new OpenAI({ fetch: engine.fetch })
   * ```
   */
  readonly fetch: typeof globalThis.fetch

  /**
   * Lets the calls in flight end, then frees connections and threads. Later calls are refused with `AbortedError`.
   *
   * Not needed for the process to exit.
   */
  close(): Promise<void>

  /** `await using engine = new CorrectoverEngine(…)`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** An engine with other defaults, from `engine.scope`. */
export interface Scope {
  chat: CorrectoverEngine['chat']
  run: CorrectoverEngine['run']
  validate: CorrectoverEngine['validate']
  readonly fetch: typeof globalThis.fetch
}

/**
 * The client you hand in, with its calls verified: a real instance of its class, made by its own `withOptions`, never a
 * Proxy. Its retries, timeouts, keys and types stay as they are. The original client is left alone.
 *
 * Without an engine it needs no configuration: the client's own provider is the only one, its answers are checked
 * against the default contract, transient faults are retried, and what fails is refused.
 *
 * A client with its own `fetch`, and a process whose global `fetch` or undici dispatcher was replaced (msw, nock,
 * MockAgent), keep that as transport, so that unit tests never reach a real provider by surprise.
 * `CORRECTOVER_TRANSPORT=native` or `=fetch` in the environment overrides.
 *
 * @example
 * ```ts
 * const client = wrap(new OpenAI())
 * await client.chat.completions.create({ model: 'gpt-4o', messages }).withResponse()
 * ```
 *
 * @throws {ConfigError} the client has no `withOptions` that accepts a `fetch`.
 */
export function wrap<T extends object>(client: T, engine?: CorrectoverEngine | Scope): T

// === Configuration ===

/**
 * `'enforce'` delivers only what passed. `'observe'` changes no request and no answer and adds no upstream call: it
 * delivers the original with `verified: false`, and the report says what would have been done.
 */
export type Mode = 'enforce' | 'observe'

/** How an engine is set up. Every field is optional; an unknown one is an error, so that a typing slip is not silence. */
export interface EngineConfig {
  /**
   * Who may answer, in order of preference. A bare name takes its key from the usual environment variable and the model
   * from the request.
   *
   * Not used as the first choice when a client's own request goes to an endpoint that is not listed here: that
   * endpoint, with the client's own key, comes first, and these follow as backups.
   *
   * @default [] // only the provider that the client itself calls
   * @example
   * ```ts
   * providers: ['openai', { name: 'groq', model: 'llama-3.3-70b-versatile' }]
   * ```
   */
  providers?: readonly (ProviderConfig | BrandName)[]

  /**
   * Whether to act on verdicts or only to report them.
   *
   * @default 'enforce'
   */
  mode?: Mode

  /**
   * What every answer must meet, over the defaults. See `Contract`.
   *
   * Not used for requests that are no call to a chat model (embeddings, files, lists).
   *
   * @default {} // status, structure, completeness, identity, hard health signals, and the request's own schema
   */
  contract?: Contract

  /**
   * Contracts by name, each merged over `contract`, for `{ contract: 'invoice' }` and the header
   * `x-correctover-contract`.
   *
   * @default {}
   * @example
   * ```ts
   * contracts: { invoice: { schema: invoiceSchema }, cheap: { cost: { maxUsd: 0.001 } } }
   * ```
   */
  contracts?: Readonly<Record<string, Contract>>

  /**
   * The time a whole call may take: all attempts, waits and checks. A call settles at the latest 100 ms after it.
   *
   * Not used where a wrapped client has a shorter timeout of its own, or the call brings its own `deadlineMs`.
   *
   * @default the client's timeout minus 100, else 600_000
   */
  deadlineMs?: number

  /**
   * How many requests one call may send, over all providers. A route is not repeated while the attempts left are needed
   * for routes not yet tried.
   *
   * Not used in `mode: 'observe'`, which sends one.
   *
   * @default the number of routes, at least 2 and at most 4
   */
  maxAttempts?: number

  /**
   * Money and tokens that calls of this engine may use. Checked before each request; a call beyond it is refused with
   * `BudgetExceededError`.
   *
   * A model without a known price cannot be counted in USD; set `price` for it.
   *
   * @default {} // no limit
   */
  budget?: Budget

  /**
   * How the same route is tried again after a fault that waiting can heal. `false`: never, the next route is tried
   * instead.
   *
   * A wait that does not fit the deadline is not waited: the call fails over at once.
   *
   * @default {}
   */
  retry?: false | Retry

  /**
   * Who does the IO. `'native'`: correctover's own pooled HTTP client. A function: that `fetch` is called for each
   * attempt, for dispatchers, mocks and instrumentation.
   *
   * Not used where the environment variable `CORRECTOVER_TRANSPORT` says otherwise, or where a wrapped client brought
   * its own `fetch`: that one is kept.
   *
   * @default 'native'
   */
  transport?: 'native' | typeof globalThis.fetch

  /**
   * Seeds the random source of jitter and exploration, so that a run can be repeated. A whole number from 0 to 2^53-1.
   *
   * @default random
   */
  seed?: number
}

/** Services known by name: their address, dialect and the environment variable of their key come with the name. */
export type BrandName =
  | 'openai'
  | 'deepseek'
  | 'mistral'
  | 'groq'
  | 'together'
  | 'fireworks'
  | 'xai'
  | 'openrouter'
  | 'perplexity'
  | 'cerebras'
  | (string & {})

/** The language an endpoint speaks. */
export type Dialect = 'openai'

/** What a route can do. A request that needs more than a route has goes to another route. */
export type Capability = 'tools' | 'schema' | 'images' | 'audio' | 'logprobs' | 'choices'

/** A key, or a function that gives one: called for each attempt, so it may rotate or fetch short-lived keys. */
export type ApiKey = string | (() => string | Promise<string>)

/**
 * One provider.
 *
 * @example
 * ```ts
 * { name: 'local', baseUrl: 'http://vllm.svc:8000/v1', insecureHttp: true, model: 'smollm2', downgrade: true }
 * ```
 */
export interface ProviderConfig {
  /**
   * How reports, events and routes call it; unique in the engine. A known brand brings its `baseUrl`, `dialect` and
   * environment variable; any other name needs a `baseUrl`.
   */
  name: BrandName

  /**
   * Its key. Sent to this provider only, and shown nowhere: no report, event, error or log holds it.
   *
   * Not used for a wrapped client's own request to this provider: the client's own headers are sent as they are.
   *
   * @default the brand's environment variable (`OPENAI_API_KEY`), at the brand's own host only; elsewhere none
   */
  apiKey?: ApiKey

  /**
   * Several keys, used in turn, one for each attempt. Not together with `apiKey`.
   *
   * @default none
   */
  apiKeys?: readonly string[]

  /**
   * Where its API begins, the path before `/chat/completions` included. `https`, or `http` to this very machine.
   *
   * Addresses of cloud metadata services (link-local) are refused.
   *
   * @default the brand's
   */
  baseUrl?: string

  /**
   * What it speaks.
   *
   * @default the brand's, else 'openai'
   */
  dialect?: Dialect

  /**
   * The model to ask for.
   *
   * Not used when a client's own request goes to this provider first: that request's model is kept.
   *
   * @default the model that the request names
   */
  model?: string

  /**
   * Models by the name that the caller asked for; comes before `model`.
   *
   * @default {}
   * @example
   * ```ts
   * { name: 'groq', model: 'llama-3.3-70b-versatile', models: { 'gpt-4o-mini': 'llama-3.1-8b-instant' } }
   * ```
   */
  models?: Readonly<Record<string, string>>

  /**
   * The longest that one attempt at this provider may take.
   *
   * Not used where less is left of the deadline, or where the contract's `latency.maxMs` is shorter.
   *
   * @default its share of the deadline
   */
  timeoutMs?: number

  /**
   * More request headers, such as a project or an organisation.
   *
   * Not used for a client's own request to this provider, which already has its headers.
   *
   * @default {}
   */
  headers?: Readonly<Record<string, string>>

  /**
   * Allows a `baseUrl` of plain `http` that leaves this machine. Your key and prompts travel readable then: for private
   * networks only.
   *
   * @default false
   */
  insecureHttp?: boolean

  /**
   * Marks a lesser route: asked only after every other one, and reports say level `L2`.
   *
   * @default false
   */
  downgrade?: boolean

  /**
   * What its tokens cost, for models whose price is not known or is yours alone. Comes before the built-in table.
   *
   * @default the built-in price of the model that served
   */
  price?: Price

  /**
   * What it can do.
   *
   * @default everything that its dialect can say
   */
  capabilities?: readonly Capability[]

  /**
   * Which model stands behind a deployment name, so that identity can be judged where the provider calls models by names
   * of your own.
   *
   * @default {}
   * @example
   * ```ts
   * deployments: { 'prod-chat': 'gpt-4o' }
   * ```
   */
  deployments?: Readonly<Record<string, string>>
}

/** USD per million tokens. */
export interface Price {
  input: number
  output: number
  /** @default input */
  cacheRead?: number
  /** @default input */
  cacheWrite?: number
}

/** Limits over all calls of an engine; each is off unless set. */
export interface Budget {
  /** USD that one call may cost, all its attempts together. */
  usdPerCall?: number
  /** USD within any minute. */
  usdPerMinute?: number
  /** USD within any 24 hours. In memory: a new process begins at zero. */
  usdPerDay?: number
  /** Tokens, in and out, within any minute. */
  tokensPerMinute?: number
}

/** Delays between attempts at one route: full jitter over an exponential, unless the provider names a time itself. */
export interface Retry {
  /**
   * The longest first wait; doubled with each further one. The wait itself is drawn evenly from 0 up to it.
   *
   * Not used where the provider sends Retry-After.
   *
   * @default 500
   */
  baseDelayMs?: number
  /**
   * The longest wait; a longer Retry-After fails over at once.
   *
   * @default 8_000
   */
  maxDelayMs?: number
  /**
   * Retries per first attempt over the whole engine, so that an outage is not multiplied. `false`: no such limit.
   *
   * @default 0.2
   */
  budgetRatio?: number | false
}

// === The contract ===

/** Finish reasons, in one spelling for all providers. */
export type FinishReason = 'stop' | 'tool_calls' | 'length' | 'content_filter' | 'refusal' | 'pause_turn'

/**
 * What a correct answer is. All of it is checked on every attempt, whoever answers.
 *
 * On without being asked: status, structure, completeness, identity, the hard signals of integrity, and the schema that
 * the request itself carries (`response_format`, tools). Latency and cost are checked when set. A dimension given for a
 * call replaces that dimension of the engine's contract whole; `false` switches it off. Status and completeness are
 * always checked: `false` returns them to their defaults.
 *
 * @example
 * ```ts
 * const contract: Contract = {
 *   schema: z.object({ total: z.number(), currency: z.enum(['EUR', 'USD']) }),
 *   latency: { maxMs: 8_000 },
 *   cost: { maxUsd: 0.02 },
 *   checks: [({ data }) => data.total >= 0 || 'total must not be negative'],
 * }
 * ```
 */
export interface Contract<S extends SchemaInput | false = SchemaInput | false> {
  /**
   * The answer carries no error.
   *
   * @default { maxErrors: 0 }
   */
  status?: false | StatusContract

  /**
   * The answer has the shape of one: choices, content that is not empty, JSON where JSON was asked for.
   *
   * Not used for refusals and content filters, which are delivered flagged.
   *
   * @default { nonEmpty: true }
   */
  structure?: false | StructureContract

  /**
   * The content fits a JSON Schema (drafts 4 to 2020-12) or a Standard Schema (zod, valibot, arktype …). Of a Standard
   * Schema its JSON Schema part is checked natively first, then its own `validate` runs: refinements can cause failover
   * and transforms give `data`. `false`: not even the schema of the request is checked.
   *
   * @default the schema that the request carries
   */
  schema?: S

  /**
   * Schemas that `$ref` may name, by URI. Nothing is ever fetched.
   *
   * @default {}
   */
  schemas?: Readonly<Record<string, JsonSchema>>

  /**
   * The answer came to its end.
   *
   * Without it, an answer cut at the caller's own token limit is only flagged; set, it fails.
   *
   * @default { finishReasons: ['stop', 'tool_calls'] } // and 'length' at the caller's own limit, flagged
   */
  completeness?: false | CompletenessContract

  /**
   * Times of each attempt, from the moment its request was sent. They act as its timeouts.
   *
   * @default false
   */
  latency?: false | LatencyContract

  /**
   * What the answer may cost, by the price of the model that served.
   *
   * Where the price or the usage is unknown, a limit on money fails: the answer might have cost anything. Set `price` on
   * the provider for models of your own.
   *
   * @default false
   */
  cost?: false | CostContract

  /**
   * The model that answered is the model that was asked: `gpt-4o` answered by `gpt-4o-mini` fails. Dated snapshots,
   * `-latest`, vendor and region prefixes match; names that no table knows are flagged, never failed.
   *
   * `{ allow }` names further models that may answer.
   *
   * @default true
   */
  identity?: boolean | IdentityContract

  /**
   * Signs of a broken model: loops, template tokens, an echo of the prompt.
   *
   * @default { health: 'hard' }
   */
  integrity?: false | IntegrityContract

  /**
   * Your own checks. Run last, on answers that passed all else; may be asynchronous, within the deadline.
   *
   * Not used for streams that are passed on as they come.
   *
   * @default []
   */
  checks?: false | readonly Check<NoInfer<S>>[]

  /** Short for `latency.maxMs`. */
  maxLatencyMs?: number
  /** `true` is short for `completeness: { finishReasons: ['stop', 'tool_calls'] }`, `false` for `completeness: false`. */
  requireCompleteResponse?: boolean
  /** Short for `identity`. */
  verifyIdentity?: boolean
  /** Short for `cost.maxTokens`. */
  costBudgetTokens?: number
}

export interface StatusContract {
  /**
   * Error objects tolerated in an answer that claims success.
   *
   * @default 0
   */
  maxErrors?: number
}

export interface StructureContract {
  /**
   * An answer without content, tool call, refusal or media fails.
   *
   * @default true
   */
  nonEmpty?: boolean
  /**
   * The content must be JSON.
   *
   * @default whether the request asks for JSON
   */
  json?: boolean
}

export interface CompletenessContract {
  /**
   * How the answer may have ended.
   *
   * @default ['stop', 'tool_calls']
   */
  finishReasons?: readonly FinishReason[]
}

export interface LatencyContract {
  /** The whole answer. */
  maxMs?: number
  /** Up to the first content. Not used for answers that are not streamed. */
  maxFirstTokenMs?: number
  /** Between two pieces. Not used for answers that are not streamed. */
  maxIdleMs?: number
}

export interface CostContract {
  maxUsd?: number
  /** Input and output together. */
  maxTokens?: number
  maxUsdPer1kTokens?: number
}

export interface IdentityContract {
  allow: readonly string[]
}

export interface IntegrityContract {
  /**
   * `'hard'`: signs that leave no doubt fail, weaker ones flag. `'soft'`: all of them only flag. `false`: not looked for.
   *
   * @default 'hard'
   */
  health?: 'hard' | 'soft' | false
}

/**
 * A check of your own: `true`, or the reason why the answer fails. `false`, anything else, a rejection and a throw fail
 * too, without a reason.
 *
 * @example
 * ```ts
 * const mentionsSource: Check = ({ text }) => /\[\d+\]/.test(text) || 'no source is cited'
 * ```
 */
export type Check<S extends SchemaInput | false = SchemaInput | false> = (
  answer: CheckedAnswer<SchemaOutput<S>>,
) => boolean | string | Promise<boolean | string>

/** What a check is given. */
export interface CheckedAnswer<T = unknown> {
  /** The text of the first choice; empty where there is none. */
  readonly text: string
  /** The content as JSON, as the schema gave it; `undefined` where it is no JSON. */
  readonly data: T
  /** The whole answer. */
  readonly response: ChatCompletion
}

/** A JSON Schema. `true` accepts any JSON; for `false`, which accepts nothing, say `{ not: {} }`. */
export type JsonSchema = { readonly [keyword: string]: unknown } | true

/** Anything that `schema` accepts. */
export type SchemaInput = JsonSchema | StandardSchemaV1 | StandardJSONSchemaV1

/** What a schema makes of the answer. */
export type SchemaOutput<S> = [S] extends [never]
  ? unknown
  : S extends { readonly '~standard': { readonly types?: { readonly output: infer Output } | undefined } }
    ? Output
    : S extends false
      ? undefined
      : unknown

/** The part of https://standardschema.dev that is used. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    readonly validate: (
      value: unknown,
      // biome-ignore lint/suspicious/noExplicitAny: each library gives its options a type of its own
      options?: any,
    ) => StandardResult<Output> | Promise<StandardResult<Output>>
  }
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The part of https://standardschema.dev/json-schema that is used. */
export interface StandardJSONSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    readonly jsonSchema: {
      readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>
      readonly output: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>
    }
  }
}

// === Calls ===

/** A prompt, or a request in the shape of OpenAI's chat completions. */
export type ChatInput = string | ChatRequest

/**
 * The body of a chat completion. Fields that are not named here are sent as they are; what a provider lacks is dropped
 * and listed in `report.dropped`, or its route is passed over.
 */
export interface ChatRequest {
  messages: readonly ChatMessage[]
  /**
   * The model asked for; looked up in each provider's `models`.
   *
   * @default each provider's `model`
   */
  model?: string
  /** `chat` answers when the whole answer has passed; streams come through `wrap` and `fetch`. */
  stream?: false | null
  // biome-ignore lint/suspicious/noExplicitAny: only `any` lets the interfaces of SDKs, which have no index, be passed
  [parameter: string]: any
}

export interface ChatMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | (string & {})
  // biome-ignore lint/suspicious/noExplicitAny: see ChatRequest
  content?: string | readonly any[] | null
  // biome-ignore lint/suspicious/noExplicitAny: see ChatRequest
  [field: string]: any
}

/** Options of one call; each comes before its namesake in a scope and in the engine. */
export interface CallOptions<S extends SchemaInput | false = SchemaInput | false> {
  /** A contract merged over the engine's, or the name of one of `contracts`. */
  contract?: Contract<S> | string
  /** Aborts the call: upstream is closed and `AbortedError` thrown, with the signal's reason as its cause. */
  signal?: AbortSignal | undefined
  /** The time this call may take. */
  deadlineMs?: number
  /** How many requests this call may send. */
  maxAttempts?: number
  /**
   * Sent as `Idempotency-Key` with every attempt, to providers that honour it.
   *
   * @default none
   */
  idempotencyKey?: string
  /** The name of a provider: asked first. The others stay behind it as backups. */
  route?: string
}

/** Options of a scope. */
export interface ScopeOptions {
  contract?: Contract | string
  deadlineMs?: number
  maxAttempts?: number
  route?: string
}

/** An answer that passed its contract, or in `mode: 'observe'` one that was looked at. */
export interface ChatResult<T = unknown> {
  /** The text of the first choice; empty where it is a tool call. */
  readonly text: string
  /** The content as JSON, as the schema gave it; `undefined` where none was asked for. */
  readonly data: T
  /** The whole body in the shape of OpenAI's chat completions, unknown fields included. */
  readonly response: ChatCompletion
  readonly report: Report
}

/** The body of an answer, as far as it is relied on. */
export interface ChatCompletion {
  id: string
  object: 'chat.completion' | (string & {})
  created: number
  model: string
  choices: ChatCompletionChoice[]
  usage?: ChatCompletionUsage | null
  [field: string]: unknown
}

export interface ChatCompletionChoice {
  index: number
  message: ChatCompletionMessage
  finish_reason: string | null
  [field: string]: unknown
}

export interface ChatCompletionMessage {
  role: string
  content: string | null
  refusal?: string | null
  tool_calls?: ChatCompletionToolCall[]
  [field: string]: unknown
}

export interface ChatCompletionToolCall {
  id: string
  type: string
  function?: { name: string; arguments: string }
  [field: string]: unknown
}

export interface ChatCompletionUsage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  [field: string]: unknown
}

/** Content alone, or an exchange. */
export type ValidateInput = string | Uint8Array | Exchange

/** A request and its answer. JSON may be given as text, as bytes or as a value. */
export interface Exchange {
  /** What was asked; without it, checks that compare the answer with it are skipped. */
  request?: string | object | null
  /** @default 200 */
  status?: number
  headers?: HeadersLike
  /** The answer as the provider sent it. */
  body: string | Uint8Array | object
  /** How long it took; without it `latency` is skipped. */
  latencyMs?: number
  /**
   * What the body speaks.
   *
   * @default recognised from the body
   */
  dialect?: Dialect
}

export interface ClassifyInput {
  /** Whose answer it is: some codes mean one thing at one provider and another elsewhere. */
  host?: string
  status: number
  headers?: HeadersLike
  body?: string | Uint8Array | object | null
}

export type HeadersLike = Headers | Readonly<Record<string, string>> | readonly (readonly [string, string])[]

// === What comes back ===

export type DimensionName =
  | 'status'
  | 'structure'
  | 'completeness'
  | 'schema'
  | 'identity'
  | 'latency'
  | 'cost'
  | 'integrity'
  | 'checks'

/** The verdict on one answer. It passed when no dimension failed; a flag is delivered, and noted. */
export interface Verdict {
  passed: boolean
  dimensions: Record<DimensionName, DimensionResult>
}

/**
 * One dimension: its gravest finding. Texts come from the contract and from kinds, sizes and names; they never quote the
 * answer or the prompt.
 */
export interface DimensionResult {
  /** `skip`: not asked for, or not applicable to this answer. */
  result: 'pass' | 'flag' | 'fail' | 'skip'
  reason?: string
  expected?: string
  actual?: string
  /** JSON pointer into the checked value. */
  path?: string
}

/** What `engine.validate` answers with. */
export interface Validation extends Verdict {
  identity: 'match' | 'unsure' | 'mismatch'
  /** `null` where the price or the usage is unknown. */
  costUsd: number | null
  /** What the first violation amounts to. */
  fault: FaultSummary | null
}

/** What a fault is about, in the order in which it is decided. */
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

/** Who can mend it. Only `provider` counts against a provider's health. */
export type Blame = 'provider' | 'account' | 'caller' | 'us' | 'network'

/** A fault in short, as attempts and errors carry it. */
export interface FaultSummary {
  class: FaultClass
  /** Stable, snake_case; docs/FAULTS.md lists them all. `unclassified` for what no table knows yet. */
  name: string
  blame: Blame
  /** The unchanged request may succeed on the same route. */
  retryable: boolean
}

/** A fault with its evidence. */
export interface Fault extends FaultSummary {
  /** Another provider may succeed. */
  failover: boolean
  /** The provider's own code. */
  code?: string
  /** The provider's own words, keys masked. */
  message?: string
  /** How long the provider asks to wait. */
  retryAfterMs?: number
}

/**
 * The step that led to the delivered answer: `none`, the first attempt; `L1`, the same route again; `L2`, a lesser route,
 * marked with `downgrade`; `L3`, another provider under the same contract.
 */
export type Level = 'none' | 'L1' | 'L2' | 'L3'

/** Everything about one call. Holds neither keys nor prompts nor answers. */
export interface Report {
  /** Also in the header `x-correctover-call-id`. */
  callId: string
  /** The delivered answer passed its contract. Always `false` in `mode: 'observe'`, and for refusals. */
  verified: boolean
  /** Who gave the delivered answer; `null` where none was delivered. */
  provider: string | null
  /** The model asked of that provider. */
  model: string | null
  /** The model that says it served. */
  servedModel: string | null
  level: Level
  /** On the last answer that came, delivered or not. */
  verdict: Verdict | null
  attempts: Attempt[]
  /** Of all attempts together. */
  usage: Usage | null
  /** Of all attempts together, each priced by the model that served; `null` where a part is unknown. */
  costUsd: number | null
  latencyMs: number
  /** What correctover itself added: the total minus upstream minus waits. */
  overheadMicros: number
  /** Parameters of the request that a route lacked and that were left out or clamped for it. */
  dropped: string[]
  /** Why nothing was delivered; `null` where something was. */
  error: Refusal | null
}

/** A refusal, as reports tell it. */
export interface Refusal {
  kind: 'contract' | 'all-routes' | 'budget' | 'deadline' | 'aborted' | 'config'
  code: ErrorCode
  message: string
  fault: FaultSummary | null
  retryable: boolean
  status: number
}

/** One request to one provider. */
export interface Attempt {
  provider: string
  model: string | null
  servedModel: string | null
  /** Since the call began. */
  startedMs: number
  phases: Phases
  /** The HTTP status; `null` where none came. */
  status: number | null
  /** `null` where there was no answer to check. */
  verdict: Verdict | null
  fault: FaultSummary | null
  /** The rule that chose this attempt. */
  rule: string
  /** What was done after it; in `mode: 'observe'`, what would have been done. */
  action: Action
  usage: Usage | null
  costUsd: number | null
}

export type Action = 'deliver' | 'retry' | 'failover' | 'refuse' | (string & {})

/** Milliseconds; `null` where a phase did not take place (a reused connection) or is unknown. */
export interface Phases {
  dns: number | null
  connect: number | null
  tls: number | null
  firstByte: number | null
  total: number | null
}

/** Tokens by the kinds that are priced apart. The kinds are disjoint: `input` excludes cached, `output` reasoning. */
export interface Usage {
  input: number
  cacheRead: number
  cacheWrite: number
  output: number
  reasoning: number
  audioInput: number
  audioOutput: number
}

/** What is known of the providers. */
export interface Health {
  /** Calls under way. */
  inFlight: number
  routes: RouteHealth[]
}

/** One provider, since the engine began. */
export interface RouteHealth {
  provider: string
  attempts: number
  /** Of these, failed by a fault that is the provider's. */
  failures: number
  /** How much longer it is passed over because it asked for a pause; 0 where it is in use. */
  restsMs: number
  lastFault: FaultSummary | null
}

// === Events ===

/** Events by name, with their payloads. */
export interface Events {
  /** A call settled, well or not. */
  'call-end': { callId: string; report: Report }
  /** One request to one provider ended. `index` counts from 0. */
  'attempt-end': { callId: string; index: number; attempt: Attempt }
  /** The next request goes to another provider. */
  'failover-start': { callId: string; from: string; to: string; fault: FaultSummary }
  /** The provider that was switched to has answered; `passed` says whether its answer met the contract. */
  'failover-end': { callId: string; from: string; to: string; passed: boolean }
  /** An answer failed in one dimension. One event per violated dimension. */
  'contract-violation': Finding
  /** An answer is remarkable in one dimension, and delivered. */
  flag: Finding
  /** A call was refused: nothing could be verified. */
  refusal: { callId: string; code: ErrorCode; message: string; fault: FaultSummary | null }
  /** A client was wrapped, or first used: who does its IO, and why. */
  transport: { transport: 'native' | 'fetch'; reason: string }
}

/** A finding as events tell it. */
export interface Finding extends DimensionResult {
  callId: string
  provider: string
  model: string | null
  dimension: DimensionName
}

// === Errors ===

/** `ERR_CORRECTOVER_` and what happened. Codes are stable; messages are not. */
export type ErrorCode =
  | 'ERR_CORRECTOVER_CONTRACT'
  | 'ERR_CORRECTOVER_ALL_ROUTES_FAILED'
  | 'ERR_CORRECTOVER_BUDGET_EXCEEDED'
  | 'ERR_CORRECTOVER_DEADLINE_EXCEEDED'
  | 'ERR_CORRECTOVER_ABORTED'
  | 'ERR_CORRECTOVER_CONFIG'

/** What an error is made of, beside its message. */
export interface ErrorDetails {
  fault?: FaultSummary | null
  attempts?: readonly Attempt[]
  retryable?: boolean
  status?: number
  report?: Report
  cause?: unknown
}

/**
 * Why nothing was delivered.
 *
 * @example
 * ```ts
 * try {
 *   await engine.chat(prompt)
 * } catch (error) {
 *   if (ContractError.isInstance(error)) console.error(error.report?.verdict?.dimensions)
 *   else throw error
 * }
 * ```
 */
export abstract class CorrectoverError extends Error {
  constructor(message: string, details?: ErrorDetails)
  /** Whether it is one of ours, also from another copy of this package, where `instanceof` fails. */
  static isInstance(value: unknown): value is CorrectoverError
  abstract readonly code: ErrorCode
  /** The fault that decided. */
  readonly fault: FaultSummary | null
  /** Every attempt, in order. */
  readonly attempts: readonly Attempt[]
  /** The unchanged call may succeed later. */
  readonly retryable: boolean
  /**
   * The HTTP status that says the same: the provider's own where its error decided (the caller's mistake, or the only
   * route), else 502 contract, 503 all routes, 504 deadline, 429 budget, 499 aborted, 500 config.
   */
  readonly status: number
  /** The whole report; `undefined` where no call had begun. */
  readonly report: Report | undefined
  /** Everything above without keys, prompts or answers. */
  toJSON(): ErrorJSON
}

/** An error as plain data. Of the cause only its name and code: texts of others may hold anything. */
export interface ErrorJSON {
  name: string
  code: ErrorCode
  message: string
  retryable: boolean
  status: number
  callId?: string
  fault: FaultSummary | null
  attempts: Attempt[]
  cause?: { name: string; code?: string }
  field?: string
  expected?: string
  got?: string
}

/** Answers came, and none passed the contract. `fault` is that of the last one. */
export class ContractError extends CorrectoverError {
  static override isInstance(value: unknown): value is ContractError
  readonly code: 'ERR_CORRECTOVER_CONTRACT'
}

/** No provider gave an answer that could be checked. */
export class AllRoutesFailedError extends CorrectoverError {
  static override isInstance(value: unknown): value is AllRoutesFailedError
  readonly code: 'ERR_CORRECTOVER_ALL_ROUTES_FAILED'
}

/** The next request could cost more than `budget` leaves. */
export class BudgetExceededError extends CorrectoverError {
  static override isInstance(value: unknown): value is BudgetExceededError
  readonly code: 'ERR_CORRECTOVER_BUDGET_EXCEEDED'
}

/** The deadline came before a verified answer. */
export class DeadlineExceededError extends CorrectoverError {
  static override isInstance(value: unknown): value is DeadlineExceededError
  readonly code: 'ERR_CORRECTOVER_DEADLINE_EXCEEDED'
}

/** The caller aborted, or the engine was closed. `cause` is the signal's reason. */
export class AbortedError extends CorrectoverError {
  static override isInstance(value: unknown): value is AbortedError
  readonly code: 'ERR_CORRECTOVER_ABORTED'
}

/**
 * A field of a configuration, a contract or a call is wrong.
 *
 * @example
 * ```text
 * providers[1].baseUrl: expected https, or http to this machine (set insecureHttp: true to allow it); got "http://vllm.svc:8000/v1"
 * ```
 */
export class ConfigError extends CorrectoverError {
  constructor(field: string, expected: string, got: string)
  static override isInstance(value: unknown): value is ConfigError
  readonly code: 'ERR_CORRECTOVER_CONFIG'
  /** Where: `providers[1].baseUrl`. */
  readonly field: string
  readonly expected: string
  /** What came, by kind and where it is harmless by value; never a key. */
  readonly got: string
}
