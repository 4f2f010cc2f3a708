/** One call at a hostile provider, in a process of its own; the provider is a thread that has made its body before. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { CorrectoverEngine } from '../../dist/index.js'

export interface Hostile {
  readonly faults: (string | null)[]
  readonly provider: string | null
  readonly tookMs: number
  /** Bytes of resident memory, at the most. */
  readonly grown: number
}

const SERVER = `
  const { workerData, parentPort } = require('node:worker_threads')
  const { faults, provider } = require(workerData.testing)
  const head = (fields) => 'HTTP/1.1 200 OK\\r\\n' + fields + '\\r\\n'
  const json = (body) => faults.raw(head('content-type: application/json\\r\\ncontent-length: ' + Buffer.byteLength(body) + '\\r\\n'), body)
  const answer = (content) => '{"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":' + JSON.stringify(content) + '},"finish_reason":"stop"}]}'
  const forever = (head, piece) => faults.raw(head, ...Array(4096).fill(piece))
  const bodies = {
    'gzip bomb': () => faults.gzipBomb(),
    'honest gzip too large': () => {
      const { gzipSync } = require('node:zlib'), { randomBytes } = require('node:crypto')
      const body = gzipSync(answer(randomBytes(50 << 20).toString('base64')), { level: 1 })
      return faults.respond((request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body)
      })
    },
    'huge': () => faults.huge({ bytes: 1 << 30 }),
    'huge, length unknown': () => forever(head('content-type: application/json\\r\\nconnection: close\\r\\n'), Buffer.alloc(1 << 20, ' ')),
    'deep json': () => faults.deepJson(),
    'deep content': () => json(answer('['.repeat(1e6) + ']'.repeat(1e6))),
    'many keys': () => json('{' + Array.from({ length: 5e5 }, (_, i) => '"k' + i + '":0').join() + '}'),
    'many choices': () => json('{"model":"gpt-4o","choices":[' + Array(1e5).fill('{"index":0,"message":{"role":"assistant","content":""},"finish_reason":"stop"}').join() + ']}'),
    'endless headers': () => forever('HTTP/1.1 200 OK\\r\\n', ('x-filling: ' + 'x'.repeat(1000) + '\\r\\n').repeat(64)),
    'endless first line': () => forever('HTTP/1.1 200 ', 'x'.repeat(1 << 16)),
    'drip for ever': () => faults.drip({ everyMs: 5, forMs: 60_000 }),
  }
  ;(async () => {
    const [primary, second] = [await provider({ name: 'primary' }), await provider({ name: 'second' })]
    primary.always(bodies[workerData.name]())
    parentPort.postMessage([primary.baseUrl, second.baseUrl])
    parentPort.on('message', () => process.exit())
  })()
`

const testing = new URL('../../dist/testing.js', import.meta.url).pathname
const server = new Worker(SERVER, { eval: true, workerData: { testing, name: process.argv[2] } })
const [urls] = (await once(server, 'message')) as [string[]]

const engine = new CorrectoverEngine({
  providers: urls.map((baseUrl, index) => ({
    name: ['primary', 'second'][index]!,
    baseUrl,
    apiKey: 'k',
    timeoutMs: 8000,
  })),
  retry: false,
})
const impatient = process.argv[2] === 'drip for ever' ? { deadlineMs: 1000 } : {}
const deep = process.argv[2] === 'deep content' ? { response_format: { type: 'json_object' } } : {}

const before = process.memoryUsage().rss
let most = before
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss)
}, 2)
const began = performance.now()
const { report } = await engine.chat(
  { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], ...deep },
  impatient,
)
const tookMs = performance.now() - began
clearInterval(watch)
const seen: Hostile = {
  faults: report.attempts.map(({ fault }) => fault?.name ?? null),
  provider: report.provider,
  tookMs,
  grown: Math.max(most, process.memoryUsage().rss) - before,
}
process.send?.(seen)
server.postMessage('exit')
await once(server, 'exit')
process.disconnect?.()
