/**
 * Errors told by status. Bodies are OpenAI's words, from https://platform.openai.com/docs/guides/error-codes
 * and recorded answers; the other dialects keep the message and put their own type on it.
 */
import type { StatusOptions } from '../../../testing.d.ts'
import type { Exchange } from '../exchange.ts'
import { Step } from '../fault.ts'
import type { Problem } from '../reply.ts'
import { rows } from './row.ts'

type Known = { readonly status: number; readonly code: string | null; readonly type: string; readonly message: string }

function known(status: number, code: string | null, type: string, message: string): Known {
  return { status, code, type, message }
}

/** The first row of a status is its usual error. `{model}` is the asked model. */
// biome-ignore format: a table
const KNOWN: readonly Known[] = [
  known(400, null,                      'invalid_request_error', "Invalid value for 'temperature': expected a number between 0 and 2."),
  known(400, 'context_length_exceeded', 'invalid_request_error', "This model's maximum context length is 128000 tokens. However, your messages resulted in 130012 tokens. Please reduce the length of the messages."),
  known(401, 'invalid_api_key',         'invalid_request_error', 'Incorrect API key provided: sk-test****0000. You can find your API key at https://platform.openai.com/account/api-keys.'),
  known(402, 'insufficient_balance',    'billing_error',         'Insufficient balance.'),
  known(403, 'unsupported_country_region_territory', 'request_forbidden', 'Country, region, or territory not supported'),
  known(404, 'model_not_found',         'invalid_request_error', 'The model `{model}` does not exist or you do not have access to it.'),
  known(408, null,                      'timeout',               'The request timed out. Please try again.'),
  known(409, null,                      'conflict_error',        'The resource was modified by another request. Please try again.'),
  known(413, 'request_too_large',       'invalid_request_error', 'Request body too large. Maximum size is 25 MB.'),
  known(422, null,                      'invalid_request_error', 'Unprocessable entity: messages.0.content is required.'),
  known(429, 'rate_limit_exceeded',     'requests',              'Rate limit reached for {model} in organization org-test on requests per min (RPM): Limit 500, Used 500, Requested 1.'),
  known(429, 'insufficient_quota',      'insufficient_quota',    'You exceeded your current quota, please check your plan and billing details.'),
  known(500, null,                      'server_error',          'The server had an error while processing your request. Sorry about that!'),
  known(502, null,                      'server_error',          'Bad gateway.'),
  known(503, null,                      'service_unavailable',   'The engine is currently overloaded, please try again later.'),
  known(504, null,                      'timeout',               'Gateway timeout.'),
  known(529, null,                      'overloaded_error',      'Overloaded'),
]

export function status(code: number, options: StatusOptions = {}): Step {
  return new Step(`status ${code}`, (exchange) =>
    exchange.send(exchange.spellError(problem(exchange, code, options), headers(options), options.body)),
  )
}

export function problem(exchange: Exchange, status: number, options: StatusOptions): Problem {
  const row =
    KNOWN.find((row) => row.status === status && (options.code === undefined || row.code === options.code)) ??
    KNOWN.find((row) => row.status === status)
  const message = options.message ?? (row?.message ?? `Error ${status}.`).replace('{model}', exchange.asked.model)
  return {
    status,
    code: options.code === undefined ? row?.code : options.code,
    type: options.type ?? row?.type,
    message: options.tryAgainIn === undefined ? message : `${message} Please try again in ${options.tryAgainIn}.`,
  }
}

function headers({ retryAfter, retryAfterMs, shouldRetry, headers }: StatusOptions): Record<string, string> {
  return {
    ...(retryAfter !== undefined && {
      'retry-after': retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter),
    }),
    ...(retryAfterMs !== undefined && { 'retry-after-ms': String(retryAfterMs) }),
    ...(shouldRetry !== undefined && { 'x-should-retry': String(shouldRetry) }),
    ...headers,
  }
}

export function echoedKey(options: { status?: number } = {}): Step {
  return new Step('echoed key', (exchange) => {
    const { headers } = exchange.request
    const key = headers.authorization ?? headers['x-api-key'] ?? headers['api-key'] ?? headers['x-goog-api-key'] ?? ''
    const message = `Incorrect API key provided: ${String(key).replace(/^Bearer /i, '')} (header: ${key}).`
    return exchange.send(exchange.spellError(problem(exchange, options.status ?? 401, { message })))
  })
}

export function errorIn200(options: StatusOptions & { status?: number } = {}): Step {
  return new Step('error in 200', (exchange) => {
    const error = exchange.spellError(problem(exchange, options.status ?? 500, options), headers(options), options.body)
    return exchange.send({ ...error, status: 200 })
  })
}

/** A date some seconds ahead; HTTP dates have whole seconds. */
function inSeconds(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000)
}

// biome-ignore format: a table
export const statusRows = rows('status', [
  ['status-400',                  'request',      'fail', 'any', '', () => status(400),                                      'a bad request'],
  ['status-400-context-length',   'request',      'fail', 'any', '', () => status(400, { code: 'context_length_exceeded' }), 'a prompt longer than the context'],
  ['status-401',                  'auth',         'fail', 'any', '', () => status(401),                                      'a wrong key'],
  ['status-402',                  'quota',        'fail', 'any', '', () => status(402),                                      'no money left'],
  ['status-403',                  'auth',         'fail', 'any', '', () => status(403),                                      'forbidden from here'],
  ['status-404-model',            'request',      'fail', 'any', '', () => status(404),                                      'an unknown model'],
  ['status-408',                  'availability', 'fail', 'any', '', () => status(408),                                      'the provider timed out'],
  ['status-409',                  'availability', 'fail', 'any', '', () => status(409),                                      'a conflict'],
  ['status-413',                  'request',      'fail', 'any', '', () => status(413),                                      'a body too large'],
  ['status-422',                  'request',      'fail', 'any', '', () => status(422),                                      'a request that makes no sense'],
  ['status-429',                  'quota',        'fail', 'any', '', () => status(429),                                      'a rate limit that does not say for how long'],
  ['status-429-seconds',          'quota',        'fail', 'any', '', () => status(429, { retryAfter: 1 }),                   'a rate limit with Retry-After in seconds'],
  ['status-429-date',             'quota',        'fail', 'any', '', () => status(429, { retryAfter: inSeconds(1) }),        'a rate limit with Retry-After as an HTTP date'],
  ['status-429-milliseconds',     'quota',        'fail', 'any', '', () => status(429, { retryAfterMs: 20 }),                'a rate limit with retry-after-ms'],
  ['status-429-hint',             'quota',        'fail', 'any', '', () => status(429, { tryAgainIn: '20ms' }),              'a rate limit that says in words for how long'],
  ['status-429-quota',            'quota',        'fail', 'any', '', () => status(429, { code: 'insufficient_quota' }),      'no money left, told as a rate limit'],
  ['status-500',                  'availability', 'fail', 'any', '', () => status(500),                                      'an internal error'],
  ['status-502',                  'availability', 'fail', 'any', '', () => status(502),                                      'a bad gateway'],
  ['status-502-html',             'availability', 'fail', 'any', '', () => status(502, { body: '<html><title>502 Bad Gateway</title></html>', headers: { 'content-type': 'text/html' } }), 'a bad gateway in HTML'],
  ['status-503',                  'availability', 'fail', 'any', '', () => status(503),                                      'overloaded'],
  ['status-503-seconds',          'availability', 'fail', 'any', '', () => status(503, { retryAfter: 1 }),                   'overloaded, with Retry-After in seconds'],
  ['status-504',                  'availability', 'fail', 'any', '', () => status(504),                                      'a gateway that timed out'],
  ['status-529',                  'availability', 'fail', 'any', '', () => status(529),                                      'overloaded, as Anthropic says it'],
  ['echoed-key',                  'auth',         'fail', 'any', '', () => echoedKey(),                                      'an error that repeats the key it was sent'],
  ['error-in-200',                'availability', 'fail', 'any', '', () => errorIn200(),                                     'an error body with status 200'],
])
