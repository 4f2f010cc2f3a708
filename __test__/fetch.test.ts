// `engine.fetch` takes what fetch takes, gives what fetch gives, and rejects only when the caller aborts.

import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import { CorrectoverEngine } from '../dist/index.mjs'
import { faults, provider } from '../dist/testing.js'
import type { Report } from '../index.d.ts'
import type { Provider } from '../testing.d.ts'

const QUESTION = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] }
const BODY = JSON.stringify(QUESTION)
const JSON_HEADERS = { 'content-type': 'application/json', authorization: 'Bearer sk-client' }

describe('engine.fetch', () => {
  let first: Provider
  let second: Provider
  let engine: CorrectoverEngine
  let url: string

  before(async () => {
    first = await provider({ name: 'first' })
    second = await provider({ name: 'second' })
    url = `${first.baseUrl}/chat/completions`
    engine = new CorrectoverEngine({
      providers: [
        { name: 'first', baseUrl: first.baseUrl, apiKey: 'sk-first' },
        { name: 'second', baseUrl: second.baseUrl, apiKey: 'sk-second' },
      ],
      contracts: { poem: { schema: { type: 'object', required: ['poem'] } } },
    })
  })
  after(() => Promise.all([engine.close(), first.close(), second.close()]))
  beforeEach(() => {
    first.reset()
    second.reset()
  })

  const ask = (init: RequestInit = {}, to: string | URL | Request = url) =>
    engine.fetch(to, { method: 'POST', headers: JSON_HEADERS, body: BODY, ...init })

  const reportOf = (value: unknown) => engine.report(value) as Report

  // biome-ignore format: rows
  const SHAPES: Record<string, () => Promise<Response>> = {
    'a string, plain headers':  () => ask(),
    'a Headers':                () => ask({ headers: new Headers(JSON_HEADERS) }),
    'pairs':                    () => ask({ headers: Object.entries(JSON_HEADERS) }),
    'a URL':                    () => ask({}, new URL(url)),
    'a URL with a fragment':    () => ask({}, `${url}#here`),
    'a URL with a query':       () => ask({}, `${url}?api-version=1`),
    'bytes':                    () => ask({ body: Buffer.from(BODY) }),
    'an ArrayBuffer':           () => ask({ body: new TextEncoder().encode(BODY).buffer }),
    'a Blob':                   () => ask({ body: new Blob([BODY.slice(0, 9), BODY.slice(9)]) }),
    'a stream':                 () => ask({ body: new Blob([BODY]).stream(), duplex: 'half' } as RequestInit),
    'an iterable':              () => ask({ body: pieces(BODY), duplex: 'half' } as never),
    'a Request with a stream':  () => engine.fetch(new Request(url, { method: 'POST', headers: JSON_HEADERS, body: new Blob([BODY]).stream(), duplex: 'half' } as RequestInit)),
    'a method in lower case':   () => ask({ method: 'post' }),
    'a Request':                () => engine.fetch(new Request(url, { method: 'POST', headers: JSON_HEADERS, body: BODY })),
    'a Request and init':       () => ask({}, new Request(url, { method: 'PUT', body: 'other' })),
    'no signal':                () => ask({ signal: null }),
  }
  for (const [shape, call] of Object.entries(SHAPES)) {
    test(`a call in the shape of ${shape} reaches the provider as it is`, async () => {
      const response = await call()
      assert.equal(response.status, 200)
      const answer = (await response.json()) as { choices: [{ message: { content: string } }] }
      assert.equal(answer.choices[0].message.content, 'Hello from first.')
      assert.equal(first.requests[0]?.body, BODY)
      assert.equal(first.requests[0]?.headers.authorization, 'Bearer sk-client')
      assert.equal(reportOf(response).verified, true)
      assert.equal(response.headers.get('x-correctover-provider'), 'first')
      assert.equal(response.headers.get('x-correctover-call-id'), reportOf(response).callId)
    })
  }

  test('an answer that fails the contract is replaced by one of the next provider', async () => {
    first.always(faults.emptyContent())
    const response = await ask()
    assert.match(await response.text(), /Hello from second\./)
    assert.equal(second.requests[0]?.headers.authorization, 'Bearer sk-second')
    assert.deepEqual(
      reportOf(response).attempts.map(({ provider, action }) => [provider, action]),
      [
        ['first', 'failover'],
        ['second', 'deliver'],
      ],
    )
  })

  test('a refusal is a Response that no SDK retries', async () => {
    first.always(faults.emptyContent())
    second.always(faults.emptyContent())
    const response = await ask()
    assert.equal(response.status, 502)
    assert.equal(response.headers.get('x-should-retry'), 'false')
    const { error } = (await response.json()) as { error: { code: string } }
    assert.equal(error.code, 'ERR_CORRECTOVER_CONTRACT')
    assert.equal(reportOf(response).error?.code, 'ERR_CORRECTOVER_CONTRACT')
  })

  test('our own headers are read and not forwarded', async () => {
    const poem = (name: string, value: string) => ask({ headers: { ...JSON_HEADERS, [name]: value } })
    first.always('prose')
    second.always('{"poem":"…"}')
    assert.equal(await (await poem('x-correctover-contract', 'poem')).text().then((it) => it.includes('poem')), true)
    assert.equal((await poem('X-Correctover-Route', 'second')).headers.get('x-correctover-provider'), 'second')
    for (const { headers } of [...first.requests, ...second.requests]) {
      assert.deepEqual(
        Object.keys(headers).filter((name) => name.startsWith('x-correctover')),
        [],
      )
    }
  })

  for (const [name, value] of [
    ['contract', 'novel'],
    ['route', 'third'],
    ['deadline-ms', 'soon'],
    ['deadline-ms', '0'],
  ]) {
    test(`x-correctover-${name}: ${value} is refused without a request`, async () => {
      const response = await ask({ headers: { ...JSON_HEADERS, [`x-correctover-${name}`]: value as string } })
      assert.equal(response.status, 500)
      assert.equal(response.headers.get('x-should-retry'), 'false')
      assert.match(await response.text(), /ERR_CORRECTOVER_CONFIG/)
      assert.equal(first.hits + second.hits, 0)
    })
  }

  test('a deadline given in a header is kept', async () => {
    first.always(faults.stall())
    second.always(faults.stall())
    const began = performance.now()
    const response = await ask({ headers: { ...JSON_HEADERS, 'x-correctover-deadline-ms': '150' } })
    assert.equal(response.status, 504)
    assert.ok(performance.now() - began < 600)
  })

  // === Aborts ===

  test('an abort rejects at once with the reason of the signal, and closes upstream', async () => {
    first.always(faults.stall())
    const controller = new AbortController()
    const pending = ask({ signal: controller.signal })
    await until(() => first.hits === 1)
    const reason = new Error('enough')
    controller.abort(reason)
    await assert.rejects(pending, (error) => error === reason)
    await until(() => first.aborted === 1)
    assert.equal(engine.health().inFlight, 0)
  })

  test('an aborted signal sends nothing', async () => {
    await assert.rejects(ask({ signal: AbortSignal.abort() }), { name: 'AbortError' })
    await assert.rejects(
      ask({ signal: AbortSignal.abort('x'), headers: new Headers(JSON_HEADERS) }),
      (error) => error === 'x',
    )
    assert.equal(first.hits, 0)
  })

  test('an abort does not wait for a body that never ends', async () => {
    const body = new ReadableStream({ pull: () => new Promise(() => {}) })
    const pending = ask({ body, duplex: 'half', signal: AbortSignal.timeout(20) } as RequestInit)
    await assert.rejects(pending, { name: 'TimeoutError' })
    assert.equal(first.hits, 0)
  })

  test('the signal of a Request aborts', async () => {
    first.always(faults.stall())
    const controller = new AbortController()
    const pending = engine.fetch(new Request(url, { method: 'POST', body: BODY, signal: controller.signal }))
    await until(() => first.hits === 1)
    controller.abort()
    await assert.rejects(pending, { name: 'AbortError' })
  })

  // === Streams ===

  const streamed = (init: RequestInit = {}) => ask({ body: JSON.stringify({ ...QUESTION, stream: true }), ...init })

  test('a stream is passed on, and its report is found by its Response and by its signal', async () => {
    const { signal } = new AbortController()
    const response = await streamed({ signal })
    const text = await response.text()
    assert.match(text, /data: \[DONE\]/)
    assert.equal(reportOf(response).provider, 'first')
    assert.equal(reportOf({ controller: { signal } }), reportOf(response))
  })

  test('a reader that stops at the marker of the end still finds its report', async () => {
    const response = await streamed()
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    let text = ''
    while (!text.includes('[DONE]')) text += Buffer.from((await reader.read()).value as Uint8Array).toString()
    await reader.cancel()
    await until(() => engine.report(response) !== undefined)
  })

  test('an abort ends a stream with the reason of the signal, and closes upstream', async () => {
    first.always(faults.stall({ at: 'middle' }))
    const controller = new AbortController()
    const response = await streamed({ signal: controller.signal })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    const pending = drained(reader)
    const reason = new Error('enough')
    controller.abort(reason)
    await assert.rejects(pending, (error) => error === reason)
    await until(() => first.aborted === 1)
  })

  test('a reader that walks away closes upstream', async () => {
    first.always(faults.stall({ at: 'middle' }))
    const response = await streamed()
    await response.body?.cancel()
    await until(() => first.aborted === 1)
  })

  // === What is no call to a model ===

  test('everything else passes through untouched', async () => {
    const server = createServer((request, response) => response.end(`${request.method} ${request.url}`))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const get = await engine.fetch(`${origin}/v1/chat/completions`)
      assert.equal(await get.text(), 'GET /v1/chat/completions')
      assert.equal(engine.report(get), undefined)
      const other = await engine.fetch(`${origin}/v1/embeddings`, { method: 'POST', body: '{}' })
      assert.equal(await other.text(), 'POST /v1/embeddings')
      const form = new FormData()
      form.set('a', '1')
      assert.equal(
        await (await engine.fetch(`${origin}/chat/completions`, { method: 'POST', body: form })).text(),
        'POST /chat/completions',
      )
    } finally {
      server.closeAllConnections()
      server.close()
    }
    assert.equal(await (await engine.fetch('data:,hello')).text(), 'hello')
  })

  test('what fetch refuses is refused as fetch refuses it', async () => {
    const wrong: [string, RequestInit][] = [
      ['/chat/completions', { method: 'POST', body: BODY }],
      ['https://user:key@api.example/chat/completions', { method: 'POST', body: BODY }],
      [url, { method: 'POST', body: BODY, headers: { 'bad name': '1' } }],
      [url, { method: 'POST', body: BODY, signal: 'x' as never }],
    ]
    for (const [to, init] of wrong) {
      const said = await globalThis.fetch(to, init).catch((error: Error) => `${error.name}: ${error.message}`)
      const ours = await engine.fetch(to, init).catch((error: Error) => `${error.name}: ${error.message}`)
      assert.equal(ours, said)
    }
  })

  test('SDKs find a Response on it', () => {
    assert.equal((engine.fetch as unknown as { Response: unknown }).Response, Response)
  })

  // === Around the call ===

  test('a contract laid around the code holds for every call inside it', async () => {
    first.always('prose')
    second.always('{"poem":"…"}')
    const inside = await engine.with({ contract: 'poem' }, async () => {
      await null
      return ask()
    })
    assert.equal(reportOf(inside).provider, 'second')
    assert.equal(reportOf(await ask()).provider, 'first')
  })

  test('the storage of the caller is intact behind every await', async () => {
    const storage = new AsyncLocalStorage<number>()
    const seen = await Promise.all(
      Array.from({ length: 50 }, (_, id) =>
        storage.run(id, async () => {
          const response = await ask()
          const before = storage.getStore()
          await response.text()
          return [before, storage.getStore()]
        }),
      ),
    )
    assert.deepEqual(
      seen,
      Array.from({ length: 50 }, (_, id) => [id, id]),
    )
  })

  test('no report is another call’s, also where ids repeat', async () => {
    const contents = await Promise.all(
      Array.from({ length: 200 }, async (_, id) => {
        const body = JSON.stringify({ ...QUESTION, messages: [{ role: 'user', content: `${id}` }] })
        const response = await ask({ body, headers: new Headers(JSON_HEADERS) })
        return [reportOf(response).callId, response.headers.get('x-correctover-call-id')]
      }),
    )
    for (const [found, sent] of contents) assert.equal(found, sent)
    assert.equal(new Set(contents.map(([found]) => found)).size, 200)
  })
})

test('a closed engine lets calls end, then refuses', async () => {
  await using slow = await provider({ latencyMs: 80 })
  const engine = new CorrectoverEngine({ providers: [{ name: 'slow', baseUrl: slow.baseUrl, apiKey: 'k' }] })
  const url = `${slow.baseUrl}/chat/completions`
  const pending = engine.fetch(url, { method: 'POST', body: BODY })
  await engine.close()
  assert.equal((await pending).status, 200)
  const late = await engine.fetch(url, { method: 'POST', body: BODY })
  assert.equal(late.status, 499)
  assert.match(await late.text(), /ERR_CORRECTOVER_ABORTED/)
  await assert.rejects(engine.chat('Hi'), { code: 'ERR_CORRECTOVER_ABORTED' })
  assert.equal(slow.hits, 1)
})

async function* pieces(text: string) {
  yield Buffer.from(text.slice(0, 5))
  yield Buffer.from(text.slice(5))
}

async function drained(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 5) {
    assert.ok(waited < 3000, 'it never came true')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

// === Beside the calls to models it is the fetch underneath ===

describe('what is no call to a model is answered as fetch answers it:', () => {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { method, url, headers } = request
    if (url === '/moved') return void response.writeHead(307, { location: '/there' }).end()
    if (url === '/away') return void response.writeHead(303, { location: '/there', 'set-cookie': ['a=1', 'b=2'] }).end()
    if (url === '/empty') return void response.writeHead(204).end()
    const { 'content-type': type, 'x-team': team, 'x-correctover-route': route } = headers
    response.setHeader('date', 'now')
    response.end(JSON.stringify({ method, url, type, team, route, body }))
  })
  let origin: string
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  type Arguments = [input: string | URL | Request, init?: RequestInit]
  const form = () => {
    const form = new FormData()
    form.set('file', new Blob(['x']), 'a.txt')
    return form
  }
  // biome-ignore format: rows
  const ROWS: Record<string, (at: (path: string) => string) => Arguments> = {
    'a GET':                    (at) => [at('/v1/chat/completions')],
    'a HEAD':                   (at) => [at('/v1/models'), { method: 'HEAD' }],
    'a DELETE of an answer':    (at) => [at('/v1/chat/completions/chatcmpl-1'), { method: 'DELETE' }],
    'a POST elsewhere':         (at) => [at('/v1/embeddings'), { method: 'POST', body: '{}', headers: { 'x-team': 'a' } }],
    'a form':                   (at) => [at('/v1/chat/completions'), { method: 'POST', body: new URLSearchParams('a=1') }],
    'a URL':                    (at) => [new URL(at('/a?b=c#d'))],
    'a Request':                (at) => [new Request(at('/a'), { method: 'PUT', body: 'x' })],
    'a Request and init':       (at) => [new Request(at('/a')), { method: 'PATCH', body: new Blob(['y']) }],
    'a redirect':               (at) => [at('/moved'), { method: 'POST', body: 'x' }],
    'a redirect to a GET':      (at) => [at('/away'), { method: 'POST', body: 'x' }],
    'a redirect, by hand':      (at) => [at('/away'), { redirect: 'manual' }],
    'a redirect, forbidden':    (at) => [at('/moved'), { redirect: 'error' }],
    'nothing':                  (at) => [at('/empty')],
    'an aborted signal':        (at) => [at('/a'), { signal: AbortSignal.abort(new Error('no')) }],
    'no server':                () => ['http://127.0.0.1:1/a'],
    'no URL':                   () => ['nowhere'],
    'data':                     () => ['data:text/plain,hi'],
    'a method that is none':    (at) => [at('/a'), { method: 'A B' }],
  }

  const told = async (fetch: typeof globalThis.fetch, given: Arguments) => {
    try {
      const response = await fetch(...given)
      const { status, statusText, ok, url, redirected, type, headers } = response
      return { status, statusText, ok, url, redirected, type, headers: [...headers], text: await response.text() }
    } catch (error) {
      const { name, message, cause } = error as Error
      return { name, message, cause: String(cause) }
    }
  }

  for (const [name, given] of Object.entries(ROWS)) {
    test(name, async () => {
      await using engine = new CorrectoverEngine()
      const at = (path: string) => `${origin}${path}`
      assert.deepEqual(await told(engine.fetch, given(at)), await told(globalThis.fetch, given(at)))
    })
  }

  test('an upload', async () => {
    await using engine = new CorrectoverEngine()
    const response = await engine.fetch(`${origin}/v1/chat/completions`, { method: 'POST', body: form() })
    assert.match(((await response.json()) as { body: string }).body, /filename="a\.txt"/)
  })

  test('a configured fetch is asked also for what passes through', async () => {
    const asked: unknown[] = []
    let kept: unknown
    const transport = async (input: unknown, init?: RequestInit) => {
      asked.push(input)
      kept = init?.headers && [...new Headers(init.headers)]
      return Response.json({ data: [] })
    }
    await using engine = new CorrectoverEngine({ transport: transport as typeof fetch })
    await engine.fetch('https://api.example/v1/models')
    const headers = { 'X-Correctover-Route': 'a', 'x-team': 'b' }
    await engine.fetch('https://api.example/v1/embeddings', { method: 'POST', body: '{}', headers })
    assert.deepEqual(kept, [['x-team', 'b']])
    assert.deepEqual(asked, ['https://api.example/v1/models', 'https://api.example/v1/embeddings'])
  })

  test('a fetch of the user gets the very arguments', async () => {
    const seen: unknown[][] = []
    const answer = new Response('mine')
    const own = async (...given: unknown[]) => {
      seen.push(given)
      return answer
    }
    const { wrap } = await import('../dist/index.mjs')
    const { default: OpenAI } = await import('openai')
    await using engine = new CorrectoverEngine()
    const client = wrap(new OpenAI({ apiKey: 'k', fetch: own as never }), engine)
    const { fetch } = client as unknown as { fetch: typeof globalThis.fetch }
    const init = { method: 'POST', body: '{}', headers: { a: 'b' }, dispatcher: {} }
    assert.equal(await fetch('https://x.example/v1/embeddings', init as never), answer)
    assert.deepEqual(seen[0]?.[0], 'https://x.example/v1/embeddings')
    assert.equal(seen[0]?.[1], init)
  })
})

// === Mocks reach no provider ===

describe('a unit test that mocks the network reaches none:', () => {
  const MODULE = JSON.stringify(new URL('../dist/index.mjs', import.meta.url).href)
  const ANSWER = JSON.stringify({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o',
    choices: [{ index: 0, message: { role: 'assistant', content: 'mocked' }, finish_reason: 'stop' }],
  })
  const MOCK_AGENT = `
    const { MockAgent, setGlobalDispatcher } = await import('undici')
    const agent = new MockAgent()
    agent.disableNetConnect()
    agent.get(ORIGIN).intercept({ path: '/v1/chat/completions', method: 'POST' })
      .reply(200, ANSWER, { headers: { 'content-type': 'application/json' } }).persist()
    setGlobalDispatcher(agent)`
  const REPLACED = `globalThis.fetch = async () => new Response(ANSWER, { headers: { 'content-type': 'application/json' } })`

  // biome-ignore format: rows
  const MOCKS: Record<string, [mock: string, env: Record<string, string>, said: string, hits: number]> = {
    'no mock':                          ['', {}, 'Hello from real.', 1],
    'a MockAgent':                      [MOCK_AGENT, {}, 'mocked', 0],
    'a replaced fetch':                 [REPLACED, {}, 'mocked', 0],
    'a replaced fetch, overridden':     [REPLACED, { CORRECTOVER_TRANSPORT: 'native' }, 'Hello from real.', 1],
    'no mock, but fetch asked for':     ['', { CORRECTOVER_TRANSPORT: 'fetch' }, 'Hello from real.', 1],
  }
  for (const [name, [mock, env, said, hits]] of Object.entries(MOCKS)) {
    test(`${name}: ${said}`, async () => {
      await using real = await provider({ name: 'real' })
      const script = `
        const ORIGIN = ${JSON.stringify(real.origin)}, ANSWER = ${JSON.stringify(ANSWER)}
        const { CorrectoverEngine, wrap } = await import(${MODULE})
        const { default: OpenAI } = await import('openai')
        const engine = new CorrectoverEngine()
        const client = wrap(new OpenAI({ apiKey: 'k', baseURL: ORIGIN + '/v1' }), engine)
        ${mock}
        const question = ${JSON.stringify(QUESTION)}
        const answer = await client.chat.completions.create(question)
        const body = JSON.stringify(question)
        const direct = await (await engine.fetch(ORIGIN + '/v1/chat/completions', { method: 'POST', body })).json()
        console.log([answer, direct].map(({ choices }) => choices[0].message.content).join('|'))
        console.log(engine.report(answer).verified)`
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        cwd: import.meta.dirname,
        env: { ...process.env, ...env },
      })
      let output = ''
      child.stdout.on('data', (chunk) => (output += chunk))
      child.stderr.on('data', (chunk) => (output += chunk))
      await once(child, 'close')
      assert.equal(output, `${said}|${said}\ntrue\n`)
      assert.equal(real.hits, 2 * hits)
    })
  }
})

// === Other SDKs ===

describe('the AI SDK over engine.fetch', () => {
  test('text, objects and streams arrive, and what fails the contract is replaced', async () => {
    const { createOpenAI } = await import('@ai-sdk/openai')
    const { generateText, streamText } = await import('ai')
    await using broken = await provider({ name: 'broken' })
    await using spare = await provider({ name: 'spare' })
    await using engine = new CorrectoverEngine({
      providers: [
        { name: 'broken', baseUrl: broken.baseUrl, apiKey: 'a' },
        { name: 'spare', baseUrl: spare.baseUrl, apiKey: 'b', model: 'gpt-4o' },
      ],
    })
    const openai = createOpenAI({ apiKey: 'sk-client', baseURL: broken.baseUrl, fetch: engine.fetch })
    const model = openai.chat('gpt-4o')
    assert.equal((await generateText({ model, prompt: 'Hi' })).text, 'Hello from broken.')
    assert.equal(await streamText({ model, prompt: 'Hi' }).text, 'Hello from broken.')
    broken.always(faults.emptyContent())
    assert.equal((await generateText({ model, prompt: 'Hi' })).text, 'Hello from spare.')
    spare.always(faults.emptyContent())
    const hits = broken.hits + spare.hits
    const error = (await generateText({ model, prompt: 'Hi', maxRetries: 0 }).catch((error) => error)) as Error
    assert.match(error.message, /correctover|contract|empty/i)
    assert.equal(broken.hits + spare.hits - hits, 2)
  })
})
