/** The test server against bare clients: each fault is looked for on the wire, each good answer read by the vendor's SDK. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { Ajv2020 } from 'ajv/dist/2020.js'
import OpenAI, { toFile } from 'openai'
import { faults, provider } from '../dist/testing.js'
import type { Provider, ProviderOptions } from '../testing.d.ts'

const person = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    age: { type: 'integer', minimum: 0 },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['name', 'age', 'tags'],
  additionalProperties: false,
}
const schemaFormat = { type: 'json_schema', json_schema: { name: 'person', strict: true, schema: person } } as const
const tool = { type: 'function', function: { name: 'find_person', parameters: person } } as const
const ask = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Who is there?' }] }

async function using(options: ProviderOptions, run: (server: Provider, client: OpenAI) => Promise<void>) {
  const server = await provider(options)
  try {
    await run(server, new OpenAI({ baseURL: server.baseUrl, apiKey: 'sk-canary', maxRetries: 0 }))
  } finally {
    await server.close()
  }
}

describe('good answers of OpenAI chat', () => {
  test('say the given text, the asked model and a usage', () =>
    using({ answer: 'Hello' }, async (server, client) => {
      const answer = await client.chat.completions.create(ask)
      assert.equal(answer.choices[0]?.message.content, 'Hello')
      assert.equal(answer.choices[0]?.finish_reason, 'stop')
      assert.equal(answer.model, 'gpt-4o')
      assert.equal(answer.usage?.total_tokens, answer.usage!.prompt_tokens + answer.usage!.completion_tokens)
      assert.match(answer._request_id!, /^req_/)
      assert.equal(server.requests[0]?.json.messages[0].content, 'Who is there?')
      assert.equal(server.requests[0]?.headers.authorization, 'Bearer sk-canary')
    }))

  test('stream with usage, and read the same as whole', () =>
    using({ answer: 'one two  three\n' }, async (_, client) => {
      const stream = client.chat.completions.stream({ ...ask, stream_options: { include_usage: true } })
      const final = await stream.finalChatCompletion()
      assert.equal(final.choices[0]?.message.content, 'one two  three\n')
      assert.ok(final.usage!.completion_tokens > 0)
    }))

  test('satisfy the schema of the request, whole and streamed', () =>
    using({}, async (_, client) => {
      const parsed = await client.chat.completions.parse({ ...ask, response_format: schemaFormat })
      assert.deepEqual(parsed.choices[0]?.message.parsed, { name: 'text', age: 1, tags: ['text'] })
      const streamed = await client.chat.completions
        .stream({ ...ask, response_format: schemaFormat })
        .finalChatCompletion()
      assert.deepEqual(JSON.parse(streamed.choices[0]!.message.content!), { name: 'text', age: 1, tags: ['text'] })
    }))

  test('call a tool once and then speak, so that a tool runner ends', () =>
    using({}, async (server, client) => {
      const seen: unknown[] = []
      const runner = client.chat.completions.runTools({
        ...ask,
        tools: [
          {
            type: 'function',
            function: {
              name: 'find_person',
              description: '',
              parameters: person,
              parse: (text: string) => JSON.parse(text),
              function: (found: object) => void seen.push(found),
            },
          },
        ],
      })
      assert.equal(await runner.finalContent(), 'Hello from openai.')
      assert.deepEqual(seen, [{ name: 'text', age: 1, tags: ['text'] }])
      assert.equal(server.hits, 2)
    }))

  test('stream a tool call in parts', () =>
    using({}, async (_, client) => {
      const final = await client.chat.completions.stream({ ...ask, tools: [tool] }).finalChatCompletion()
      const call = final.choices[0]?.message.tool_calls?.[0]
      assert.ok(call?.type === 'function')
      assert.deepEqual(JSON.parse(call.function.arguments), { name: 'text', age: 1, tags: ['text'] })
    }))

  test('give as many choices as are asked for', () =>
    using({}, async (_, client) => {
      const answer = await client.chat.completions.create({ ...ask, n: 3 })
      assert.deepEqual(
        answer.choices.map((choice) => choice.index),
        [0, 1, 2],
      )
    }))

  test('come from a function of the request, which may choose a fault or the default', () =>
    using(
      {
        answer: ({ json }) =>
          json.model === 'bad' ? faults.status(503) : json.model === 'json' ? { a: 1 } : undefined,
      },
      async (_, client) => {
        await assert.rejects(client.chat.completions.create({ ...ask, model: 'bad' }), { status: 503 })
        const json = await client.chat.completions.create({ ...ask, model: 'json' })
        assert.equal(json.choices[0]?.message.content, '{"a":1}')
        const plain = await client.chat.completions.create(ask)
        assert.equal(plain.choices[0]?.message.content, 'Hello from openai.')
      },
    ))

  test('are pooled on one connection', () =>
    using({}, async (server, client) => {
      for (let call = 0; call < 5; call += 1) await client.chat.completions.create(ask)
      assert.equal(server.hits, 5)
      assert.ok(server.connections < 5, `${server.connections} connections`)
    }))
})

describe('good answers around chat', () => {
  test('models, pages of files, uploads, embeddings', () =>
    using({}, async (_, client) => {
      const models: string[] = []
      for await (const model of client.models.list()) models.push(model.id)
      assert.ok(models.includes('gpt-4o'))
      const files: string[] = []
      for await (const file of client.files.list({ limit: 2 })) files.push(file.id)
      assert.deepEqual(files, ['file-1', 'file-2', 'file-3', 'file-4', 'file-5'])
      const uploaded = await client.files.create({
        file: await toFile(Buffer.from('x'), 'mine.jsonl'),
        purpose: 'batch',
      })
      assert.equal(uploaded.filename, 'mine.jsonl')
      const embedded = await client.embeddings.create({
        model: 'text-embedding-3-small',
        input: ['a', 'b', 'a'],
        dimensions: 16,
      })
      assert.equal(embedded.data[0]?.embedding.length, 16)
      assert.deepEqual(embedded.data[0]?.embedding, embedded.data[2]?.embedding)
      const floats = await client.embeddings.create({
        model: 'text-embedding-3-small',
        input: 'a',
        dimensions: 16,
        encoding_format: 'float',
      })
      assert.deepEqual(floats.data[0]?.embedding, embedded.data[0]?.embedding)
    }))

  test('a path that no dialect knows is 404', () =>
    using({}, async (_, client) => assert.rejects(client.get('/nothing'), { status: 404 })))

  test('a body that is no JSON is 400', () =>
    using({}, async (server) => {
      const response = await fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', body: '{' })
      assert.equal(response.status, 400)
    }))

  test('OpenAI Responses, whole, streamed, parsed, with a tool', () =>
    using({ name: 'r' }, async (_, client) => {
      const input = { model: 'gpt-4o', input: 'Hi' }
      const whole = await client.responses.create(input)
      assert.equal(whole.output_text, 'Hello from r.')
      const streamed = await client.responses.stream(input).finalResponse()
      assert.equal(streamed.output_text, 'Hello from r.')
      const parsed = await client.responses.parse({
        ...input,
        text: { format: { type: 'json_schema', name: 'p', schema: person } },
      })
      assert.deepEqual(parsed.output_parsed, { name: 'text', age: 1, tags: ['text'] })
      const called = await client.responses
        .stream({ ...input, tools: [{ type: 'function', name: 'f', strict: true, parameters: person }] })
        .finalResponse()
      assert.equal(called.output[0]?.type, 'function_call')
    }))

  test('Anthropic messages, whole, streamed, with a tool', () =>
    using({ dialect: 'anthropic' }, async (server) => {
      const client = new Anthropic({ baseURL: server.baseUrl, apiKey: 'k', maxRetries: 0 })
      const input = {
        model: 'claude-sonnet-4-5',
        max_tokens: 100,
        messages: [{ role: 'user' as const, content: 'Hi' }],
      }
      const whole = await client.messages.create(input)
      assert.deepEqual(whole.content, [{ type: 'text', text: 'Hello from anthropic.' }])
      assert.equal(whole.stop_reason, 'end_turn')
      assert.equal(await client.messages.stream(input).finalText(), 'Hello from anthropic.')
      const called = await client.messages
        .stream({ ...input, tools: [{ name: 'f', input_schema: person as { type: 'object' } }] })
        .finalMessage()
      assert.deepEqual(called.content[0]?.type === 'tool_use' && called.content[0].input, {
        name: 'text',
        age: 1,
        tags: ['text'],
      })
      server.always(faults.status(529))
      await assert.rejects(
        client.messages.create(input),
        (error: { status: number; error: { error: { type: string } } }) =>
          error.error.error.type === 'overloaded_error',
      )
    }))

  test('Gemini generateContent, whole, streamed, with a schema', () =>
    using({ dialect: 'gemini' }, async (server) => {
      const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: server.baseUrl } })
      const input = { model: 'gemini-2.5-flash', contents: 'Hi' }
      assert.equal((await client.models.generateContent(input)).text, 'Hello from gemini.')
      let text = ''
      for await (const chunk of await client.models.generateContentStream(input)) text += chunk.text ?? ''
      assert.equal(text, 'Hello from gemini.')
      const data = await client.models.generateContent({
        ...input,
        config: {
          responseMimeType: 'application/json',
          responseSchema: { type: 'OBJECT', properties: { n: { type: 'INTEGER' } } } as never,
        },
      })
      assert.equal(data.text, '{"n":1}')
    }))
})

describe('made-up data satisfies', () => {
  const ajv = new Ajv2020({
    strict: false,
    formats: { date: /^\d{4}-\d\d-\d\d$/, email: /^\S+@\S+$/, uuid: /^[0-9a-f-]{36}$/ },
  })
  const cases: [name: string, schema: object][] = [
    [
      'enums and constants',
      { type: 'object', properties: { a: { enum: ['x', 'y'] }, b: { const: 7 } }, required: ['a', 'b'] },
    ],
    [
      'references',
      {
        $ref: '#/$defs/a',
        $defs: {
          a: { type: 'object', properties: { b: { $ref: '#/$defs/b' } }, required: ['b'] },
          b: { type: 'integer', minimum: 10 },
        },
      },
    ],
    [
      'a tree',
      {
        $ref: '#/$defs/n',
        $defs: {
          n: {
            type: 'object',
            properties: { children: { type: 'array', items: { $ref: '#/$defs/n' } } },
            required: ['children'],
          },
        },
      },
    ],
    [
      'a list in references',
      {
        $ref: '#/$defs/n',
        $defs: {
          n: {
            type: 'object',
            properties: { next: { anyOf: [{ $ref: '#/$defs/n' }, { type: 'null' }] } },
            required: ['next'],
          },
        },
      },
    ],
    [
      'anyOf',
      { anyOf: [{ type: 'object', properties: { kind: { const: 'a' } }, required: ['kind'] }, { type: 'string' }] },
    ],
    [
      'allOf',
      {
        allOf: [
          { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
          { properties: { b: { type: 'number' } }, required: ['b'] },
        ],
      },
    ],
    ['a nullable', { type: ['string', 'null'], minLength: 3 }],
    [
      'bounds',
      { type: 'array', minItems: 3, uniqueItems: true, items: { type: 'integer', exclusiveMinimum: 4, multipleOf: 5 } },
    ],
    ['tight bounds', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.1 }],
    ['a negative range', { type: 'integer', minimum: -9, maximum: -3 }],
    ['unique strings', { type: 'array', minItems: 4, uniqueItems: true, items: { type: 'string' } }],
    ['a tuple', { type: 'array', prefixItems: [{ type: 'string' }, { type: 'boolean' }], items: false, minItems: 2 }],
    [
      'formats',
      {
        type: 'object',
        properties: {
          d: { type: 'string', format: 'date' },
          e: { type: 'string', format: 'email' },
          u: { type: 'string', format: 'uuid' },
        },
        required: ['d', 'e', 'u'],
      },
    ],
    ['a map', { type: 'object', additionalProperties: { type: 'integer' }, minProperties: 2 }],
    [
      'a required key that is not declared',
      { type: 'object', required: ['a'], additionalProperties: { type: 'string' } },
    ],
    ...[
      '^[A-Z]{2}-\\d{4}$',
      '^(foo|bar)_?[^a-z]+$',
      '^\\+?[1-9]\\d{1,14}$',
      '^#[0-9a-fA-F]{6}$',
      '^\\w+@\\w+\\.com$',
      '^[^\\s/]+$',
    ].map((pattern): [string, object] => [`pattern ${pattern}`, { type: 'string', pattern, minLength: 4 }]),
  ]
  for (const [name, schema] of cases) {
    test(name, () =>
      using({}, async (server) => {
        const body = JSON.stringify({
          ...ask,
          response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
        })
        const response = await fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', body })
        const answer = (await response.json()) as OpenAI.ChatCompletion
        const data = JSON.parse(answer.choices[0]!.message.content!)
        assert.ok(ajv.validate(schema, data), `${JSON.stringify(data)}: ${ajv.errorsText()}`)
        for (const how of ['type', 'missing'] as const) {
          server.always(faults.schemaViolation(how))
          const bad = (await (
            await fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', body })
          ).json()) as OpenAI.ChatCompletion
          assert.ok(
            !ajv.validate(schema, JSON.parse(bad.choices[0]!.message.content!)),
            `${how}: ${bad.choices[0]!.message.content}`,
          )
        }
      }),
    )
  }
})
