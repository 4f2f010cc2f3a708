// The queue of calls, told by a core that does what each test says.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Begin, type Call, Calls } from '../build/calls.js'
import { Listeners } from '../build/listeners.js'
import type { NativeEngine } from '../build/native.js'
import { Delivery, Registry } from '../build/registry.js'

const BEGIN: Begin = { flags: 0, url: '', headers: '', body: '', contract: 0, deadlineMs: 0, options: null }

let log: string[]
let ready: unknown[]
let starts: string[]
let calls: Calls

beforeEach(() => {
  log = []
  ready = []
  const started: string[] = []
  starts = started
  const told =
    (name: string) =>
    (...values: unknown[]) => {
      log.push([name, ...values.slice(0, name === 'begin' ? 1 : 2)].join(' '))
    }
  const names = ['begin', 'cancel', 'pull', 'ref', 'unref']
  const native = Object.fromEntries(names.map((name) => [name, told(name)]))
  const start = () => started.push('start')
  calls = new Calls({ ...native, start, drain: () => ready.splice(0) } as unknown as NativeEngine, new Listeners())
})

const drain = (...messages: unknown[][]) => {
  ready = messages.flatMap((message) => [...message, ...Array(7 - message.length).fill(null)])
  calls.drain()
}

interface Begun {
  readonly call: Call
  stream: ReadableStream<Uint8Array> | undefined
  delivery: Delivery
}

function begin(signal?: AbortSignal, over: Partial<Call> = {}): Begun {
  const delivery = new Delivery(new Registry(), '{}')
  const call: Call = {
    signal,
    context: undefined,
    answers: undefined,
    done: (status) => log.push(`done ${status}`),
    head: (status, _headers, body) => {
      log.push(`head ${status}`)
      begun.stream = body.stream
      return delivery
    },
    fail: (error) => log.push(`fail ${(error as Error).message}`),
    aborted: (reason) => log.push(`aborted ${reason}`),
    ...over,
  }
  const begun: Begun = { call, stream: undefined, delivery }
  calls.begin(call, BEGIN)
  return begun
}

test('the process is kept from the first call to the last', () => {
  begin()
  begin()
  drain([0, 1, 200], [0, 2, 201])
  assert.deepEqual(log, ['begin 1', 'ref', 'begin 2', 'done 200', 'unref', 'done 201'])
})

test('calls that begin together, however deep in promises, are started together', async () => {
  begin()
  await Promise.resolve().then(() => Promise.resolve().then(() => begin()))
  assert.equal(starts.length, 0)
  await new Promise(process.nextTick)
  assert.equal(starts.length, 1)
  begin()
  await new Promise(process.nextTick)
  assert.equal(starts.length, 2)
})

test('an abort is answered at once, cancels once, and what comes later is dropped', () => {
  const controller = new AbortController()
  begin(controller.signal)
  controller.abort('enough')
  drain([0, 1, 200])
  assert.deepEqual(log, ['begin 1', 'ref', 'cancel 1', 'unref', 'aborted enough'])
})

test('what goes wrong with one call does not take along those behind it', () => {
  begin(undefined, { done: () => assert.fail('broken') })
  begin()
  drain([0, 1, 200], [0, 2, 201])
  assert.ok(log.includes('done 201'))
})

test('a stream takes one piece per read, and holds the process only while a read waits', async () => {
  const begun = begin()
  drain([1, 1, 200, ''])
  const reader = begun.stream!.getReader()
  await tick()
  assert.deepEqual(log.splice(0), ['begin 1', 'ref', 'unref', 'head 200'])
  const first = reader.read()
  await tick()
  assert.deepEqual(log.splice(0), ['ref', 'pull 1 1'])
  drain([2, 1, Buffer.from('a')])
  assert.deepEqual(log.splice(0), ['unref'])
  assert.equal(Buffer.from((await first).value!).toString(), 'a')
  drain([3, 1, null, null, null, '{"callId":"x"}'])
  assert.equal((await reader.read()).done, true)
  assert.equal(begun.delivery.report?.callId, 'x')
  assert.deepEqual(log, [])
})

test('reads that wait together are answered in turn', async () => {
  const begun = begin()
  drain([1, 1, 200, ''])
  const reader = begun.stream!.getReader()
  const reads = [reader.read(), reader.read(), reader.read()]
  for (const text of ['a', 'b', 'c']) {
    await tick()
    drain([2, 1, Buffer.from(text)])
  }
  const texts = (await Promise.all(reads)).map(({ value }) => Buffer.from(value!).toString())
  assert.deepEqual(texts, ['a', 'b', 'c'])
  assert.equal(log.filter((entry) => entry.startsWith('pull')).length, 3)
})

test('a stream that breaks says so in the words of fetch', async () => {
  const begun = begin()
  drain([1, 1, 200, ''], [3, 1, 'connection reset', null, null, '{}'])
  await assert.rejects(begun.stream!.getReader().read(), { name: 'TypeError', message: 'terminated' })
})

test('a reader that leaves is waited for a moment, or until more comes', async () => {
  const leaving = async (id: number) => {
    const begun = begin()
    drain([1, id, 200, ''])
    await begun.stream!.cancel()
    return begun
  }
  const begun = await leaving(1)
  drain([3, 1, null, null, null, '{"callId":"x"}'])
  assert.equal(begun.delivery.report?.callId, 'x')
  await leaving(2)
  drain([2, 2, Buffer.from('more')])
  await leaving(3)
  await new Promise((resolve) => setTimeout(resolve, 40))
  assert.deepEqual(
    log.filter((entry) => entry.startsWith('cancel')),
    ['cancel 2', 'cancel 3'],
  )
})

test('a stream that everybody forgot is cancelled', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  begin()
  drain([1, 1, 200, ''])
  for (let round = 0; round < 20 && !log.includes('cancel 1'); round++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    collect()
  }
  assert.ok(log.includes('cancel 1'))
})

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
