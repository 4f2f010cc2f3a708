/** The primary of a cluster calls, and then its worker and a fork do. */
import { fork } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { CorrectoverEngine } from '../../dist/index.js'

const baseUrl = process.argv[2]!
const engine = new CorrectoverEngine({ providers: [{ name: 'primary', baseUrl, apiKey: 'k', model: 'gpt-4o' }] })
const { text } = await engine.chat('Hi')

if (cluster.isPrimary && process.argv[4] === undefined) {
  const forked = fork(new URL(import.meta.url), [baseUrl, '', 'forked'])
  const worker = cluster.fork()
  const [[ofFork], [ofWorker]] = await Promise.all([once(forked, 'message'), once(worker, 'message')])
  process.send!([text, ofFork, ofWorker])
} else {
  process.send!(text)
}
process.disconnect()
