// What the TypeScript face costs per call, apart from the core: `engine.fetch` and `engine.chat` over a core that answers
// at once, beside openai-node over a fetch that does nothing, bare and wrapped. Arms take turns; medians over rounds.
//
//   npm run bench

import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import OpenAI from 'openai'

const path = fileURLToPath(new URL('./instant.cjs', import.meta.url))
process.env.NAPI_RS_NATIVE_LIBRARY_PATH = path
process.env.CORRECTOVER_TRANSPORT = 'native'
const { CorrectoverEngine, wrap } = await import('../dist/index.mjs')
const { BODY, FLAT } = createRequire(import.meta.url)(path) as { BODY: string; FLAT: string }

const CALLS = 20_000
const IN_FLIGHT = 64
const ROUNDS = 7
const URL_OF_MODEL = 'https://api.openai.com/v1/chat/completions'

const pairs = FLAT.split('\n').flatMap((name, at, all) =>
  at % 2 === 0 ? [[name, all[at + 1]] as [string, string]] : [],
)
const headers = new Headers([...pairs, ['x-request-id', 'req_1']])
const ready = {
  status: 200,
  ok: true,
  url: URL_OF_MODEL,
  headers,
  text: async () => BODY,
}
const noop = async () => ready as unknown as Response

const engine = new CorrectoverEngine()
const key = { apiKey: 'sk-bench', maxRetries: 0 }
const bare = new OpenAI({ ...key, fetch: noop })
const wrapped = wrap(new OpenAI(key), engine)
let turn = 0
const body = () => JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: `question ${turn++}` }] })

/** As openai-node makes it. */
function init(): RequestInit {
  const sent = new Headers()
  for (const [name, value] of [
    ['accept', 'application/json'],
    ['authorization', 'Bearer sk-bench'],
    ['content-type', 'application/json'],
    ['user-agent', 'OpenAI/JS 7.55.0'],
    ['x-stainless-arch', 'x64'],
    ['x-stainless-lang', 'js'],
    ['x-stainless-os', 'Linux'],
    ['x-stainless-package-version', '7.55.0'],
    ['x-stainless-retry-count', '0'],
    ['x-stainless-runtime', 'node'],
    ['x-stainless-runtime-version', process.version],
  ] as const) {
    sent.set(name, value)
  }
  return { method: 'POST', headers: sent, body: body(), signal: new AbortController().signal }
}

const ask = (client: OpenAI) =>
  client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: `question ${turn++}` }] })

// biome-ignore format: rows
const ARMS: Record<string, () => Promise<unknown>> = {
  'making the request only':        async () => init(),
  'engine.fetch, nothing read':     () => engine.fetch(URL_OF_MODEL, init()),
  'engine.fetch, text and headers': async () => {
    const response = await engine.fetch(URL_OF_MODEL, init())
    return [[...response.headers.entries()], response.headers.get('content-type'), await response.text()]
  },
  'engine.chat':                    () => engine.chat(`question ${turn++}`),
  'openai-node, no-op fetch':       () => ask(bare),
  'openai-node, wrapped':           () => ask(wrapped),
}

/** Microseconds of processor time per call. */
async function run(call: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  let left = CALLS
  const worker = async () => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / CALLS
}

const samples = new Map(Object.keys(ARMS).map((name) => [name, [] as number[]]))
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, call] of Object.entries(ARMS)) {
    const micros = await run(call)
    // The first round warms up.
    if (round > 0) samples.get(name)?.push(micros)
  }
}

console.log(`${cpus()[0]?.model}, Node ${process.version}, ${ROUNDS} rounds of ${CALLS} calls, ${IN_FLIGHT} in flight`)
for (const [name, micros] of samples) {
  micros.sort((one, other) => one - other)
  const median = micros[Math.floor(micros.length / 2)] ?? 0
  console.log(
    `${name.padEnd(32)} ${median.toFixed(1)} µs CPU per call (${micros[0]?.toFixed(1)}–${micros.at(-1)?.toFixed(1)})`,
  )
}
