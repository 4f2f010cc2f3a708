// A report is found by whatever a client returned, and is never another call's.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import OpenAI from 'openai'
import { CorrectoverEngine, wrap } from '../dist/index.mjs'
import { faults, provider } from '../dist/testing.js'
import type { Report } from '../index.d.ts'
import type { Provider, RecordedRequest } from '../testing.d.ts'

const question = (content: string) => ({ model: 'gpt-4o', messages: [{ role: 'user' as const, content }] })

/** Says its question again, and with it the id that the question asks for: `number:id`. */
function echo({ json }: RecordedRequest) {
  const said: string = json.messages[0].content
  const id = said.split(':')[1]
  return faults.ok({ text: said, ...(id && { headers: { 'x-request-id': id } }) })
}

describe('reports', () => {
  let server: Provider
  let engine: CorrectoverEngine
  let client: OpenAI

  before(async () => {
    server = await provider({ answer: echo, latencyMs: ({ json }) => json.messages[0].content.length % 7 })
  })
  after(() => server.close())
  beforeEach(() => {
    server.reset()
    engine = new CorrectoverEngine()
    client = wrap(new OpenAI({ apiKey: 'k', baseURL: server.baseUrl, maxRetries: 0 }), engine)
  })

  /** One call, all that it returned, and what identifies it: the call id in its own response. */
  async function call(content: string) {
    const { data, response } = await client.chat.completions.create(question(content)).withResponse()
    assert.equal(data.choices[0]?.message.content, content)
    return { data, response, callId: response.headers.get('x-correctover-call-id') as string }
  }

  async function fetched(content: string) {
    const url = `${server.baseUrl}/chat/completions`
    await (await engine.fetch(url, { method: 'POST', body: JSON.stringify(question(content)) })).text()
  }

  test('of 500 calls at once, with ids of their own, each finds its own by its answer', async () => {
    const calls = await Promise.all(Array.from({ length: 500 }, (_, number) => call(`${number}:req_${number}`)))
    for (const { data, response, callId } of calls) {
      assert.equal(engine.report(data)?.callId, callId)
      assert.equal(engine.report(response)?.callId, callId)
    }
    assert.equal(new Set(calls.map(({ callId }) => callId)).size, 500)
  })

  test('of 500 calls at once, with ids that repeat, none finds another one’s', async () => {
    const calls = await Promise.all(Array.from({ length: 500 }, (_, number) => call(`${number}:req_${number % 100}`)))
    for (const { data, response, callId } of calls) {
      assert.equal(engine.report(data), undefined)
      assert.equal(engine.report(response)?.callId, callId)
    }
  })

  test('where no id came, ours is supplied', async () => {
    const bare = faults.respond(({ json }, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const choice = {
        index: 0,
        message: { role: 'assistant', content: json.messages[0].content },
        finish_reason: 'stop',
      }
      response.end(
        JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'gpt-4o', choices: [choice] }),
      )
    })
    server.always(bare)
    const calls = await Promise.all(Array.from({ length: 50 }, (_, number) => call(`${number}`)))
    for (const { data, callId } of calls) {
      assert.equal((data as { _request_id?: string | null })._request_id, callId)
      assert.equal(engine.report(data)?.callId, callId)
    }
  })

  test('of 100 streams at once each finds its own, by the stream and by its Response', async () => {
    const streams = await Promise.all(
      Array.from({ length: 100 }, async (_, number) => {
        const said = `${number}:req_same`
        const { data, response } = await client.chat.completions
          .create({ ...question(said), stream: true })
          .withResponse()
        let text = ''
        for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? ''
        assert.equal(text, said)
        return { data, response, callId: response.headers.get('x-correctover-call-id') }
      }),
    )
    await until(() => streams.every(({ response }) => engine.report(response) !== undefined))
    for (const { data, response, callId } of streams) {
      assert.equal(engine.report(data)?.callId, callId)
      assert.equal(engine.report(data.controller.signal)?.callId, callId)
      assert.equal(engine.report(response)?.callId, callId)
    }
  })

  test('of the errors of 100 calls each finds its own', async () => {
    server.always(faults.noChoices())
    const errors = await Promise.all(
      Array.from({ length: 100 }, () => client.chat.completions.create(question('x')).catch((error) => error)),
    )
    const ids = errors.map((error) => {
      const report = engine.report(error) as Report
      assert.equal(report.callId, error.headers.get('x-correctover-call-id'))
      assert.equal(report.error?.code, error.code)
      return report.callId
    })
    assert.equal(new Set(ids).size, 100)
  })

  test('two calls that share a signal share no report by it', async () => {
    const { signal } = new AbortController()
    const url = `${server.baseUrl}/chat/completions`
    const ask = () =>
      engine.fetch(url, { method: 'POST', body: JSON.stringify({ ...question('x'), stream: true }), signal })
    const [first, second] = await Promise.all([ask(), ask()])
    await Promise.all([first.text(), second.text()])
    assert.equal(engine.report(signal), undefined)
    assert.notEqual(engine.report(first)?.callId, engine.report(second)?.callId)
  })

  test('a report is of its own engine only', async () => {
    const { data, response } = await call('x:req_1')
    const other = new CorrectoverEngine()
    assert.equal(other.report(data), undefined)
    assert.equal(other.report(response), undefined)
    for (const value of [
      undefined,
      null,
      1,
      'req_2',
      {},
      [],
      new Response(),
      new Error('x'),
      () => {},
      { _request_id: 7 },
    ]) {
      assert.equal(engine.report(value), undefined)
    }
  })

  test('ids are forgotten after ten thousand calls, their memory with them; a Response never forgets', async () => {
    const { data, response, callId } = await call('x:req_first')
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const burst = async (from: number) => {
      for (let number = from; number < from + 10_000; number += 200) {
        await Promise.all(Array.from({ length: 200 }, (_, at) => fetched(`x:req_${number + at}`)))
        server.reset()
      }
      gc()
      return process.memoryUsage().heapUsed
    }
    const full = await burst(0)
    assert.equal(engine.report(data), undefined)
    assert.equal(engine.report(response)?.callId, callId)
    const twice = await burst(10_000)
    assert.ok(twice - full < 2e6, `${(twice - full) / 1e6} MB`)
  })
})

async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 5) {
    assert.ok(waited < 3000, 'it never came true')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
