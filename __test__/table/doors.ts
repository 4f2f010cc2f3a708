/** The three doors of an engine, made to answer alike: what was delivered, or the one error. */
import OpenAI from 'openai'
import { type CorrectoverEngine, CorrectoverError, wrap } from '../../dist/index.js'
import type { ChatCompletion, ChatRequest, Report } from '../../index.d.ts'

export interface Asked {
  readonly engine: CorrectoverEngine
  /** Where the client of an SDK believes to be: the first provider. */
  readonly baseUrl: string
  readonly key: string
  readonly request: ChatRequest & { model: string }
}

export interface Answered {
  /** The body of the delivered answer. */
  readonly delivered?: ChatCompletion
  /** What was thrown, or for `engine.fetch` the error in the body. */
  readonly error?: unknown
  readonly status: number
  /** `code` in the error: ours, or the provider's own. */
  readonly code?: unknown
  readonly report: Report
  /** Whatever a program could print of it. */
  readonly visible: unknown
}

export const doors = { wrap: wrapped, fetch: fetched, chat }

async function wrapped({ engine, baseUrl, key, request }: Asked): Promise<Answered> {
  const client = wrap(new OpenAI({ baseURL: baseUrl, apiKey: key }), engine)
  try {
    const call = client.chat.completions.create(request as OpenAI.ChatCompletionCreateParamsNonStreaming)
    const { data, response } = await call.withResponse()
    const report = engine.report(data)!
    const delivered = data as unknown as ChatCompletion
    return { delivered, status: response.status, report, visible: [data, [...response.headers]] }
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error
    return { error, status: error.status, code: error.code, report: engine.report(error)!, visible: error }
  }
}

async function fetched({ engine, baseUrl, key, request }: Asked): Promise<Answered> {
  const response = await engine.fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  const { status, headers } = response
  const report = engine.report(response)!
  const text = await response.text()
  const visible = [text, [...headers]]
  if (response.ok) return { delivered: JSON.parse(text), status, report, visible }
  const error = headers.get('content-type')?.includes('json') ? JSON.parse(text).error : text
  return { error, status, code: error.code, report, visible }
}

async function chat({ engine, request }: Asked): Promise<Answered> {
  try {
    const result = await engine.chat(request)
    return { delivered: result.response, status: 200, report: result.report, visible: result }
  } catch (error) {
    if (!CorrectoverError.isInstance(error)) throw error
    const { status, code, report } = error
    return { error, status, code, report: report!, visible: [error, error.toJSON(), error.stack] }
  }
}
