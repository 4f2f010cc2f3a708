/**
 * What an engine does to the process it lives in: nothing once its calls have ended. Each script runs in a process of
 * its own.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { faults, provider } from '../dist/testing.js'
import type { Provider } from '../testing.d.ts'

const EXIT_MS = 200

let upstream: Provider
let silent: Provider
before(async () => {
  upstream = await provider({ name: 'primary', chunkDelayMs: 2 })
  silent = await provider()
  silent.always(faults.stall())
})
after(() => Promise.all([upstream.close(), silent.close()]))

function start(script: string, args: readonly string[] = [], options: ForkOptions = {}): ChildProcess {
  const urls = [upstream.baseUrl, silent.baseUrl]
  return fork(new URL(`./process/${script}.ts`, import.meta.url), [...urls, ...args], options)
}

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly messages: unknown[]
  /** From its last message to its exit. */
  readonly lingeredMs: number
}

async function end(child: ChildProcess): Promise<Ended> {
  const messages: unknown[] = []
  let last = performance.now()
  child.on('message', (message) => {
    messages.push(message)
    last = performance.now()
  })
  const [code, signal] = await once(child, 'exit')
  return { code, signal, messages, lingeredMs: performance.now() - last }
}

describe('a process exits within 200 ms of its last call, without close()', () => {
  for (const door of [
    'chat',
    'fetch',
    'wrap',
    'stream',
    'stream left half-way',
    'refused',
    'deadline',
    'aborted',
    'observe',
    'unused',
  ]) {
    test(door, async () => {
      const { code, messages, lingeredMs } = await end(start('one-call', [door]))
      assert.equal(code, 0)
      assert.deepEqual(messages, [door])
      assert.ok(lingeredMs < EXIT_MS, `lingered ${lingeredMs} ms`)
    })
  }
})

test('a process that waits for an answer is kept alive by it alone', async () => {
  const { code, messages } = await end(start('waiting'))
  assert.equal(code, 0)
  assert.deepEqual(messages, ['answered'])
})

test('process.exit in the middle of calls is clean', async () => {
  const { code, signal } = await end(start('exit-in-flight'))
  assert.deepEqual({ code, signal }, { code: 7, signal: null })
})

test('an error nobody catches ends the process as ever', async () => {
  const { code, signal } = await end(start('exit-in-flight', ['throw'], { stdio: 'ignore' }))
  assert.deepEqual({ code, signal }, { code: 1, signal: null })
})

test('200 worker threads, started and terminated in the middle of calls, leave no crash', {
  timeout: 60_000,
}, async () => {
  const { code, signal, messages } = await end(start('workers', ['200']))
  assert.deepEqual({ code, signal, messages }, { code: 0, signal: null, messages: [{ begun: 200, still: true }] })
})

test('processes of a cluster, and forks of a process that has called, call for themselves', async () => {
  const { code, messages } = await end(start('cluster'))
  assert.equal(code, 0)
  assert.deepEqual(messages, [['Hello from primary.', 'Hello from primary.', 'Hello from primary.']])
})
