/**
 * Every row of `faults.list`, looked for on the wire by a client that hides nothing: whole and as a stream,
 * in each dialect that has it. A row without a line here fails the test.
 */
import assert from 'node:assert/strict'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { faults, provider } from '../dist/testing.js'
import type { FaultRow } from '../testing.d.ts'

const person = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
  additionalProperties: false,
}

/** What came over the wire, up to its end, an error, or the client's patience. */
type Wire = {
  status?: number
  headers: IncomingHttpHeaders
  body: Buffer
  error?: string
  complete: boolean
  gaveUp: boolean
  firsts: number[]
}

function call(url: string, body: object, { patienceMs = 5000, enough = Number.POSITIVE_INFINITY } = {}): Promise<Wire> {
  return new Promise((resolve) => {
    const wire: Wire = { headers: {}, body: Buffer.alloc(0), complete: false, gaveUp: false, firsts: [] }
    const parts: Buffer[] = []
    const settle = () => {
      clearTimeout(timer)
      wire.body = Buffer.concat(parts)
      resolve(wire)
      request.destroy()
    }
    const timer = setTimeout(() => {
      wire.gaveUp = true
      settle()
    }, patienceMs)
    const request = httpRequest(url, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-canary', 'content-type': 'application/json' },
      agent: false,
      maxHeaderSize: 1 << 20,
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      wire.error ??= error.code ?? error.message
      settle()
    })
    request.on('information', ({ statusCode }) => wire.firsts.push(statusCode))
    request.on('response', (response) => {
      wire.status = response.statusCode!
      wire.headers = response.headers
      let size = 0
      response.on('data', (part: Buffer) => {
        parts.push(part)
        size += part.length
        if (size > enough) settle()
      })
      response.on('error', (error: NodeJS.ErrnoException) => {
        wire.error ??= error.code ?? error.message
      })
      response.on('close', () => {
        wire.complete = response.complete
        settle()
      })
    })
    request.end(JSON.stringify(body))
  })
}

/** What the answer says, read leniently from whole and streamed bodies alike. */
function read(wire: Wire, stream: boolean) {
  const text = new TextDecoder().decode(wire.body)
  // biome-ignore lint/suspicious/noExplicitAny: bodies of any shape
  const documents: any[] = stream
    ? text
        .split('\n\n')
        .filter((event) => event.startsWith('data: {'))
        .flatMap((event) => parsed(event.slice(6)))
    : [parsed(text)].flat()
  const choices = documents.map((document) => document?.choices?.[0]).filter(Boolean)
  const deltas = choices.map((choice) => choice.message ?? choice.delta)
  return {
    text,
    first: documents[0],
    last: documents.at(-1),
    content: deltas.map((delta) => delta.content ?? '').join(''),
    isNull: deltas.every((delta) => delta.content == null || delta.content === ''),
    tool: deltas.map((delta) => delta.tool_calls?.[0]?.function?.name ?? '').join(''),
    arguments: deltas.map((delta) => delta.tool_calls?.[0]?.function?.arguments ?? '').join(''),
    finish: choices
      .map((choice) => choice.finish_reason)
      .filter((reason) => reason != null)
      .at(-1),
    finishes: choices.at(-1) && 'finish_reason' in choices.at(-1),
    usage: documents
      .map((document) => document?.usage)
      .filter(Boolean)
      .at(-1),
    done: text.includes('data: [DONE]'),
  }
}

function parsed(text: string): unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    return []
  }
}

type Seen = { wire: Wire; stream: boolean } & ReturnType<typeof read>
type Probe = (seen: Seen) => unknown

const status =
  (code: number, message: RegExp, headers: (headers: IncomingHttpHeaders) => unknown = () => true): Probe =>
  ({ wire, text }) =>
    wire.status === code && wire.complete && message.test(text) && headers(wire.headers)
const isReset: Probe = ({ wire }) => wire.error === 'ECONNRESET' && !wire.complete
const hangs: Probe = ({ wire }) => wire.gaveUp
const isGood: Probe = ({ wire, content, finish }) =>
  wire.status === 200 && wire.complete && content.length > 0 && finish === 'stop'
const both =
  (...probes: Probe[]): Probe =>
  (seen) =>
    probes.every((probe) => probe(seen))
const says =
  (pattern: RegExp): Probe =>
  (seen) =>
    seen.wire.status === 200 && seen.wire.complete && pattern.test(seen.content)
const finishes =
  (reason: string | undefined): Probe =>
  (seen) =>
    seen.wire.complete && seen.finish === reason && seen.content.length > 0

// biome-ignore format: a table
const probes: Record<string, Probe> = {
  'ok':                        isGood,
  'status-400':                status(400, /invalid_request_error/),
  'status-400-context-length': status(400, /context_length_exceeded/),
  'status-401':                status(401, /invalid_api_key/),
  'status-402':                status(402, /[Ii]nsufficient/),
  'status-403':                status(403, /not supported/),
  'status-404-model':          status(404, /gpt-4o.*model_not_found/),
  'status-408':                status(408, /timed out/),
  'status-409':                status(409, /modified/),
  'status-413':                status(413, /too large/),
  'status-422':                status(422, /required/),
  'status-429':                status(429, /rate_limit_exceeded/, (headers) => !headers['retry-after']),
  'status-429-seconds':        status(429, /rate_limit_exceeded/, (headers) => headers['retry-after'] === '1'),
  'status-429-date':           status(429, /rate_limit_exceeded/, (headers) => Math.abs(Date.parse(headers['retry-after']!) - Date.now()) < 2000),
  'status-429-milliseconds':   status(429, /rate_limit_exceeded/, (headers) => headers['retry-after-ms'] === '20'),
  'status-429-hint':           status(429, /Please try again in 20ms\./),
  'status-429-quota':          status(429, /insufficient_quota/),
  'status-500':                status(500, /server_error/),
  'status-502':                status(502, /server_error/),
  'status-502-html':           status(502, /^<html>/, (headers) => headers['content-type'] === 'text/html'),
  'status-503':                status(503, /overloaded/),
  'status-503-seconds':        status(503, /overloaded/, (headers) => headers['retry-after'] === '1'),
  'status-504':                status(504, /timeout/),
  'status-529':                status(529, /Overloaded/),
  'echoed-key':                status(401, /sk-canary.*Bearer sk-canary/),
  'error-in-200':              status(200, /^\{"error":\{/),

  'refused':                   ({ wire }) => wire.error === 'ECONNREFUSED',
  'stall-request':             both(hangs, ({ wire }) => wire.status === undefined),
  'stall-head':                both(hangs, ({ wire }) => wire.status === undefined),
  'stall-body':                both(hangs, ({ wire }) => wire.status === 200 && wire.body.length === 0),
  'stall-middle':              both(hangs, ({ wire, done }) => wire.status === 200 && wire.body.length > 0 && !done),
  'reset-request':             both(isReset, ({ wire }) => wire.status === undefined),
  'reset-head':                both(isReset, ({ wire }) => wire.status === undefined),
  'reset-body':                both(isReset, ({ wire }) => wire.status === 200 && wire.body.length === 0),
  'reset-middle':              both(isReset, ({ wire }) => wire.status === 200 && wire.body.length > 0),
  'truncated-length':          ({ wire }) => !wire.complete && wire.body.length > 0 && wire.body.length < Number(wire.headers['content-length']),
  'truncated-chunked':         ({ wire }) => !wire.complete && wire.body.length > 0 && wire.headers['transfer-encoding'] === 'chunked',
  'cut-body':                  ({ wire }) => wire.complete && wire.body.length > 0 && parsed(wire.body.toString()).length === 0,
  'cut-stream':                ({ wire, finish, done, content }) => wire.complete && content.length > 0 && finish === undefined && !done,
  'stream-error':              ({ wire, last, content, done }) => wire.complete && content.length > 0 && last.error.type === 'server_error' && !done,
  'drip':                      both(hangs, ({ wire }) => wire.body.length > 0 && wire.body.length < 20),
  'late':                      both(hangs, ({ wire }) => wire.status === undefined),

  'redirect-301':              ({ wire }) => wire.status === 301 && wire.headers.location!.startsWith('http://127.0.0.1:'),
  'redirect-302':              ({ wire }) => wire.status === 302 && wire.headers.location!.endsWith('/v1/chat/completions'),
  'redirect-307':              ({ wire }) => wire.status === 307,
  'redirect-308':              ({ wire }) => wire.status === 308,
  'headers-many':              both(isGood, ({ wire }) => wire.headers['x-test-89']),
  'headers-too-many':          both(isGood, ({ wire }) => wire.headers['x-test-399']),
  'headers-large':             both(isGood, ({ wire }) => wire.headers['x-test-0']!.length === 12_000),
  'informational':             both(isGood, ({ wire }) => wire.firsts.join() === '102,103'),
  'http10':                    both(isGood, ({ wire }) => wire.headers['content-length'] === undefined && wire.headers['transfer-encoding'] === undefined),
  'not-http':                  ({ wire }) => /HPE_/.test(wire.error!),
  'wrong-encoding':            both(isGood, ({ wire }) => wire.headers['content-encoding'] === 'gzip'),
  'content-type':              both(isGood, ({ wire }) => wire.headers['content-type'] === 'text/plain'),

  'html':                      both(status(200, /^<!doctype html>/), ({ wire }) => wire.headers['content-type']!.startsWith('text/html')),
  'empty-body':                ({ wire }) => wire.status === 200 && wire.complete && wire.body.length === 0,
  'broken-envelope':           ({ wire, stream, text }) => wire.complete && (stream ? text.split('\n\n').some((event) => event.startsWith('data: {') && parsed(event.slice(6)).length === 0) : parsed(text).length === 0),
  'trailing-garbage':          ({ wire, text }) => wire.complete && parsed(text).length === 0 && text.endsWith('-->'),
  'byte-order-mark':           both(({ wire }) => wire.body.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])), isGood),
  'invalid-utf8':              ({ wire }) => wire.complete && wire.body.includes(Buffer.from([0xff, 0xc3, 0x28])),
  'nul-byte':                  ({ wire }) => wire.complete && wire.body.includes(0),
  'lone-surrogate':            both(({ wire }) => wire.body.includes('\\ud800'), ({ content }) => content.includes('\ud800')),
  'duplicate-keys-good':       both(isGood, ({ wire }) => wire.body.toString().split('"model"').length > 2),
  'duplicate-keys-empty':      ({ wire, content, first, last }) => wire.complete && content === '' && first.choices.length === 0 && last.choices.length === 0,
  'deep-json':                 ({ wire }) => wire.complete && wire.body.includes('['.repeat(1e6)),

  'huge':                      ({ wire }) => wire.status === 200 && wire.body.length > 1e6,
  'gzip-bomb':                 ({ wire }) => wire.headers['content-encoding'] === 'gzip' && wire.body.length > 1000,

  'empty-content':             both(({ content, isNull }) => content === '' && isNull, ({ finish }) => finish === 'stop'),
  'null-content':              both(({ isNull, finish }) => isNull && finish === 'stop', ({ stream, first }) => stream || first.choices[0].message.content === null),
  'no-choices':                ({ wire, first }) => wire.complete && first.object && first.choices === undefined,
  'empty-choices':             ({ wire, first }) => wire.complete && first.choices.length === 0,
  'wrong-model':               both(isGood, ({ first }) => first.model === 'gpt-3.5-turbo-0125'),
  'broken-json':               both(says(/^\{"name"/), ({ content, finish }) => parsed(content).length === 0 && finish === 'stop'),
  'schema-type':               says(/^\{"name":\{"wrong":"type"\},"age":1\}$/),
  'schema-missing':            says(/^\{"age":1\}$/),
  'schema-extra':              says(/"unexpected_key":true\}$/),
  'price-spike':               both(isGood, ({ usage }) => usage.completion_tokens === 2_000_000),
  'finish-length':             finishes('length'),
  'finish-content-filter':     finishes('content_filter'),
  'finish-unknown':            finishes('galaxy_collapse'),
  'finish-error':              finishes('error'),
  'finish-null':               both(finishes(undefined), ({ finishes }) => finishes),
  'finish-missing':            both(finishes(undefined), ({ finishes, stream }) => stream || !finishes),
  'loop':                      says(/(the same words ){400}$/),
  'template-token':            says(/<\|im_end\|>\n<\|im_start\|>assistant$/),
  'prompt-echo':               says(/^Who is there\?$/),
  'undeclared-tool':           ({ tool, finish }) => tool === 'delete_everything' && finish === 'tool_calls',
  'broken-arguments':          (seen) => seen.tool === 'find_person' && parsed(seen.arguments).length === 0,
  'argument-violation':        (seen) => seen.tool === 'find_person' && seen.arguments === '{"name":{"wrong":"type"},"age":1}',
}

/** A client's limits, where a row has no end or more than anyone wants to read. */
const limits: Record<string, object> = {
  drip: { patienceMs: 150 },
  late: { patienceMs: 60 },
  huge: { enough: 2e6 },
  'gzip-bomb': { enough: 2000 },
}

async function check(row: FaultRow, stream: boolean) {
  await using server = await provider({ name: 'a provider' })
  server.always(row.fault())
  const body = {
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Who is there?' }],
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
    ...(row.asks === 'schema' && {
      response_format: { type: 'json_schema', json_schema: { name: 'p', schema: person } },
    }),
    ...(row.asks === 'tools' && {
      tools: [{ type: 'function', function: { name: 'find_person', parameters: person } }],
    }),
  }
  const wire = await call(
    `${server.baseUrl}/chat/completions`,
    body,
    limits[row.name] ?? (row.hangs ? { patienceMs: 80 } : {}),
  )
  const seen = { wire, stream, ...read(wire, stream) }
  assert.ok(
    probes[row.name]?.(seen),
    `${row.name}: ${wire.status} ${wire.error} complete=${wire.complete} ${JSON.stringify(wire.headers).slice(0, 300)}\n${seen.text.slice(0, 1500)}`,
  )
  assert.equal(server.hits, row.name === 'refused' ? 0 : 1)
}

describe('each fault is seen on the wire', () => {
  for (const row of Object.values(faults.list)) {
    if (row.asks !== 'stream') test(`${row.name}: ${row.says}`, () => check(row, false))
    if (row.asks !== 'whole') test(`${row.name}, as a stream`, () => check(row, true))
  }
  test('and none is without a probe, and no probe without a fault', () => {
    assert.deepEqual(Object.keys(probes).sort(), Object.keys(faults.list).sort())
  })
})

describe('in the other dialects', () => {
  const requests = {
    responses: { path: '/v1/responses', body: { model: 'gpt-4o', input: 'Hi' } },
    anthropic: {
      path: '/v1/messages',
      body: { model: 'claude-sonnet-4-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] },
    },
    gemini: {
      path: '/v1beta/models/gemini-2.5-pro:generateContent',
      body: { contents: [{ parts: [{ text: 'Hi' }] }] },
    },
  } as const
  // biome-ignore format: a table
  const spelled: [fault: string, responses: RegExp, anthropic: RegExp, gemini: RegExp][] = [
    ['status-429',            /"rate_limit_exceeded"/,        /"rate_limit_error"/,                /"RESOURCE_EXHAUSTED"/],
    ['status-503',            /"service_unavailable"/,        /"service_unavailable"/,             /"UNAVAILABLE"/],
    ['wrong-model',           /"model":"gpt-3.5-turbo-0125"/, /"model":"claude-3-haiku-20240307"/, /"modelVersion":"gemini-1.5-flash-8b"/],
    ['empty-choices',         /"output":\[\]/,                /"content":\[\]/,                    /"candidates":\[\]/],
    ['no-choices',            /^((?!"output":).)*$/,          /^((?!"content":).)*$/,              /^((?!"candidates":).)*$/],
    ['finish-length',         /"max_output_tokens"/,          /"stop_reason":"max_tokens"/,        /"finishReason":"MAX_TOKENS"/],
    ['finish-content-filter', /"reason":"content_filter"/,    /"stop_reason":"refusal"/,           /"finishReason":"SAFETY"/],
    ['finish-unknown',        /galaxy_collapse/,              /"stop_reason":"galaxy_collapse"/,   /"finishReason":"galaxy_collapse"/],
    ['finish-missing',        /^((?!"completed","error").)*$/, /^((?!stop_reason).)*$/,            /^((?!finishReason).)*$/],
    ['empty-content',         /"text":""/,                    /"text":""/,                         /"text":""/],
    ['invalid-utf8',          /\uFFFD/,                       /\uFFFD/,                            /\uFFFD/],
  ]
  for (const [name, ...patterns] of spelled) {
    test(name, async () => {
      await using server = await provider()
      server.always(faults.list[name]!.fault())
      for (const [index, { path, body }] of Object.values(requests).entries()) {
        const { body: bytes } = await call(server.origin + path, body)
        assert.match(bytes.toString(), patterns[index]!)
      }
    })
  }

  test('a stream is cut, broken off by an error, or loses its finish reason in each of them', async () => {
    await using server = await provider({ answer: 'one two three four' })
    const streams = [
      [
        '/v1/responses',
        { ...requests.responses.body, stream: true },
        /response\.completed/,
        /event: error\ndata: \{"type":"error"/,
      ],
      [
        '/v1/messages',
        { ...requests.anthropic.body, stream: true },
        /message_delta/,
        /event: error\ndata: \{"type":"error"/,
      ],
      [
        '/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
        requests.gemini.body,
        /finishReason/,
        /"status":"INTERNAL"/,
      ],
    ] as const
    for (const [path, body, end, error] of streams) {
      const seen = async (fault: Parameters<typeof server.always>[0]) =>
        (await call(server.always(fault).origin + path, body)).body.toString()
      assert.match(await seen(faults.ok()), end)
      assert.doesNotMatch(await seen(faults.cut()), end)
      assert.doesNotMatch(await seen(faults.finish(undefined)), end)
      assert.match(await seen(faults.streamError()), error)
    }
  })
})

describe('sizes are exact', () => {
  const body = { model: 'gpt-4o', messages: [] }

  test('a small bomb is valid gzip of a valid answer', async () => {
    await using server = await provider({ answer: 'x' })
    server.always(faults.gzipBomb({ bytes: 3.5 * 2 ** 20 }))
    const { body: bytes } = await call(`${server.baseUrl}/chat/completions`, body)
    const { content } = read({ body: gunzipSync(bytes) } as Wire, false)
    assert.equal(content.length, 3.5 * 2 ** 20 + 'x '.length)
    assert.ok(bytes.length < 10_000)
  })

  test('a huge answer is a valid one', async () => {
    await using server = await provider({ answer: 'x' })
    server.always(faults.huge({ bytes: 2 ** 21 + 1 }))
    const wire = await call(`${server.baseUrl}/chat/completions`, body)
    assert.ok(wire.complete)
    assert.equal(read(wire, false).content.length, 2 ** 21 + 1 + 'x '.length)
  })

  test('a client that gives up stops it', async () => {
    await using server = await provider()
    server.always(faults.huge())
    await call(`${server.baseUrl}/chat/completions`, body, { enough: 100 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(server.aborted, 1)
  })

  test('a drip ends well when its time is over', async () => {
    await using server = await provider()
    server.always(faults.drip({ everyMs: 1, forMs: 20 }))
    const wire = await call(`${server.baseUrl}/chat/completions`, body)
    assert.equal(read(wire, false).content, 'Hello from openai.')
  })
})

describe('below HTTP', () => {
  /** How the connection ends, and how much of a body of 32 MiB the server takes before it does, or patience does. */
  function socketSees(port: number, patience = 10_000): Promise<{ end: string; unsent: number }> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      const settle = (end: string) => {
        clearTimeout(timer)
        resolve({ end, unsent: socket.writableLength })
        socket.destroy()
      }
      const timer = setTimeout(() => settle('silence'), patience)
      socket.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
      socket.on('end', () => settle('end'))
      socket.resume()
      socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 33554432\r\n\r\n')
      for (let part = 0; part < 32; part += 1) socket.write(Buffer.alloc(1 << 20, ' '))
    })
  }

  test('a reset is a reset and no orderly end', async () => {
    await using server = await provider()
    for (const at of ['head', 'body', 'middle'] as const) {
      server.always(faults.reset({ at }))
      assert.equal((await socketSees(server.port)).end, 'ECONNRESET', at)
    }
    server.always(faults.truncate())
    assert.equal((await socketSees(server.port)).end, 'end')
  })

  test('a stall at the request leaves it unread, one at the head does not', async () => {
    await using server = await provider()
    server.always(faults.stall({ at: 'request' }))
    assert.ok((await socketSees(server.port, 250)).unsent > 1 << 20)
    server.always(faults.stall({ at: 'head' }))
    assert.equal((await socketSees(server.port, 1_500)).unsent, 0)
  })
})
