// `engine.chat`: a verified answer with its data, or a typed error.

import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import {
  AbortedError,
  AllRoutesFailedError,
  ConfigError,
  ContractError,
  CorrectoverEngine,
  DeadlineExceededError,
} from '../dist/index.mjs'
import { faults, provider } from '../dist/testing.js'
import type { Provider } from '../testing.d.ts'

describe('engine.chat', () => {
  let first: Provider
  let second: Provider
  let engine: CorrectoverEngine

  before(async () => {
    first = await provider({ name: 'first' })
    second = await provider({ name: 'second' })
    engine = new CorrectoverEngine({
      providers: [
        { name: 'first', baseUrl: first.baseUrl, apiKey: async () => 'sk-first', model: 'gpt-4o' },
        { name: 'second', baseUrl: second.baseUrl, apiKey: 'sk-second', model: 'gpt-4o' },
      ],
      contracts: { short: { checks: [({ text }) => text.length < 9 || 'too long'] } },
      retry: false,
    })
  })
  after(() => Promise.all([engine.close(), first.close(), second.close()]))
  beforeEach(() => {
    first.reset()
    second.reset()
  })

  test('a prompt is answered with text, response and report', async () => {
    const { text, data, response, report } = await engine.chat('Hi')
    assert.equal(text, 'Hello from first.')
    assert.equal(data, undefined)
    assert.equal(response.choices[0]?.message.content, text)
    assert.equal(report.provider, 'first')
    assert.equal(first.requests[0]?.headers.authorization, 'Bearer sk-first')
    assert.deepEqual(first.requests[0]?.json.messages, [{ role: 'user', content: 'Hi' }])
  })

  test('a request is sent as it is', async () => {
    await engine.run({ messages: [{ role: 'user', content: 'Hi' }], temperature: 0.5, unknown: { a: 1 } })
    const { temperature, unknown } = first.requests[0]?.json ?? {}
    assert.deepEqual([temperature, unknown], [0.5, { a: 1 }])
  })

  const born = { json: { name: 'Ada', born: '1815' } }
  const SCHEMAS = {
    zod: z.object({ name: z.string(), born: z.string().transform(Number) }),
    valibot: v.object({ name: v.string(), born: v.pipe(v.string(), v.transform(Number)) }),
    arktype: type({ name: 'string', born: 'string.integer.parse' }),
  }
  for (const [library, schema] of Object.entries(SCHEMAS)) {
    test(`data is what ${library} makes of the answer`, async () => {
      first.always(faults.ok({ json: { name: 'Ada' } }))
      second.always(faults.ok(born))
      const { data, report } = await engine.chat('Who?', { contract: { schema } })
      assert.deepEqual({ ...(data as object) }, { name: 'Ada', born: 1815 })
      assert.equal(report.provider, 'second')
    })
  }

  test('a refinement that fails drives failover', async () => {
    first.always(faults.ok({ json: { total: -1 } }))
    second.always(faults.ok({ json: { total: 1 } }))
    const schema = z.object({ total: z.number().refine((total) => total >= 0, 'must not be negative') })
    const { data, report } = await engine.chat('How much?', { contract: { schema } })
    assert.deepEqual(data, { total: 1 })
    assert.equal(report.attempts[0]?.verdict?.passed, false)
    assert.match(JSON.stringify(report.attempts[0]?.verdict), /must not be negative/)
  })

  test('a JSON Schema gives its data as it is', async () => {
    first.always(faults.ok({ json: [1, 2] }))
    assert.deepEqual((await engine.chat('x', { contract: { schema: { type: 'array' } } })).data, [1, 2])
    assert.equal((await engine.chat('x', { contract: { schema: false } })).data, undefined)
  })

  test('checks of the user drive failover, sync or async, by name or at hand', async () => {
    first.always('a long answer')
    second.always('short')
    assert.equal((await engine.chat('x', { contract: 'short' })).text, 'short')
    const later = async ({ text }: { text: string }) => {
      await null
      return text.length < 9
    }
    assert.equal((await engine.chat('x', { contract: { checks: [later] } })).text, 'short')
    const broken = () => {
      throw new TypeError('secret')
    }
    const error = await engine.chat('x', { contract: { checks: [broken] } }).catch((error) => error)
    assert.ok(ContractError.isInstance(error))
    assert.doesNotMatch(JSON.stringify(error), /secret/)
  })

  test('checks run where the caller is', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const check = () => seen.push(storage.getStore()) > 0
    await Promise.all(
      ['a', 'b'].map((name) => storage.run(name, () => engine.chat('x', { contract: { checks: [check] } }))),
    )
    assert.deepEqual(seen.sort(), ['a', 'b'])
  })

  test('every refusal is a class of its own', async () => {
    first.always(faults.emptyContent())
    second.always(faults.emptyContent())
    await assert.rejects(engine.chat('x'), ContractError)
    first.always(faults.status(500))
    second.always(faults.status(500))
    await assert.rejects(engine.chat('x'), AllRoutesFailedError)
    first.always(faults.stall())
    second.always(faults.stall())
    await assert.rejects(engine.chat('x', { deadlineMs: 100 }), DeadlineExceededError)
    const signal = AbortSignal.timeout(50)
    const error = await engine.chat('x', { signal }).catch((error) => error)
    assert.ok(AbortedError.isInstance(error))
    assert.equal(error.cause, signal.reason)
    const hits = first.hits
    await assert.rejects(engine.chat('x', { signal: AbortSignal.abort() }), AbortedError)
    assert.equal(first.hits, hits)
  })

  test('what cannot be asked is refused before anything is sent', async () => {
    const cycle: Record<string, unknown> = { messages: [] }
    cycle.self = cycle
    const wrong: unknown[] = [undefined, null, 5, {}, { messages: 'x' }, { messages: [], stream: true }, cycle]
    for (const input of wrong) await assert.rejects(engine.chat(input as string), ConfigError)
    await assert.rejects(engine.chat('x', { contract: { schema: { type: 5 } } }), ConfigError)
    await assert.rejects(engine.chat('x', { contract: 'novel' }), ConfigError)
    assert.equal(first.hits, 0)
  })

  test('a function that gives no key fails that route only', async () => {
    const keys = [() => '', () => undefined as never, () => Promise.reject(new Error('sk-secret'))]
    for (const apiKey of keys) {
      await using engine = new CorrectoverEngine({
        providers: [
          { name: 'first', baseUrl: first.baseUrl, apiKey },
          { name: 'second', baseUrl: second.baseUrl, apiKey: 'k' },
        ],
      })
      const { report } = await engine.chat({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] })
      assert.equal(report.provider, 'second')
      assert.doesNotMatch(JSON.stringify(report), /sk-secret/)
    }
    assert.equal(first.hits, 0)
  })

  test('events are told where the caller is, and a listener can do no harm', async () => {
    await using engine = new CorrectoverEngine({ providers: [{ name: 'first', baseUrl: first.baseUrl, apiKey: 'k' }] })
    const seen: string[] = []
    engine.on('call-end', ({ report }) => {
      seen.push(report.callId)
      throw new Error('a listener of the user')
    })
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    const { report } = await engine.chat({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] })
    assert.match((await warned).message, /call-end/)
    assert.deepEqual(seen, [report.callId])
  })

  test('a scope has options of its own', async () => {
    first.always('a long answer')
    second.always('short')
    const scope = engine.scope({ contract: 'short' })
    assert.equal((await scope.chat('x')).text, 'short')
    assert.equal((await engine.chat('x')).text, 'a long answer')
    assert.equal(scope.validate('a long answer').passed, false)
    assert.throws(() => engine.scope({ deadline: 5 } as never), ConfigError)
  })
})

test('validate checks what JavaScript checks too, as far as it answers at once', () => {
  const engine = new CorrectoverEngine()
  const positive = z.object({ total: z.number().refine((total) => total > 0) })
  assert.equal(engine.validate('{"total":1}', { schema: positive }).passed, true)
  assert.equal(engine.validate('{"total":-1}', { schema: positive }).dimensions.schema.result, 'fail')
  assert.equal(engine.validate('x', { checks: [() => 'never'] }).dimensions.checks.reason, 'never')
  const later = engine.validate('x', { checks: [async () => 'never'] })
  assert.deepEqual([later.passed, later.dimensions.checks.result], [true, 'skip'])
})
