// A wrapped client is the client: of its class, with its retries, timeouts and errors, and its calls verified.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { CorrectoverEngine, wrap } from '../dist/index.mjs'
import { faults, provider } from '../dist/testing.js'
import type { Events } from '../index.d.ts'
import type { Provider } from '../testing.d.ts'

const QUESTION = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Hi' }] }

describe('wrap(openai)', () => {
  let first: Provider
  let second: Provider
  let engine: CorrectoverEngine
  let client: OpenAI

  before(async () => {
    first = await provider({ name: 'first' })
    second = await provider({ name: 'second' })
    engine = new CorrectoverEngine({
      providers: [
        { name: 'first', baseUrl: first.baseUrl, apiKey: 'sk-first' },
        { name: 'second', baseUrl: second.baseUrl, apiKey: 'sk-second' },
      ],
      retry: false,
    })
    client = wrap(new OpenAI({ apiKey: 'sk-client', baseURL: first.baseUrl }), engine)
  })
  after(() => Promise.all([engine.close(), first.close(), second.close()]))
  beforeEach(() => {
    first.reset()
    second.reset()
  })

  test('it is a real client, and the original is left alone', async () => {
    const original = new OpenAI({ apiKey: 'sk-client', baseURL: first.baseUrl })
    const wrapped = wrap(original, engine)
    assert.ok(wrapped instanceof OpenAI)
    assert.notEqual(wrapped, original)
    assert.equal(original.maxRetries, wrapped.maxRetries)
    assert.equal(engine.report(await original.chat.completions.create(QUESTION)), undefined)
  })

  test('the report is found by the answer, its Response, and the error', async () => {
    const { data, response, request_id } = await client.chat.completions.create(QUESTION).withResponse()
    assert.equal((data as { _request_id?: string | null })._request_id, request_id)
    assert.equal(engine.report(data)?.provider, 'first')
    assert.equal(engine.report(response), engine.report(data))
    const raw = await client.chat.completions.create(QUESTION).asResponse()
    assert.ok(raw instanceof Response)
    assert.equal(engine.report(raw)?.verified, true)
    first.always(faults.noChoices())
    second.always(faults.noChoices())
    const error = await client.chat.completions.create(QUESTION).catch((error) => error)
    assert.ok(error instanceof OpenAI.InternalServerError)
    assert.equal(error.code, 'ERR_CORRECTOVER_CONTRACT')
    assert.equal(engine.report(error)?.attempts.length, 2)
    assert.equal(first.hits + second.hits, 4)
  })

  test('a stream is a stream, and its report is found', async () => {
    const stream = await client.chat.completions.create({ ...QUESTION, stream: true })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    assert.equal(text, 'Hello from first.')
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(engine.report(stream)?.provider, 'first')
  })

  test('parse, stream() and the tool runner work', async () => {
    assert.equal((await client.chat.completions.parse(QUESTION)).choices[0]?.message.content, 'Hello from first.')
    assert.equal(await client.chat.completions.stream(QUESTION).finalContent(), 'Hello from first.')
  })

  test('the timeout of the client is the deadline of the call, also of clients derived from it', async () => {
    first.always(faults.stall())
    second.always(faults.stall())
    const clients = {
      'of the client': wrap(new OpenAI({ apiKey: 'k', baseURL: first.baseUrl, timeout: 400 }), engine),
      derived: client.withOptions({ timeout: 400 }),
      'derived twice': client.withOptions({ maxRetries: 1 }).withOptions({ timeout: 400 }),
    }
    for (const [name, client] of Object.entries(clients)) {
      const began = performance.now()
      const error = await client.chat.completions.create(QUESTION).catch((error) => error)
      assert.equal(error.status, 504, name)
      assert.ok(performance.now() - began < 800, name)
    }
    // The SDK tells whole seconds; where they are those of its client, the client tells the rest.
    const precise = wrap(new OpenAI({ apiKey: 'k', baseURL: first.baseUrl, timeout: 1400 }), engine)
    for (const [asking, timeout] of [
      [client, 1000],
      [precise, 1400],
    ] as const) {
      const began = performance.now()
      const error = await asking.chat.completions.create(QUESTION, { timeout }).catch((error) => error)
      const took = performance.now() - began
      assert.equal(error.status, 504)
      assert.ok(took > timeout - 150 && took < timeout + 50, `${took}`)
    }
  })

  test('an abort is the abort of the SDK', async () => {
    first.always(faults.stall())
    const controller = new AbortController()
    const pending = client.chat.completions.create(QUESTION, { signal: controller.signal })
    setTimeout(() => controller.abort(), 30)
    await assert.rejects(pending, OpenAI.APIUserAbortError)
    assert.equal(first.hits, 1)
  })

  test('wrapping twice, also with another engine, wraps once', async () => {
    await using other = new CorrectoverEngine({ providers: [{ name: 'second', baseUrl: second.baseUrl, apiKey: 'k' }] })
    const twice = wrap(wrap(client, engine), engine)
    assert.equal(engine.report(await twice.chat.completions.create(QUESTION))?.attempts.length, 1)
    const moved = wrap(client, other)
    const answer = await moved.chat.completions.create(QUESTION)
    assert.equal(engine.report(answer), undefined)
    assert.ok(other.report(answer))
    assert.equal(first.hits, 2)
  })

  test('a client with engine.fetch is wrapped already', async () => {
    const plain = new OpenAI({ apiKey: 'k', baseURL: first.baseUrl, fetch: engine.fetch })
    assert.equal(engine.report(await plain.chat.completions.create(QUESTION))?.provider, 'first')
    assert.equal(engine.report(await wrap(plain, engine).chat.completions.create(QUESTION))?.attempts.length, 1)
  })

  test('without an engine it needs no configuration', async () => {
    first.always(faults.emptyContent())
    const alone = wrap(new OpenAI({ apiKey: 'sk-client', baseURL: first.baseUrl, maxRetries: 0 }))
    const error = await alone.chat.completions.create(QUESTION).catch((error) => error)
    assert.equal(error.code, 'ERR_CORRECTOVER_CONTRACT')
    first.reset()
    assert.equal((await alone.chat.completions.create(QUESTION)).choices[0]?.message.content, 'Hello from first.')
    assert.equal(first.requests[0]?.headers.authorization, 'Bearer sk-client')
  })

  test('a client with a fetch of its own keeps it as transport', async () => {
    const seen: string[] = []
    const mock = async (url: string | URL | Request, init?: RequestInit) => {
      assert.ok(init?.headers instanceof Headers)
      assert.equal(
        init.headers.get('authorization'),
        url === 'https://mock.example/v1/chat/completions' ? 'Bearer k' : 'Bearer sk-second',
      )
      seen.push(String(url))
      const { model } = JSON.parse(String(init.body))
      const content = url === 'https://mock.example/v1/chat/completions' ? '' : 'Hello from the mock.'
      return Response.json({
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model,
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      })
    }
    await using engine = new CorrectoverEngine({
      providers: [{ name: 'second', baseUrl: second.baseUrl, apiKey: 'sk-second' }],
    })
    const told: Events['transport'][] = []
    engine.on('transport', (choice) => told.push(choice))
    const client = wrap(new OpenAI({ apiKey: 'k', baseURL: 'https://mock.example/v1', fetch: mock }), engine)
    const answer = await client.chat.completions.create(QUESTION)
    assert.equal(answer.choices[0]?.message.content, 'Hello from the mock.')
    assert.deepEqual(seen, ['https://mock.example/v1/chat/completions', `${second.baseUrl}/chat/completions`])
    assert.deepEqual(told, [{ transport: 'fetch', reason: 'the client brought its own fetch' }])
    assert.equal(second.hits, 0)
  })

  test('a stream goes through the fetch of the client as it comes', async () => {
    let sent: RequestInit | undefined
    const mock = async (_url: string | URL | Request, init?: RequestInit) => {
      sent = init
      const events = ['{"choices":[{"index":0,"delta":{"content":"Hi"}}]}', '[DONE]']
      const text = events.map((event) => `data: ${event}\n\n`).join('')
      return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
    }
    const client = wrap(new OpenAI({ apiKey: 'k', baseURL: first.baseUrl, fetch: mock }), engine)
    const headers = { 'x-correctover-deadline-ms': '5000' }
    const stream = await client.chat.completions.create({ ...QUESTION, stream: true }, { headers })
    for await (const chunk of stream) assert.equal(chunk.choices[0]?.delta.content, 'Hi')
    assert.equal(new Headers(sent?.headers).get('x-correctover-deadline-ms'), null)
    assert.ok(sent?.signal)
    assert.equal(first.hits, 0)
  })

  test('other calls of the client keep their own way and its retries', async () => {
    first.script(faults.status(500))
    await client.embeddings.create({ model: 'text-embedding-3-small', input: 'x' }).catch(() => {})
    assert.equal(first.hits, 2)
  })

  test('what is no client is refused', () => {
    const wrong = [{}, { withOptions: 1 }, null, 'x', { withOptions: () => ({}), fetch: () => {} }]
    for (const value of wrong) assert.throws(() => wrap(value as object, engine), { code: 'ERR_CORRECTOVER_CONFIG' })
    assert.throws(() => wrap(client, {} as never), { code: 'ERR_CORRECTOVER_CONFIG' })
  })

  test('a client of another vendor is wrapped; calls that are not read yet pass through', async () => {
    await using claude = await provider({ dialect: 'anthropic' })
    const anthropic = wrap(new Anthropic({ apiKey: 'k', baseURL: claude.baseUrl }), engine)
    const message = await anthropic.messages.create({
      model: 'claude-test',
      max_tokens: 9,
      messages: QUESTION.messages,
    })
    assert.ok(anthropic instanceof Anthropic)
    assert.equal(message.content[0]?.type, 'text')
  })
})
