/**
 * What is asked and what is answered, in words that no dialect owns. Faults that concern what an answer
 * *says* change a `Reply`, so that one fault shows in every dialect, whole and streamed alike.
 */
import type { AnswerOptions, Dialect, JsonValue } from '../../testing.d.ts'
import { sample } from './schema/sample.ts'
import type { Schema } from './schema/types.ts'

/** A request, as far as a good answer depends on it. */
export type Asked = {
  readonly model: string
  readonly stream: boolean
  readonly includeUsage: boolean
  /** How many answers: `n`. */
  readonly count: number
  readonly prompt: string
  /** The schema of the answer; `{ type: 'object' }` where just any JSON object is asked for. */
  readonly schema: Schema | undefined
  readonly tools: readonly { name: string; schema: Schema }[]
  /** The tool that a good answer calls: required, named, or the first as long as no tool has been called. */
  readonly call: { name: string; schema: Schema } | undefined
}

export type ToolCall = { readonly id: string; readonly name: string; readonly arguments: string }

export type Reply = {
  readonly id: string
  readonly created: number
  readonly model: string
  /** Whether the list of choices has one, is empty, or is not there. */
  readonly choices: 'given' | 'empty' | 'absent'
  readonly text: string | null
  readonly toolCalls: readonly ToolCall[]
  /** In the words of OpenAI; `undefined` leaves it away. */
  readonly finishReason: string | null | undefined
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** Counts answers of this process, so that ids are unique in a test and the same in each run. */
let answers = 0

export function goodReply(asked: Asked, given: AnswerOptions, name: string): Reply {
  answers += 1
  const id = `test-${answers.toString(36).padStart(8, '0')}`
  const wanted = { ...usual(asked, given, name), ...given }
  const text = wanted.json === undefined ? (wanted.text ?? null) : JSON.stringify(wanted.json)
  const toolCalls = (wanted.toolCalls ?? []).map((call, index) => ({
    id: call.id ?? `call_${id}_${index}`,
    name: call.name,
    arguments: asText(call.arguments),
  }))
  return {
    id,
    created: Math.floor(Date.now() / 1000),
    model: wanted.model ?? asked.model,
    choices: 'given',
    text,
    toolCalls,
    finishReason: 'finishReason' in wanted ? wanted.finishReason : toolCalls.length > 0 ? 'tool_calls' : 'stop',
    usage: wanted.usage === undefined ? estimate(asked, text, toolCalls) : wanted.usage,
    status: wanted.status ?? 200,
    headers: wanted.headers ?? {},
  }
}

/** What a provider would say that has been told nothing. */
function usual(asked: Asked, given: AnswerOptions, name: string): AnswerOptions {
  if (given.text !== undefined || given.json !== undefined || given.toolCalls !== undefined) return {}
  if (asked.call !== undefined) return { toolCalls: [{ name: asked.call.name, arguments: sample(asked.call.schema) }] }
  if (asked.schema !== undefined) return { json: sample(asked.schema) }
  return { text: `Hello from ${name}.` }
}

/** Four characters a token: near enough for tests of cost, and easy to predict. */
export function estimate(asked: Asked, text: string | null, toolCalls: readonly ToolCall[]) {
  const said = (text ?? '').length + toolCalls.reduce((sum, call) => sum + call.arguments.length, 0)
  return { inputTokens: Math.ceil(asked.prompt.length / 4) + 3, outputTokens: Math.ceil(said / 4) + 1 }
}

function asText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * The text as a tokenizer would hand it out: words with the space before them. The parts joined are the text,
 * and there are never more than a few hundred, so that long answers stay cheap to stream.
 */
export function pieces(text: string): string[] {
  if (text.length > 4096) {
    const size = Math.ceil(text.length / 256)
    return Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
  }
  return text.match(/\s*[^\s]{1,12}|\s+$/g) ?? []
}

/** One server-sent event; `data` is JSON, or a string that is sent as it is. */
export type ServerEvent = { readonly event?: string; readonly data: unknown }

/** An error before a vendor has put it in words. */
export type Problem = {
  readonly status: number
  readonly message: string
  readonly type?: string | undefined
  readonly code?: string | null | undefined
}

/** Both ways of one vendor's protocol. The adapters in `dialects/` all have this shape and nothing else. */
export type DialectAdapter = {
  readonly name: Dialect
  /** Whether a model call with this path (without query) is in this dialect. */
  matches(path: string): boolean
  // biome-ignore lint/suspicious/noExplicitAny: the body is whatever the client sent; adapters read it with ?. and defaults
  read(body: any, path: string): Asked
  whole(reply: Reply, asked: Asked): unknown
  stream(reply: Reply, asked: Asked): ServerEvent[]
  error(problem: Problem): unknown
  streamError(problem: Problem): ServerEvent
  /** The headers of every answer: above all the request id, which each vendor calls differently. */
  headers(reply: { readonly id: string }): Record<string, string>
}
