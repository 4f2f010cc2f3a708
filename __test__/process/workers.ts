/** Starts threads that call, and terminates each in the middle of its calls; then this thread must still work. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { CorrectoverEngine } from '../../dist/index.js'

const [good, silent, count] = process.argv.slice(2) as [string, string, string]
const BATCH = 8

const CALLS = `
  const { workerData, parentPort } = require('node:worker_threads')
  const { CorrectoverEngine } = require(workerData.entry)
  for (const baseUrl of workerData.urls) {
    const engine = new CorrectoverEngine({ providers: [{ name: 'primary', baseUrl, apiKey: 'k', model: 'gpt-4o' }] })
    engine.on('call-end', () => {})
    for (let call = 0; call < 10; call++) engine.chat('Hi').catch(() => {})
  }
  parentPort.postMessage('begun')
`
const entry = new URL('../../dist/index.js', import.meta.url).pathname
let begun = 0

async function terminated(after: number): Promise<void> {
  const worker = new Worker(CALLS, { eval: true, workerData: { entry, urls: [good, silent] } })
  await once(worker, 'message')
  begun++
  // Some at once, some while answers arrive.
  await new Promise((resolve) => setTimeout(resolve, after % 10))
  await worker.terminate()
}

for (let done = 0; done < Number(count); done += BATCH) {
  await Promise.all(
    Array.from({ length: Math.min(BATCH, Number(count) - done) }, (_, index) => terminated(done + index)),
  )
}
const engine = new CorrectoverEngine({ providers: [{ name: 'primary', baseUrl: good, apiKey: 'k', model: 'gpt-4o' }] })
const { text } = await engine.chat('Hi')
process.send!({ begun, still: text === 'Hello from primary.' })
process.disconnect()
