/**
 * AsyncLocalStorage through every door: behind each await, in every event, check, key function and fetch, the code of
 * the caller sees the store of its own call, however many calls run at once.
 */
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { after, before, describe, test } from 'node:test'
import OpenAI from 'openai'
import { CorrectoverEngine, wrap } from '../dist/index.js'
import { faults, provider } from '../dist/testing.js'
import type { Contract, EngineConfig, Events } from '../index.d.ts'
import type { Provider } from '../testing.d.ts'

const store = new AsyncLocalStorage<number>()
const request = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Hi' }] }

let faulty: Provider
let good: Provider
before(async () => {
  faulty = await provider({ name: 'faulty' })
  faulty.always(faults.html())
  good = await provider({ name: 'good', chunkDelayMs: 1, latencyMs: ({ at }) => at % 7 })
})
after(() => Promise.all([faulty.close(), good.close()]))

/** Everything of ours that runs code of the caller writes down what it sees there. */
function engineWith(saw: (place: string) => void, config: EngineConfig = {}): CorrectoverEngine {
  const key = () => {
    saw('key function')
    return 'k'
  }
  const checks: Contract['checks'] = [
    async () => {
      saw('check')
      await null
      saw('check, later')
      return true
    },
  ]
  const engine = new CorrectoverEngine({
    providers: [
      { name: 'faulty', baseUrl: faulty.baseUrl, apiKey: key, model: 'gpt-4o' },
      { name: 'good', baseUrl: good.baseUrl, apiKey: key, model: 'gpt-4o' },
    ],
    contract: { checks },
    ...config,
  })
  const names: (keyof Events)[] = ['call-end', 'attempt-end', 'failover-start', 'failover-end', 'contract-violation']
  for (const name of names) engine.on(name, () => saw(name))
  return engine
}

type Door = (engine: CorrectoverEngine, saw: (place: string) => void) => Promise<void>

const doors: Readonly<Record<string, Door>> = {
  async chat(engine, saw) {
    await engine.chat(request)
    saw('answer')
  },
  async wrap(engine, saw) {
    const client = wrap(new OpenAI({ baseURL: faulty.baseUrl, apiKey: 'k' }), engine)
    const { response } = await client.chat.completions.create(request).withResponse()
    saw('answer')
    await response.text().catch(() => {})
    saw('body')
  },
  async fetch(engine, saw) {
    const response = await engine.fetch(`${faulty.baseUrl}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(request),
    })
    saw('answer')
    await response.json()
    saw('body')
  },
  async stream(engine, saw) {
    const client = wrap(new OpenAI({ baseURL: faulty.baseUrl, apiKey: 'k' }), engine)
    const chunks = await client.chat.completions.create({ ...request, stream: true })
    saw('answer')
    for await (const _ of chunks) saw('chunk')
    saw('end')
  },
  async refusal(engine, saw) {
    await engine.chat(request, { route: 'faulty', maxAttempts: 1 }).catch(() => saw('error'))
    saw('answer')
  },
  async abort(engine, saw) {
    const signal = AbortSignal.timeout(1)
    await engine.chat(request, { signal }).catch(() => {})
    saw('answer')
  },
}

const OWN = ['key function', 'check', 'check, later']
const TOLD = ['attempt-end', 'call-end', 'contract-violation', 'failover-end', 'failover-start']
// biome-ignore format: a table
const places: Readonly<Record<string, readonly string[]>> = {
  chat:    ['answer', ...OWN, ...TOLD],
  wrap:    ['answer', 'body', ...OWN, ...TOLD],
  fetch:   ['answer', 'body', ...OWN, ...TOLD],
  // A stream has no verdict yet, so that it runs no checks.
  stream:  ['answer', 'chunk', 'end', 'attempt-end', 'call-end', 'failover-end', 'failover-start', 'key function'],
  refusal: ['answer', 'attempt-end', 'call-end', 'contract-violation', 'error', 'key function'],
}

async function check(door: Door, expected: readonly string[], config: EngineConfig = {}): Promise<void> {
  const seen = new Map<string, Set<number | undefined>>()
  const current = (place: string) => {
    const ids = seen.get(place) ?? new Set()
    seen.set(place, ids.add(store.getStore()))
  }
  const engine = engineWith(current, config)
  const calls = Array.from({ length: 20 }, (_, id) =>
    store.run(id, () =>
      door(engine, (place) => {
        assert.equal(store.getStore(), id, place)
        current(place)
      }),
    ),
  )
  await Promise.all(calls)
  const all = new Set(calls.keys())
  // Where calls are aborted in the middle, each comes as far as it comes.
  if (expected.length === 0) {
    for (const [place, ids] of seen)
      assert.ok(
        [...ids].every((id) => all.has(id as number)),
        place,
      )
    return
  }
  for (const [place, ids] of seen) assert.deepEqual([...ids].sort(), [...all].sort(), place)
  assert.deepEqual([...seen.keys()].sort(), [...expected].sort())
}

describe('the store of the call is seen', { concurrency: 4 }, () => {
  for (const [name, door] of Object.entries(doors)) {
    test(`through ${name}`, () => check(door, places[name] ?? []))
  }

  test('in a fetch of the user’s own', async () => {
    const seen = new Set<number | undefined>()
    const transport: typeof fetch = (input, init) => {
      seen.add(store.getStore())
      return fetch(input, init)
    }
    await check(doors.chat!, places.chat!, { transport })
    assert.deepEqual([...seen].sort(), Array.from({ length: 20 }, (_, id) => id).sort())
  })
})
