/**
 * Renders the table of silent faults in README.md from a run: each fault once at a bare openai-node and once at a wrapped
 * one, over loopback HTTP. `node scripts/silent-faults.mts` writes it; a test says when it is stale.
 */
import { readFile, writeFile } from 'node:fs/promises'

import OpenAI from 'openai'
import { VERSION } from 'openai/version'
import { CorrectoverEngine, wrap } from '../dist/index.js'
import { faults, provider } from '../dist/testing.js'

const README = new URL('../README.md', import.meta.url)
const [BEGIN, END] = ['<!-- silent-faults -->', '<!-- /silent-faults -->']

/**
 * What others were seen to do with the same faults before, set up with a healthy second provider and one retry:
 * LiteLLM Router 1.106.2 and Portkey gateway 1.15.2 (npm), as they come. Empty where it was not measured.
 */
// biome-ignore format: a table
const rows: readonly [name: string, title: string, liteLLM: string, portkey: string][] = [
  ['empty-content', 'the answer is empty',             'delivered', 'delivered'],
  ['wrong-model',   'a cheaper model answers',         'delivered', 'delivered'],
  ['broken-json',   'JSON cut short, a schema asked',  'delivered; has an opt-in that heals', 'delivered; has an opt-in'],
  ['schema-type',   'JSON that breaks the schema',     '',          ''],
  ['html',          'a page of HTML with status 200',  'healed',    'delivered, wrapped as a message'],
]

const person = {
  type: 'object',
  properties: { age: { type: 'integer' }, name: { type: 'string' } },
  required: ['age', 'name'],
  additionalProperties: false,
}

function request(name: string): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const json_schema = { name: 'person', schema: person }
  return {
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Who flew around the world alone first?' }],
    ...(faults.list[name]!.asks === 'schema' && { response_format: { type: 'json_schema', json_schema } }),
  }
}

/** What the application holds in its hands. */
function received(answer: OpenAI.ChatCompletion): string {
  if (typeof answer === 'string') return `delivered, as the string \`${String(answer).slice(0, 15)}…\``
  const { content } = answer.choices[0]!.message
  if (answer.model !== 'gpt-4o') return `delivered, of \`${answer.model}\``
  return `delivered, \`${JSON.stringify(content)}\``
}

async function row([name, title, liteLLM, portkey]: (typeof rows)[number]): Promise<string> {
  await using primary = await provider({ name: 'primary' })
  await using second = await provider({ name: 'second' })
  primary.always(faults.list[name]!.fault())
  const options = { apiKey: 'test', baseURL: primary.baseUrl }

  const bare = received(await new OpenAI(options).chat.completions.create(request(name)))
  const engine = new CorrectoverEngine({
    providers: [primary, second].map(({ baseUrl }, index) => ({
      name: ['primary', 'second'][index]!,
      baseUrl,
      apiKey: 'test',
    })),
  })
  primary.reset().always(faults.list[name]!.fault())
  const answer = await wrap(new OpenAI(options), engine).chat.completions.create(request(name))
  const { verified, attempts, provider: by } = engine.report(answer)!
  const requests = primary.hits + second.hits
  const healed = verified && by === 'second' ? `healed by the second provider, ${requests} requests` : `**${by}**`
  const cells = [
    title,
    bare,
    liteLLM || 'not measured',
    portkey || 'not measured',
    `${healed} (\`${attempts[0]?.fault?.name}\`)`,
  ]
  return `| ${cells.join(' | ')} |`
}

export async function render(): Promise<string> {
  return [
    `| fault, with a healthy second provider at hand | openai-node ${VERSION} | LiteLLM Router 1.106.2 | Portkey 1.15.2 | correctover |`,
    '| --- | --- | --- | --- | --- |',
    ...(await Promise.all(rows.map(row))),
    '',
    'The columns of openai-node, which has no second provider, and of correctover are made by `npm run docs:faults`. LiteLLM',
    'and Portkey were measured once, in these versions and their default settings; both have opt-in checks for some rows.',
  ].join('\n')
}

/** The section as it stands in README.md. */
export async function current(): Promise<string> {
  const text = await readFile(README, 'utf8')
  return text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)).trim()
}

if (import.meta.main) {
  const text = await readFile(README, 'utf8')
  const [before, after] = [text.slice(0, text.indexOf(BEGIN) + BEGIN.length), text.slice(text.indexOf(END))]
  await writeFile(README, `${before}\n${await render()}\n${after}`)
}
