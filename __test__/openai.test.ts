// A wrapped openai-node is the real one. Every row runs on a bare client and on a wrapped one, against the same server,
// and both must tell the same: values, bytes, headers, errors, and what the server saw.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import OpenAI, { AzureOpenAI, toFile } from 'openai'
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod'
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions'
import { z } from 'zod'
import { CorrectoverEngine, wrap } from '../dist/index.mjs'
import { faults, provider } from '../dist/testing.js'
import type { Fault, Provider, RecordedRequest } from '../testing.d.ts'

const QUESTION = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Hi' }] }

let server: Provider
let engine: CorrectoverEngine
let unhandled = 0
const warnings: string[] = []

process.on('unhandledRejection', () => unhandled++)
process.on('warning', ({ name }) => warnings.push(name))

before(async () => {
  server = await provider({ name: 'server' })
  engine = new CorrectoverEngine()
})
after(async () => {
  await Promise.all([engine.close(), server.close()])
  assert.equal(unhandled, 0)
  assert.deepEqual(
    warnings.filter((name) => name.startsWith('MaxListeners')),
    [],
  )
})
beforeEach(() => {
  server.reset()
})

type Options = ConstructorParameters<typeof OpenAI>[0]

const bareClient = (options?: Options) => new OpenAI({ apiKey: 'sk-client', baseURL: server.baseUrl, ...options })

interface Told {
  readonly result: unknown
  readonly requests: unknown[]
}

/** What a run gives, and what the server saw of it. */
async function told(client: OpenAI, step: Fault | undefined, run: (client: OpenAI) => unknown): Promise<Told> {
  server.reset()
  if (step !== undefined) server.always(step)
  let result: unknown
  try {
    result = plain(await run(client))
  } catch (error) {
    result = plain(error)
  }
  return { result, requests: server.requests.map(seen) }
}

function seen({ method, path, headers, body }: RecordedRequest) {
  // The transports announce what they can decode and how they connect in their own ways.
  const own = ['accept-encoding', 'connection', 'host', 'sec-fetch-mode', 'accept-language', 'content-length']
  const kept = Object.entries(headers)
    .filter(([name]) => !own.includes(name))
    .sort()
  const boundary = /boundary=(.+)$/.exec(String(headers['content-type']))?.[1]
  return JSON.parse(JSON.stringify([method, path, kept, body]).replaceAll(boundary ?? '\0', 'BOUNDARY'))
}

const OURS = /^x-correctover-|^x-should-retry$/

/** Errors by everything that they show, headers without ours, the rest as it is. */
function plain(value: unknown): unknown {
  if (value instanceof Headers) return [...value].filter(([name]) => name !== 'date' && !OURS.test(name))
  if (value instanceof OpenAI.APIError) {
    const { status, message, code, type, param, requestID, error, headers } = value
    return {
      class: value.constructor.name,
      status,
      message,
      code,
      type,
      param,
      requestID,
      error,
      headers: plain(headers),
    }
  }
  if (value instanceof Error)
    return { class: value.constructor.name, message: value.message, cause: plain(value.cause) }
  return value
}

/** The same of both; how often a failing request is repeated is compared only where `once`. */
async function same(run: (client: OpenAI) => unknown, step?: Fault, options?: Options): Promise<Told> {
  const bare = await told(bareClient(options), step, run)
  const wrapped = await told(wrap(bareClient(options), engine), step, run)
  assert.deepEqual(wrapped, bare)
  return wrapped
}

// === The surface ===

const Answer = z.object({ city: z.string(), people: z.number() })
const weather = (seen: string[] = []) =>
  zodFunction({
    name: 'get_weather',
    parameters: z.object({ city: z.string() }),
    function: ({ city }) => {
      seen.push(city)
      return `rain in ${city}`
    },
  })

const PARSED = { ...QUESTION, response_format: zodResponseFormat(Answer, 'answer') }
const STREAMED = { ...QUESTION, stream: true as const }

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Identifiers that the server counts up are no difference. */
const stable = (value: unknown) =>
  JSON.parse(JSON.stringify(value ?? null).replace(/"(id|tool_call_id|_request_id|created)":("[^"]*"|\d+)/g, '"$1":0'))

// biome-ignore format: rows
const SURFACE: Record<string, (client: OpenAI) => unknown> = {
  'create':                    async (client) => stable(await client.chat.completions.create(QUESTION)),
  'parse':                     async (client) => stable(await client.chat.completions.parse(PARSED)),
  'parse of tools':            async (client) => stable(await client.chat.completions.parse({ ...QUESTION, tools: [weather()] })),
  'iteration of a stream':     async (client) => stable(await collected(await client.chat.completions.create(STREAMED))),
  'stream()':                  async (client) => stable(await client.chat.completions.stream(QUESTION).finalChatCompletion()),
  'stream() of a schema':      async (client) => stable(await client.chat.completions.stream(PARSED).finalChatCompletion()),
  'client.post':               async (client) => stable(await client.post('/chat/completions', { body: QUESTION })),
  'client.request':            async (client) => stable(await client.request({ method: 'post', path: '/chat/completions', body: QUESTION })),
  '_thenUnwrap':               async (client) => client.chat.completions.create(QUESTION)._thenUnwrap(({ choices }) => choices[0]?.message.content),
  'the class':                 (client) => [client instanceof OpenAI, client.constructor === OpenAI, client.maxRetries, client.timeout, client.baseURL, client.apiKey],
  'withOptions':               async (client) => stable(await client.withOptions({ defaultHeaders: { 'x-team': 'a' }, defaultQuery: { v: '1' } }).chat.completions.create(QUESTION)),
  'headers and query of a call': async (client) => stable(await client.chat.completions.create(QUESTION, { headers: { 'X-Team': 'b', 'x-none': null }, query: { a: 'b c' }, idempotencyKey: 'once' })),
  'embeddings':                async (client) => stable(await client.embeddings.create({ model: 'text-embedding-3-small', input: 'x' }).catch(plain)),
  'responses':                 async (client) => stable((await client.responses.create({ model: 'gpt-4o', input: 'Hi' })).output_text),
  'responses, streamed':       async (client) => stable((await client.responses.stream({ model: 'gpt-4o', input: 'Hi' }).finalResponse()).output_text),
}

describe('a bare client and a wrapped one tell the same:', () => {
  for (const [name, run] of Object.entries(SURFACE)) {
    test(name, async () => {
      await same(run)
    })
  }

  test('withResponse, asResponse and the request id', async () => {
    const answer = { headers: { 'x-request-id': 'req_7', 'x-odd': 'é' } }
    await same(async (client) => {
      const { data, response, request_id } = await client.chat.completions.create(QUESTION).withResponse()
      const raw = await client.chat.completions.create(QUESTION).asResponse()
      const { status, statusText, ok, url, redirected, type, bodyUsed } = raw
      return [
        [data.choices[0]?.message, (data as { _request_id?: string | null })._request_id, request_id],
        [response.status, response.bodyUsed, plain(response.headers), response instanceof Response],
        [status, statusText, ok, url, redirected, type, bodyUsed, plain(raw.headers), raw instanceof Response],
        [raw.headers.get('X-Odd'), raw.headers.has('nothing'), Object.prototype.toString.call(raw)],
        stable(await raw.clone().json()),
        stable(JSON.parse(await raw.text())),
        [raw.bodyUsed, await raw.text().catch((error) => error.constructor.name)],
      ]
    }, faults.ok(answer))
  })

  test('the events of stream(), in order', async () => {
    const events = [
      'connect',
      'chunk',
      'chatCompletion',
      'message',
      'content',
      'content.done',
      'finalContent',
      'finalMessage',
      'end',
    ] as const
    const { result } = await same(async (client) => {
      const stream = client.chat.completions.stream(QUESTION)
      const heard: string[] = []
      for (const event of events) stream.on(event, () => heard.push(event))
      await stream.done()
      return heard
    })
    assert.ok((result as string[]).length > 8)
  })

  test('tee, toReadableStream and the controller of a stream', async () => {
    await same(async (client) => {
      const { data, response } = await client.chat.completions.create(STREAMED).withResponse()
      const [left, right] = data.tee()
      const again = await client.chat.completions.create(STREAMED)
      const stopped = await client.chat.completions.create(STREAMED)
      let chunks = 0
      for await (const _ of stopped) {
        chunks++
        stopped.controller.abort()
      }
      const broken = await client.chat.completions.create(STREAMED)
      for await (const _ of broken) break
      return [
        [response.status, response.headers.get('content-type')],
        stable(await collected(left)),
        stable(await collected(right)),
        stable(await new Response(again.toReadableStream()).text().then((text) => text.split('\n').length)),
        [stopped.controller.signal.aborted, chunks, broken.controller.signal.aborted],
      ]
    })
  })

  test('the tool runner', async () => {
    const cities: string[] = []
    const run = async (client: OpenAI) => {
      const runner = client.chat.completions.runTools({ ...QUESTION, tools: [weather(cities)] })
      return [stable(await runner.finalChatCompletion()), stable(runner.messages)]
    }
    const { requests } = await same(run, undefined).catch(async () => {
      // The ids of tool calls are counted by the server and come back in the second request.
      const bare = await told(bareClient(), undefined, run)
      const wrapped = await told(wrap(bareClient(), engine), undefined, run)
      assert.deepEqual(wrapped.result, bare.result)
      assert.equal(wrapped.requests.length, bare.requests.length)
      return wrapped
    })
    assert.equal(requests.length, 2)
    assert.equal(new Set(cities).size, 1)
  })

  test('the tool runner over streams', async () => {
    const run = async (client: OpenAI) => {
      const runner = client.chat.completions.runTools({ ...STREAMED, tools: [weather()] })
      return [stable(await runner.finalChatCompletion()), stable(runner.messages)]
    }
    const bare = await told(bareClient(), undefined, run)
    const wrapped = await told(wrap(bareClient(), engine), undefined, run)
    assert.deepEqual(wrapped.result, bare.result)
    assert.equal(wrapped.requests.length, bare.requests.length)
  })

  test('paging', async () => {
    const pages = faults.respond(({ path }, response) => {
      const after = new URL(path, 'http://x').searchParams.get('after')
      const data = after === null ? [{ id: 'a' }, { id: 'b' }] : after === 'b' ? [{ id: 'c' }] : []
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ object: 'list', data, has_more: after === null }))
    })
    const { requests } = await same(
      async (client) => [
        (await collected(client.files.list())).map(({ id }) => id),
        (await collected(client.models.list())).map(({ id }) => id),
        (await client.files.list()).hasNextPage(),
      ],
      pages,
    )
    assert.equal(requests.length, 4)
  })

  test('uploads', async () => {
    const echo = faults.respond(({ headers, body }, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const boundary = /boundary=(.+)$/.exec(String(headers['content-type']))?.[1] as string
      response.end(JSON.stringify({ id: 'file', received: body.replaceAll(boundary, 'BOUNDARY') }))
    })
    const { result } = await same(
      async (client) => [
        await client.files.create({ file: await toFile(Buffer.from('{"a":1}'), 'a.jsonl'), purpose: 'batch' }),
        await client.files.create({ file: new Response('from a response') as never, purpose: 'batch' }).catch(plain),
        await client.audio.transcriptions.create({
          model: 'whisper-1',
          file: await toFile(Buffer.from('RIFF'), 'a.wav'),
        }),
      ],
      echo,
    )
    assert.match(JSON.stringify(result), /BOUNDARY.*a\.jsonl/)
  })
})

// === Bytes ===

const ENVELOPE =
  '{"id":"c","object":"chat.completion","z":1.0e1,"n":12345678901234567890,"a":{"\\u0062":"\\u00e9 \\ud83d\\ude00 é😀"},' +
  '"model":"gpt-4o","created":1,  "choices":[{"index":0,"message":{"role":"assistant","content":"Hi\\u0000\\/"},' +
  '"finish_reason":"stop","x":null}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}\n'

// biome-ignore format: rows
const BYTES: Record<string, [body: string | Buffer, headers: Record<string, string | string[]>]> = {
  'unknown fields, number spelling, key order, escapes': [ENVELOPE, {}],
  'a byte order mark':             [`\ufeff${ENVELOPE}`, {}],
  'white space around it':         [` \r\n${ENVELOPE}\n\n\t`, {}],
  'gzip':                          [gzipSync(ENVELOPE), { 'content-encoding': 'gzip' }],
  'a length':                      [ENVELOPE, { 'content-length': `${Buffer.byteLength(ENVELOPE)}` }],
  'cookies and repeated headers':  [ENVELOPE, { 'set-cookie': ['a=1', 'b=2'], 'x-many': ['1', '2'], 'x-empty': '' }],
  'a type with a charset':         [ENVELOPE, { 'content-type': 'application/json; charset=utf-8' }],
  'an id of the provider':         [ENVELOPE, { 'x-request-id': 'req_1', 'openai-processing-ms': '7' }],
}

describe('the bytes and headers of an answer are those of the server:', () => {
  for (const [name, [body, headers]] of Object.entries(BYTES)) {
    const step = () =>
      faults.respond((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'r', ...headers })
        response.end(body)
      })
    test(name, async () => {
      const { result } = await same(async (client) => {
        const raw = () => client.chat.completions.create(QUESTION).asResponse()
        const response = await raw()
        return [
          plain(response.headers),
          response.headers.getSetCookie(),
          await response.text(),
          Buffer.from(await (await raw()).arrayBuffer()).toString('latin1'),
          await (await raw()).json(),
          Buffer.from(await new Response((await raw()).body).arrayBuffer()).toString('latin1'),
          Buffer.from(await (await (await raw()).blob()).arrayBuffer()).toString('latin1'),
          await client.chat.completions.create(QUESTION),
        ]
      }, step())
      const bytes = name === 'gzip' ? ENVELOPE : Buffer.from(body).toString()
      assert.equal((result as string[])[3], Buffer.from(bytes).toString('latin1'))
    })
  }

  test('a stream, split anywhere, also inside a character', async () => {
    const chunk = (content: string, finish: string | null) =>
      `data: {"id":"c","object":"chat.completion.chunk","model":"gpt-4o","created":1,"z":1.0e1,"choices":[{"index":0,"delta":{"role":"assistant","content":"${content}"},"finish_reason":${finish}}]}\r\n\r\n`
    const text = Buffer.from(`: hello\n\n${chunk('é😀', null)}${chunk('', '"stop"')}data: [DONE]\n\n`)
    const step = faults.respond(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'r' })
      for (let at = 0; at < text.length; at += 7) {
        response.write(text.subarray(at, at + 7))
        if (at % 70 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
      }
      response.end()
    })
    const { result } = await same(async (client) => {
      const raw = await client.chat.completions.create(STREAMED).asResponse()
      return [
        plain(raw.headers),
        await raw.text(),
        await collected(await client.chat.completions.create(STREAMED)),
        await client.chat.completions.stream(QUESTION).finalContent(),
      ]
    }, step)
    assert.equal((result as string[])[1], text.toString())
    assert.equal((result as string[])[3], 'é😀')
  })
})

// === Errors ===

// biome-ignore format: rows
const ERRORS: Record<string, [step: Fault, code?: string]> = {
  '400': [faults.status(400)],
  '403': [faults.status(403)],
  '404': [faults.status(404)],
  '409': [faults.status(409)],
  '413': [faults.status(413)],
  '422': [faults.status(422)],
  '429': [faults.status(429, { retryAfterMs: 1 })],
  '429 insufficient_quota': [faults.status(429, { code: 'insufficient_quota' })],
  '400 context_length_exceeded': [faults.status(400, { code: 'context_length_exceeded' })],
  '500': [faults.status(500, { retryAfterMs: 1 })],
  '503': [faults.status(503, { retryAfterMs: 1 })],
  '529': [faults.status(529, { retryAfterMs: 1 })],
  '500 without a body': [faults.status(500, { body: '' })],
  '502 in HTML': [faults.status(502, { body: '<html>bad gateway</html>', headers: { 'content-type': 'text/html' } })],
  '418 of another shape': [faults.status(418, { body: { detail: 'teapot' } })],
}

describe('an error is the same error:', () => {
  for (const [name, [step]] of Object.entries(ERRORS)) {
    for (const [how, question] of [
      ['whole', QUESTION],
      ['streamed', STREAMED],
    ] as const) {
      test(`${name}, ${how}`, async () => {
        const run = (client: OpenAI) => client.chat.completions.create(question as typeof QUESTION)
        const bare = await told(bareClient({ maxRetries: 0 }), step, run)
        const wrapped = await told(wrap(bareClient(), engine), step, run)
        assert.deepEqual(wrapped.result, bare.result)
        // Whatever its `maxRetries`: one owner, whose limit for a single provider is two.
        assert.ok(wrapped.requests.length <= 2)
      })
    }
  }

  test('401, but for the key in it, which is masked', async () => {
    const client = wrap(bareClient({ apiKey: 'canary-of-no-known-shape' }), engine)
    const { result } = await told(client, faults.echoedKey(), (client) => client.chat.completions.create(QUESTION))
    const { class: name, status, code } = result as Record<string, string>
    assert.deepEqual([name, status, code], ['AuthenticationError', 401, 'invalid_api_key'])
    assert.doesNotMatch(JSON.stringify(result), /canary/)
  })
})

// === Retries, timeouts, aborts ===

describe('retries have one owner:', () => {
  test('the client keeps its number, and what is no call to a model keeps its retries', async () => {
    for (const maxRetries of [0, 1, 5]) {
      assert.equal(wrap(bareClient({ maxRetries }), engine).maxRetries, maxRetries)
    }
    const { requests } = await same(
      (client) => client.models.retrieve('gpt-4o'),
      faults.status(500, { retryAfterMs: 1 }),
      { maxRetries: 2 },
    )
    assert.equal(requests.length, 3)
    assert.match(JSON.stringify(requests[2]), /"x-stainless-retry-count","2"/)
  })

  test('a call to a model is repeated by us alone', async () => {
    server.always(faults.status(500, { retryAfterMs: 1 }))
    const client = wrap(bareClient({ maxRetries: 5 }), engine)
    await assert.rejects(client.chat.completions.create(QUESTION), OpenAI.InternalServerError)
    assert.equal(server.hits, 2)
  })
})

describe('a timeout is one error, in time:', () => {
  // biome-ignore format: rows
  const TIMEOUTS: Record<string, [options: Options, perCall: number | undefined, ms: number]> = {
    'of the client':                 [{ timeout: 600 }, undefined, 600],
    'of the call':                   [{}, 1000, 1000],
    'of the call, before the client': [{ timeout: 5000 }, 1000, 1000],
  }
  for (const [name, [options, perCall, ms]] of Object.entries(TIMEOUTS)) {
    test(name, async () => {
      server.always(faults.stall())
      const client = wrap(bareClient({ ...options, maxRetries: 3 }), engine)
      const began = performance.now()
      const error = await client.chat.completions
        .create(QUESTION, perCall === undefined ? {} : { timeout: perCall })
        .catch((error) => error)
      const took = performance.now() - began
      assert.ok(error instanceof OpenAI.InternalServerError, `${error}`)
      assert.deepEqual([error.status, error.code], [504, 'ERR_CORRECTOVER_DEADLINE_EXCEEDED'])
      assert.ok(took > ms - 250 && took < ms + 50, `${took}`)
    })
  }
})

describe('an abort is the abort of the SDK:', () => {
  const reason = new Error('enough')
  const aborted = (client: OpenAI, question: object, when: 'before' | 'during') => {
    const controller = new AbortController()
    if (when === 'before') controller.abort(reason)
    else setTimeout(() => controller.abort(reason), 40)
    return client.chat.completions.create(question as ChatCompletionCreateParamsNonStreaming, {
      signal: controller.signal,
    })
  }
  for (const [name, question] of [
    ['a call', QUESTION],
    ['a stream', STREAMED],
  ] as const) {
    test(`before ${name}`, async () => {
      const { requests } = await same((client) => aborted(client, question, 'before'), faults.stall())
      assert.equal(requests.length, 0)
    })

    test(`during ${name}`, async () => {
      const { result } = await same((client) => aborted(client, question, 'during'), faults.stall())
      assert.equal((result as { class: string }).class, 'APIUserAbortError')
      await until(() => server.aborted === 1)
    })
  }

  test('in the middle of a stream', async () => {
    await same(
      async (client) => {
        const controller = new AbortController()
        const stream = await client.chat.completions.create(STREAMED, { signal: controller.signal })
        const texts: unknown[] = []
        for await (const chunk of stream) {
          texts.push(chunk.choices[0]?.delta.content)
          setTimeout(() => controller.abort(reason), 20)
        }
        await until(() => server.aborted === 1)
        return texts.length > 0
      },
      faults.stall({ at: 'middle' }),
    )
  })

  test('of stream()', async () => {
    const { result } = await same(
      async (client) => {
        const stream = client.chat.completions.stream(QUESTION)
        setTimeout(() => stream.abort(), 40)
        const error = await stream.done().catch(plain)
        return [error, stream.aborted, stream.errored]
      },
      faults.stall({ at: 'middle' }),
    )
    assert.equal((result as [{ class: string }])[0].class, 'APIUserAbortError')
  })

  test('one signal over a thousand calls gathers no listeners', async () => {
    const { signal } = new AbortController()
    const client = wrap(bareClient(), engine)
    for (let batch = 0; batch < 20; batch++) {
      await Promise.all(Array.from({ length: 50 }, () => client.chat.completions.create(QUESTION, { signal })))
    }
    await engine.fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', body: JSON.stringify(QUESTION), signal })
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(warnings, [])
  })
})

// === Observed ===

describe('observed, nothing differs, not even retries, failures and answers without sense:', () => {
  // biome-ignore format: rows
  const OBSERVED: Record<string, [step: Fault, how?: 'streamed']> = {
    'a good answer':            [faults.ok()],
    'a good stream':            [faults.ok(), 'streamed'],
    'an empty answer':          [faults.emptyContent()],
    'another model':            [faults.wrongModel()],
    'HTML':                     [faults.html()],
    'broken JSON':              [faults.brokenEnvelope()],
    'an error in 200':          [faults.errorIn200()],
    'an error in a stream':     [faults.streamError(), 'streamed'],
    '500, repeated by the SDK': [faults.status(500, { retryAfterMs: 1 })],
    '400':                      [faults.status(400)],
    '429 of a stream':          [faults.status(429, { retryAfterMs: 1 }), 'streamed'],
    'no server':                [faults.refused()],
  }
  for (const [name, [step, how]] of Object.entries(OBSERVED)) {
    test(name, async () => {
      await using observer = new CorrectoverEngine({ mode: 'observe' })
      const run = async (client: OpenAI) => {
        const question = (how === 'streamed' ? STREAMED : QUESTION) as typeof QUESTION
        const { data, response } = await client.chat.completions.create(question).withResponse()
        const headers = [...response.headers].filter(([name]) => name !== 'x-request-id' && name !== 'date')
        if (how !== undefined) return [headers, stable(await collected(data as never))]
        assert.equal(observer.report(response)?.verified, client === wrapped ? false : undefined)
        return [headers, stable(data)]
      }
      const options = { maxRetries: 1 }
      const wrapped = wrap(bareClient(options), observer)
      const bare = await told(bareClient(options), step, run)
      const observed = await told(wrapped, step, run)
      // Each transport says in its own words why there was no answer; the server counts its requests.
      for (const { result } of [bare, observed]) {
        delete (result as { cause?: unknown }).cause
      }
      assert.deepEqual(uncounted(observed), uncounted(bare))
    })
  }

  test('a failure of the fetch of the client is that very failure', async () => {
    await using observer = new CorrectoverEngine({ mode: 'observe' })
    const failure = new Error('no network')
    let asked = 0
    const fetch = () => {
      asked++
      return Promise.reject(failure)
    }
    const client = wrap(bareClient({ fetch, maxRetries: 0 }), observer)
    const error = await client.chat.completions.create(QUESTION).catch((error) => error)
    assert.ok(error instanceof OpenAI.APIConnectionError)
    assert.equal(error.cause, failure)
    assert.equal(asked, 1)
  })
})

const uncounted = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(/req_test-\w+/g, 'req_test'))

const CHUNK = (content: string) =>
  `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[{"index":0,"delta":{"content":"${content}"},"finish_reason":null}]}\n\n`
const events = (type: string, ...lines: (string | number)[]) =>
  faults.raw(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\nconnection: close\r\n\r\n`, ...lines)

for (const mode of ['enforce', 'observe'] as const) {
  test(`${mode}: the timeout of a client ends with the head of a stream`, async () => {
    await using engine = new CorrectoverEngine({ mode })
    server.always(events('text/event-stream', CHUNK('a'), 700, CHUNK('b'), 'data: [DONE]\n\n'))
    const client = wrap(bareClient({ timeout: 500, maxRetries: 0 }), engine)
    const chunks = (await collected(await client.chat.completions.create(STREAMED))) as { choices: unknown[] }[]
    assert.equal(chunks.length, 2)
  })

  test(`${mode}: a short timeout leaves most of itself to the provider`, async () => {
    await using engine = new CorrectoverEngine({ mode })
    server.always(
      faults.respond(async (_, response) => {
        await new Promise((resolve) => setTimeout(resolve, 30))
        response.writeHead(200, { 'content-type': 'application/json' }).end(ENVELOPE)
      }),
    )
    const client = wrap(bareClient({ timeout: 90, maxRetries: 0 }), engine)
    assert.ok((await client.chat.completions.create(QUESTION)).choices)
  })

  test(`${mode}: a stream is one whatever its type says`, async () => {
    await using engine = new CorrectoverEngine({ mode })
    server.always(events('application/json', CHUNK('a'), 'data: [DONE]\n\n'))
    const chunks = await collected(await wrap(bareClient(), engine).chat.completions.create(STREAMED))
    assert.equal((chunks as unknown[]).length, 1)
    assert.equal(server.hits, 1)
  })
}

test('the fetch of a client is called as the client itself would call it', async () => {
  const calls: unknown[] = []
  const fetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    const { method, body, headers, signal, ...rest } = init as RequestInit & { keepalive?: boolean }
    calls.push([url, method, body, [...(headers as Headers)], signal instanceof AbortSignal, rest.keepalive])
    const message = { role: 'assistant', content: 'Hello from your own fetch.' }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    return Response.json({ id: 'c', object: 'chat.completion', created: 1, model: 'gpt-4o', choices })
  }
  const options = { fetch, defaultQuery: { v: '1' }, fetchOptions: { keepalive: true } }
  for (const client of [bareClient(options), wrap(bareClient(options), engine)]) {
    await client.chat.completions.create(QUESTION, { headers: { 'X-Team': 'a' } })
    await client.embeddings.create({ model: 'text-embedding-3-small', input: 'x', encoding_format: 'float' })
  }
  assert.deepEqual(calls.slice(2), calls.slice(0, 2))
})

// === Azure ===

test('an Azure client keeps its paths, its query and its key', async () => {
  const azure = () =>
    new AzureOpenAI({ apiKey: 'az-key', endpoint: server.origin, apiVersion: '2024-10-21', deployment: 'prod-chat' })
  const run = async (client: AzureOpenAI) => {
    server.reset()
    const answer = await client.chat.completions.create(QUESTION)
    const chunks = await collected(await client.chat.completions.create(STREAMED))
    return [answer.choices[0]?.message, chunks.length, server.requests.map(seen)]
  }
  const wrapped = wrap(azure(), engine)
  assert.ok(wrapped instanceof AzureOpenAI)
  const bare = await run(azure())
  assert.deepEqual(await run(wrapped), bare)
  assert.equal(server.requests[0]?.path, '/openai/deployments/prod-chat/chat/completions?api-version=2024-10-21')
  assert.equal(server.requests[0]?.headers['api-key'], 'az-key')
  const derived = wrapped.withOptions({ maxRetries: 0 })
  assert.ok(engine.report(await derived.chat.completions.create(QUESTION)))
})

async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 5) {
    assert.ok(waited < 3000, 'it never came true')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
