// Whoever replaced fetch or its dispatcher does the IO; who did not, does not.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const MODULE = new URL('../build/transport.js', import.meta.url).href

/** Asked in a process of its own: what is replaced stays replaced. */
function chosen(setup: string, env: Record<string, string> = {}): string {
  const script = `
    ${setup}
    const { choose } = await import(${JSON.stringify(MODULE)})
    const given = { configured: false, ownFetch: false, init: undefined, ...globalThis.given }
    console.log(JSON.stringify(choose(given, process.env.CORRECTOVER_TRANSPORT)))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  const { transport, reason } = JSON.parse(stdout)
  return `${transport}: ${reason}`
}

const NATIVE = 'native: the default'
const FETCH = 'fetch: the global fetch was replaced'
const DISPATCHER = "fetch: undici's global dispatcher was replaced"

// biome-ignore format: rows
const CASES: Record<string, [setup: string, expected: string, env?: Record<string, string>]> = {
  'nothing replaced':                ['', NATIVE],
  'fetch used before':               ['await fetch("data:,x")', NATIVE],
  'a mock of fetch':                 ['globalThis.fetch = async () => new Response()', FETCH],
  'a mock that is called fetch':     ['globalThis.fetch = async function fetch() { return new Response() }', FETCH],
  'a bound fetch':                   ['globalThis.fetch = fetch.bind(globalThis)', FETCH],
  'no fetch at all':                 ['delete globalThis.fetch', FETCH],
  "Next.js's patch":                 ['const own = fetch; globalThis.fetch = Object.assign(() => own(), { __nextPatched: true, _nextOriginalFetch: own })', NATIVE],
  "Next.js's patch over a mock":     ['globalThis.fetch = Object.assign(() => {}, { __nextPatched: true, _nextOriginalFetch: async () => {} })', FETCH],
  'undici merely loaded':            ['await import("undici")', NATIVE],
  'an agent of undici':              ['const { Agent, setGlobalDispatcher } = await import("undici"); setGlobalDispatcher(new Agent())', NATIVE],
  'a MockAgent':                     ['const { MockAgent, setGlobalDispatcher } = await import("undici"); setGlobalDispatcher(new MockAgent())', DISPATCHER],
  'a ProxyAgent':                    ['const { ProxyAgent, setGlobalDispatcher } = await import("undici"); setGlobalDispatcher(new ProxyAgent("http://127.0.0.1:1"))', DISPATCHER],
  'a composed agent':                ['const { Agent, setGlobalDispatcher, interceptors } = await import("undici"); setGlobalDispatcher(new Agent().compose(interceptors.retry()))', DISPATCHER],
  'a fetch of the client':           ['globalThis.given = { ownFetch: true }', 'fetch: the client brought its own fetch'],
  'a dispatcher of the client':      ['globalThis.given = { init: { dispatcher: {} } }', 'fetch: the client brought its own dispatcher'],
  'a configured fetch':              ['globalThis.given = { configured: true }', 'fetch: the configuration says so'],
  'the environment says native':     ['globalThis.fetch = async () => {}', 'native: CORRECTOVER_TRANSPORT=native', { CORRECTOVER_TRANSPORT: 'native' }],
  'the environment says fetch':      ['', 'fetch: CORRECTOVER_TRANSPORT=fetch', { CORRECTOVER_TRANSPORT: 'fetch' }],
}

for (const [name, [setup, expected, env]] of Object.entries(CASES)) {
  test(`with ${name}: ${expected}`, () => assert.equal(chosen(setup, env), expected))
}
