// The arms: ways to make one call. Each is a function from a question to whatever it has at the end; the ones without a
// contract say so by their names.

import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import OpenAI from 'openai'
import { Pool } from 'undici'
import { addon } from '../../build/native.js'
import { CorrectoverEngine, wrap } from '../../dist/index.mjs'
import type { Report } from '../../index.d.ts'

export interface Arm {
  ask: (question: string) => Promise<unknown>
  /** The report on what `ask` gave, where a contract was checked. */
  report?: (answer: never) => Report | undefined
}

export interface Setting {
  port: number
  /** Kilobytes of the answer. */
  kilobytes: number
  inFlight: number
}

const schema = JSON.parse(readFileSync(new URL('../answers/schema.json', import.meta.url), 'utf8'))

export function request(question: string) {
  return {
    model: 'gpt-4o',
    messages: [
      { role: 'system' as const, content: 'You turn letters into orders. Answer in JSON only.' },
      { role: 'user' as const, content: question },
    ],
    temperature: 0.2,
    response_format: { type: 'json_schema' as const, json_schema: { name: 'order', strict: true, schema } },
  }
}

/** Everything that a contract can look at, the schema coming with the request. */
const contract = { latency: { maxMs: 30_000 }, cost: { maxUsd: 1, maxTokens: 200_000 }, identity: true }

function engineFor({ port, kilobytes }: Setting) {
  const baseUrl = `http://127.0.0.1:${port}/${kilobytes}/v1`
  const price = { input: 2.5, output: 10 }
  return new CorrectoverEngine({
    providers: [
      { name: 'mock', dialect: 'openai', baseUrl, insecureHttp: true, apiKey: 'sk-bench', model: 'gpt-4o', price },
    ],
    contract,
    transport: 'native',
  })
}

const client = ({ port, kilobytes }: Setting, fetch?: typeof globalThis.fetch) =>
  new OpenAI({
    apiKey: 'sk-bench',
    baseURL: `http://127.0.0.1:${port}/${kilobytes}/v1`,
    maxRetries: 0,
    ...(fetch === undefined ? {} : { fetch }),
  })

const ask = (client: OpenAI) => (question: string) => client.chat.completions.create(request(question))

const HEADERS = { 'content-type': 'application/json', accept: 'application/json', authorization: 'Bearer sk-bench' }

function undici({ port, kilobytes, inFlight }: Setting) {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: inFlight })
  const path = `/${kilobytes}/v1/chat/completions`
  return async (question: string) => {
    const body = JSON.stringify(request(question))
    const response = await pool.request({ method: 'POST', path, headers: HEADERS, body })
    return response.body.text()
  }
}

export const ARMS: Record<string, (setting: Setting) => Arm> = {
  'openai-node': (setting) => ({ ask: ask(client(setting)) }),
  'openai-node, no-op fetch': (setting) => ({ ask: ask(client(setting, noop(setting))) }),
  'openai-node, wrapped': (setting) => {
    const engine = engineFor(setting)
    return { ask: ask(wrap(client(setting), engine)), report: (answer) => engine.report(answer) }
  },
  'openai-node, fetch: engine.fetch': (setting) => {
    const engine = engineFor(setting)
    return { ask: ask(client(setting, engine.fetch)), report: (answer) => engine.report(answer) }
  },
  'engine.chat': (setting) => {
    const engine = engineFor(setting)
    return {
      ask: (question) => engine.chat(request(question)),
      report: (answer: { report: Report }) => answer.report,
    }
  },
  'addon alone': native,
  'undici.request': (setting) => ({ ask: undici(setting) }),
  'undici.request + JSON.parse + ajv': (setting) => {
    const send = undici(setting)
    const accepts = new Ajv({ strict: true }).compile(schema)
    return {
      ask: async (question) => {
        const answer = JSON.parse(await send(question))
        const data = JSON.parse(answer.choices[0].message.content)
        if (!accepts(data)) throw new Error('a good answer was refused')
        return data
      },
    }
  },
}

/** What the SDK itself costs: a fetch that has its answer already, and as little of a Response as the SDK reads. */
function noop({ kilobytes }: Setting): typeof globalThis.fetch {
  const bytes = kilobytes * 1024
  const body = JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_763_700_000,
    model: 'gpt-4o-2024-08-06',
    choices: [{ index: 0, message: { role: 'assistant', content: 'word '.repeat(bytes / 5) }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 9, completion_tokens: bytes / 5, total_tokens: bytes / 5 + 9 },
  })
  const headers = new Headers({ 'content-type': 'application/json', 'x-request-id': 'req_1' })
  const ready = { status: 200, ok: true, url: '', headers, text: async () => body, json: async () => JSON.parse(body) }
  return async () => ready as unknown as Response
}

/** The crossing without the face: begin, wake, drain, one JSON.parse. */
function native({ port, kilobytes }: Setting): Arm {
  const waiting = new Map<number, (answer: unknown) => void>()
  const config = {
    providers: [
      {
        name: 'mock',
        dialect: 'openai',
        baseUrl: `http://127.0.0.1:${port}/${kilobytes}/v1`,
        insecureHttp: true,
        apiKey: 'sk-bench',
        model: 'gpt-4o',
        price: { input: 2.5, output: 10 },
      },
    ],
    contract,
  }
  const engine = new (addon().Engine)(JSON.stringify(config), () => {
    const messages = engine.drain()
    for (let at = 0; at < messages.length; at += 7) {
      const id = messages[at + 1] as number
      const done = waiting.get(id)
      waiting.delete(id)
      done?.({ body: JSON.parse(messages[at + 4] as string), report: messages[at + 5] })
    }
  })
  engine.ref()
  let id = 0
  let starts = false
  const start = () => {
    starts = false
    engine.start()
  }
  return {
    ask: (question) =>
      new Promise((resolve) => {
        waiting.set(++id, resolve)
        engine.begin(id, 1, '', '', JSON.stringify(request(question)), 0, 0, null)
        if (!starts) process.nextTick(start)
        starts = true
      }),
    report: (answer: { report: string }) => JSON.parse(answer.report),
  }
}
