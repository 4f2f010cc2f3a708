/**
 * What becomes of each row of `faults.list`, decided from the promises of the design and not from what the code does.
 *
 * Without a schema in the request:
 * - `passes`  the first provider's answer is delivered, nothing remarked;
 * - `flags`   it is delivered, and the fault is noted in its verdict;
 * - `heals`   it is not delivered; the second provider's verified answer is;
 * - `refuses` nobody else is asked, because the request would fail anywhere.
 */
export type Outcome = 'passes' | 'flags' | 'heals' | 'refuses'

/** How a call ends when there is nobody healthy to turn to. */
export interface Failing {
  /** The status through `fetch`, or `flags`: two routes that agree on a sign of ill health are believed. */
  readonly both: number | 'flags'
  /** The status where there is only one route, and how often it is asked. */
  readonly alone: number
  readonly asked: number
}

export interface Expected extends Failing {
  readonly outcome: Outcome
  /** The fault of the failed attempt; the dimension of a flag. */
  readonly fault: string
}

type Columns = readonly [Outcome, string?, (number | 'flags')?, number?, number?]

function row([outcome, fault = '', both = 0, alone = 0, asked = 0]: Columns): Expected {
  return { outcome, fault, both, alone, asked }
}

const rows = (table: Readonly<Record<string, Columns>>): Record<string, Expected> =>
  Object.fromEntries(Object.entries(table).map(([name, columns]) => [name, row(columns)]))

/**
 * `both`: the same fault at both routes. `alone`: one route, its status and the requests it gets; a fault that waiting
 * or another draw can heal gets a second one. An HTTP error of the only route, and one that is the caller's own doing,
 * is handed on as it came; else 502 where answers came and failed, 503 where none came, 504 where time ran out.
 */
// biome-ignore format: a table
export const plain = rows({
  //                            outcome    fault or dimension            both    alone  asked
  'ok':                        ['passes'],

  'status-400':                ['refuses', 'invalid_request',             400,    400,   1],
  'status-400-context-length': ['heals',   'context_length_exceeded',     400,    400,   1],
  'status-401':                ['heals',   'invalid_api_key',             503,    401,   1],
  'status-402':                ['heals',   'credit_balance_exhausted',    503,    402,   1],
  'status-403':                ['heals',   'region_not_supported',        503,    403,   1],
  'status-404-model':          ['heals',   'model_not_found',             404,    404,   1],
  'status-408':                ['heals',   'request_timeout',             503,    408,   2],
  'status-409':                ['heals',   'conflict',                    503,    409,   2],
  'status-413':                ['heals',   'request_too_large',           413,    413,   1],
  'status-422':                ['refuses', 'invalid_request',             422,    422,   1],
  'status-429':                ['heals',   'rate_limit_requests',         503,    429,   2],
  'status-429-seconds':        ['heals',   'rate_limit_requests',         503,    429,   2],
  'status-429-date':           ['heals',   'rate_limit_requests',         503,    429,   2],
  'status-429-milliseconds':   ['heals',   'rate_limit_requests',         503,    429,   2],
  'status-429-hint':           ['heals',   'rate_limit_requests',         503,    429,   2],
  'status-429-quota':          ['heals',   'insufficient_quota',          503,    429,   1],
  'status-500':                ['heals',   'server_error',                503,    500,   2],
  'status-502':                ['heals',   'bad_gateway',                 503,    502,   2],
  'status-502-html':           ['heals',   'bad_gateway',                 503,    502,   2],
  'status-503':                ['heals',   'overloaded',                  503,    503,   2],
  'status-503-seconds':        ['heals',   'overloaded',                  503,    503,   2],
  'status-504':                ['heals',   'gateway_timeout',             503,    504,   2],
  'status-529':                ['heals',   'overloaded',                  503,    529,   2],
  'echoed-key':                ['heals',   'invalid_api_key',             503,    401,   1],
  'error-in-200':              ['heals',   'server_error',                502,    502,   2],

  'refused':                   ['heals',   'connect_refused',             503,    503,   2],
  'stall-request':             ['heals',   'total_timeout',               504,    504,   1],
  'stall-head':                ['heals',   'total_timeout',               504,    504,   1],
  'stall-body':                ['heals',   'total_timeout',               504,    504,   1],
  'stall-middle':              ['heals',   'total_timeout',               504,    504,   1],
  'reset-request':             ['heals',   'connection_reset',            503,    503,   2],
  'reset-head':                ['heals',   'connection_reset',            503,    503,   2],
  'reset-body':                ['heals',   'body_truncated',              503,    503,   2],
  'reset-middle':              ['heals',   'body_truncated',              503,    503,   2],
  'truncated-length':          ['heals',   'body_truncated',              503,    503,   2],
  'truncated-chunked':         ['heals',   'body_truncated',              503,    503,   2],
  'cut-body':                  ['heals',   'invalid_json',                502,    502,   2],
  'cut-stream':                ['heals',   'invalid_json',                502,    502,   2], // whole, it is a cut body
  'stream-error':              ['heals',   'server_error',                502,    502,   2], // whole, it is an error in 200
  'drip':                      ['passes'],
  'late':                      ['passes'],

  'redirect-301':              ['heals',   'redirect_refused',            301,    301,   1],
  'redirect-302':              ['heals',   'redirect_refused',            302,    302,   1],
  'redirect-307':              ['heals',   'redirect_refused',            307,    307,   1],
  'redirect-308':              ['heals',   'redirect_refused',            308,    308,   1],
  'headers-many':              ['passes'],
  'headers-too-many':          ['heals',   'protocol_error',              503,    503,   2],
  'headers-large':             ['passes'],
  'informational':             ['passes'],
  'http10':                    ['passes'],
  'not-http':                  ['heals',   'protocol_error',              503,    503,   2],
  'wrong-encoding':            ['heals',   'decompression_failed',        503,    503,   2],
  'content-type':              ['passes'],

  'html':                      ['heals',   'html_instead_of_json',        502,    502,   2],
  'empty-body':                ['heals',   'empty_answer',                502,    502,   2],
  'broken-envelope':           ['heals',   'invalid_json',                502,    502,   2],
  'trailing-garbage':          ['heals',   'invalid_json',                502,    502,   2],
  'byte-order-mark':           ['passes'],
  'invalid-utf8':              ['heals',   'invalid_utf8',                502,    502,   2],
  'nul-byte':                  ['heals',   'invalid_json',                502,    502,   2],
  'lone-surrogate':            ['passes'],
  'duplicate-keys-good':       ['passes'],
  'duplicate-keys-empty':      ['heals',   'no_choices',                  502,    502,   2],
  'deep-json':                 ['heals',   'json_too_deep',               502,    502,   1],
  'huge':                      ['heals',   'body_too_large',              503,    503,   1],
  'gzip-bomb':                 ['heals',   'decompression_bomb',          503,    503,   1],

  'empty-content':             ['heals',   'empty_answer',                502,    502,   2],
  'null-content':              ['heals',   'empty_answer',                502,    502,   2],
  'no-choices':                ['heals',   'not_an_answer',               502,    502,   2],
  'empty-choices':             ['heals',   'no_choices',                  502,    502,   2],
  'wrong-model':               ['heals',   'model_mismatch',              502,    502,   1],
  'broken-json':               ['passes'],
  'schema-type':               ['passes'],
  'schema-missing':            ['passes'],
  'schema-extra':              ['passes'],
  'price-spike':               ['passes'],
  'finish-length':             ['heals',   'truncated_answer',            502,    502,   1],
  'finish-content-filter':     ['flags',   'completeness'],
  'finish-unknown':            ['heals',   'finish_unknown',              502,    502,   2],
  'finish-error':              ['heals',   'finish_error',                502,    502,   2],
  'finish-null':               ['heals',   'finish_missing',              502,    502,   2],
  'finish-missing':            ['heals',   'finish_missing',              502,    502,   2],
  'loop':                      ['heals',   'repetition_loop',            'flags', 502,   2],
  'template-token':            ['heals',   'template_token',             'flags', 502,   2],
  'prompt-echo':               ['flags',   'integrity'],

  'undeclared-tool':           ['heals',   'tool_undeclared',             502,    502,   2],
  'broken-arguments':          ['heals',   'tool_arguments_invalid',      502,    502,   2],
  'argument-violation':        ['flags',   'schema'],
})

/** The rows that a JSON Schema in the request makes different. */
// biome-ignore format: a table
export const withSchema: Record<string, Expected> = {
  ...plain,
  ...rows({
    //                            outcome    fault                         both    alone  asked
    'broken-json':               ['heals',   'content_not_json',            502,    502,   2],
    'schema-type':               ['heals',   'schema_violation',            502,    502,   2],
    'schema-missing':            ['heals',   'schema_violation',            502,    502,   2],
    'schema-extra':              ['heals',   'schema_violation',            502,    502,   2],
    // Words around or instead of the JSON: no two routes can be right about that.
    'loop':                      ['heals',   'content_not_json',            502,    502,   2],
    'template-token':            ['heals',   'content_not_json',            502,    502,   2],
    'prompt-echo':               ['heals',   'content_not_json',            502,    502,   2],
  }),
}
