/** One call through a door; then nothing is left to do. */
import OpenAI from 'openai'
import { CorrectoverEngine, wrap } from '../../dist/index.js'

const [good, silent, door] = process.argv.slice(2) as [string, string, string]
const baseUrl = door === 'deadline' || door === 'aborted' ? silent : door === 'refused' ? 'http://127.0.0.1:9/v1' : good
const engine = new CorrectoverEngine({
  providers: [{ name: 'primary', baseUrl, apiKey: 'k' }],
  retry: { baseDelayMs: 5 },
  mode: door === 'observe' ? 'observe' : 'enforce',
})
engine.on('call-end', () => {})
const client = wrap(new OpenAI({ baseURL: baseUrl, apiKey: 'k' }), engine)
const request = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Hi' }] }
const caught = (error: { code?: string }) => error.code

async function streamed(enough: number): Promise<void> {
  let seen = 0
  for await (const _ of await client.chat.completions.create({ ...request, stream: true })) if (++seen === enough) break
}

const doors: Record<string, () => Promise<unknown>> = {
  chat: () => engine.chat(request),
  fetch: () => engine.fetch(`${baseUrl}/chat/completions`, { method: 'POST', body: JSON.stringify(request) }),
  wrap: () => client.chat.completions.create(request),
  stream: () => streamed(Number.POSITIVE_INFINITY),
  'stream left half-way': () => streamed(2),
  refused: () => engine.chat(request).catch(caught),
  deadline: () => engine.chat(request, { deadlineMs: 100 }).catch(caught),
  aborted: () => engine.chat(request, { signal: AbortSignal.timeout(50) }).catch(caught),
  observe: () => client.chat.completions.create(request),
  unused: async () => {},
}

await doors[door]!()
process.send!(door)
// The channel to the parent would keep the process alive; the engine must not.
process.disconnect()
