// A provider breaks in ways that look like success; the application does not notice. Runs offline:
//
//   node examples/outage.mts

import { CorrectoverEngine, wrap } from 'correctover'
import { faults, provider } from 'correctover/testing'
import OpenAI from 'openai'

await using first = await provider({ name: 'first', answer: 'Hello from the first provider.' })
await using second = await provider({ name: 'second', answer: 'Hello from the second provider.' })
first.script(
  faults.ok(),
  faults.emptyContent(),
  faults.wrongModel(),
  faults.html(),
  faults.status(503),
  faults.brokenEnvelope(),
)

const engine = new CorrectoverEngine({
  providers: [
    { name: 'first', baseUrl: first.baseUrl, apiKey: 'key-of-the-first', model: 'gpt-4o' },
    { name: 'second', baseUrl: second.baseUrl, apiKey: 'key-of-the-second', model: 'gpt-4o' },
  ],
})
const client = wrap(new OpenAI({ apiKey: 'key-of-the-first', baseURL: first.baseUrl }), engine)

for (let call = 0; call < 6; call++) {
  const answer = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Say hello.' }],
  })
  const attempts = engine.report(answer)?.attempts ?? []
  const story = attempts.map(({ provider, fault }) => `${provider}: ${fault?.name ?? 'passed'}`).join(', then ')
  console.log(`${answer.choices[0]?.message.content}  (${story})`)
}
