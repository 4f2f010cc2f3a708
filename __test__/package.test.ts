// The package as a program meets it: loaded either way, leaving no process behind, saying what is missing.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import * as imported from '../dist/index.mjs'
import { provider } from '../dist/testing.js'

const require = createRequire(import.meta.url)
const INDEX = require.resolve('../dist/index.js')

function run(script: string, env: Record<string, string> = {}) {
  return spawnSync(process.execPath, ['-e', script], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 20_000,
  })
}

test('import and require give the same names and the same classes', () => {
  const required = require(INDEX)
  assert.deepEqual(Object.keys(imported).sort(), Object.keys(required).sort())
  for (const [name, value] of Object.entries(imported)) assert.equal(value, required[name], name)
})

const CALL = `
  const { CorrectoverEngine } = require(${JSON.stringify(INDEX)})
  const engine = new CorrectoverEngine({ providers: [{ name: 'x', baseUrl: process.env.BASE_URL, apiKey: 'k' }] })
  engine.on('call-end', () => {})
  const call = () => engine.chat({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] })`

/** In a process of its own, which has to find the provider: a `spawnSync` would stop that one. */
async function runWith(script: string): Promise<string> {
  const { spawn } = await import('node:child_process')
  await using server = await provider()
  const child = spawn(process.execPath, ['-e', CALL + script], {
    env: { ...process.env, BASE_URL: server.baseUrl },
    timeout: 20_000,
  })
  let out = ''
  child.stdout.on('data', (data) => {
    out += data
  })
  child.stderr.on('data', (data) => {
    out += data
  })
  const code = await new Promise((resolve) => child.on('exit', resolve))
  return `${out.trim()} ${code}`
}

test('the process waits for a call, and ends after it without close()', async () => {
  const said = await runWith(`
    call().then(() => {
      const settled = performance.now()
      process.on('exit', () => console.log(performance.now() - settled < 200 ? 'at once' : 'late'))
    })`)
  assert.equal(said, 'at once 0')
})

test('an engine without calls does not keep the process', async () => {
  assert.equal(await runWith(''), '0'.padStart(2))
})

test('an engine that nobody holds still answers', async () => {
  const said = await runWith(`
    const { setFlagsFromString } = require('node:v8')
    setFlagsFromString('--expose-gc')
    const gc = require('node:vm').runInNewContext('gc')
    const calls = Array.from({ length: 20 }, () => {
      const engine = new CorrectoverEngine({ providers: [{ name: 'x', baseUrl: process.env.BASE_URL, apiKey: 'k' }] })
      return engine.chat({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] })
    })
    setImmediate(gc)
    Promise.all(calls).then((answers) => console.log(answers.length))`)
  assert.equal(said, '20 0')
})

test('workers end in the middle of their calls', async () => {
  await using server = await provider({ latencyMs: 50 })
  const env = { ...process.env, BASE_URL: server.baseUrl }
  for (let round = 0; round < 4; round++) {
    const workers = Array.from({ length: 5 }, () => new Worker(`${CALL}; call(); call()`, { eval: true, env }))
    await new Promise((resolve) => setTimeout(resolve, 20 * round))
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
})

test('a missing addon is told with platform, package and remedy', () => {
  const { stderr } = run(
    `Object.defineProperty(process, 'arch', { value: 'arm64' }); Object.defineProperty(process, 'platform', { value: 'darwin' })
     new (require(${JSON.stringify(INDEX)}).CorrectoverEngine)()`,
  )
  assert.match(stderr, /no native addon for darwin-arm64: the package correctover-darwin-arm64 is not installed/)
  assert.match(stderr, /npm install correctover-darwin-arm64/)
})

test('an unsupported platform is told with those that are supported', () => {
  const { stderr } = run(
    `Object.defineProperty(process, 'arch', { value: 'mips' }); new (require(${JSON.stringify(INDEX)}).CorrectoverEngine)()`,
  )
  assert.match(stderr, /no native addon for linux-mips \(.*\); supported: linux-x64, linux-arm64, darwin-x64/)
})

test('an addon that does not load says why', () => {
  const { stderr } = run(`new (require(${JSON.stringify(INDEX)}).CorrectoverEngine)()`, {
    NAPI_RS_NATIVE_LIBRARY_PATH: require.resolve('../package.json').replace('package.json', 'Cargo.toml'),
  })
  assert.match(stderr, /found but did not load: .*Cargo\.toml/)
})
