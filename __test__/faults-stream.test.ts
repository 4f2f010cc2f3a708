/**
 * Streams through a wrapped client: what is wrong at their head is healed before the first chunk, and the second
 * provider's stream comes whole. What breaks later is not healed yet, and never ends as if it were complete.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import OpenAI from 'openai'
import { wrap } from '../dist/index.js'
import { faults } from '../dist/testing.js'
import type { ChatCompletion } from '../index.d.ts'
import type { Fault } from '../testing.d.ts'
import { assertHealed, assertRefused, HEALED, run, type Seen } from './table/case.ts'
import type { Answered, Asked } from './table/doors.ts'
import { plain } from './table/expected.ts'
import { ask } from './table/request.ts'

/** The third door: an answer is delivered as the text of its chunks. */
async function stream({ engine, baseUrl, key, request }: Asked): Promise<Answered> {
  const client = wrap(new OpenAI({ baseURL: baseUrl, apiKey: key }), engine)
  const body = { ...request, stream: true } as OpenAI.ChatCompletionCreateParamsStreaming
  try {
    const chunks = await client.chat.completions.create(body)
    let text = ''
    for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? ''
    return { delivered: text as unknown as ChatCompletion, status: 200, report: engine.report(chunks)!, visible: text }
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error
    return { error, status: error.status, code: error.code, report: engine.report(error)!, visible: error }
  }
}

const request = ask({ asks: 'stream' })
const PATIENCE_MS = 300

const events = (...lines: (string | number)[]) =>
  faults.raw('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n', ...lines)

/** Faults that rows of the list do not have: what a stream says first. */
// biome-ignore format: a table
const first: Readonly<Record<string, readonly [fault: Fault, name: string, hangs?: 'hangs']>> = {
  'an error as the first event':        [events('data: {"error":{"message":"The server is overloaded","type":"overloaded_error"}}\n\n'), 'overloaded'],
  'an event named error':               [events('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'), 'overloaded'],
  'an error behind comments':           [events(': OPENROUTER PROCESSING\n\n', 20, 'data: {"error":{"code":502,"message":"Provider returned error"}}\n\n'), 'bad_gateway'],
  'no event at all':                    [events(), 'empty_answer'],
  'comments, and then nothing':         [events(': keep-alive\n\n', 20, ': keep-alive\n\n'), 'empty_answer'],
  'comments, and then silence':         [events(': keep-alive\n\n', 60_000), 'total_timeout', 'hangs'],
}

/** Of the list, those that show before the first chunk. */
const AT_THE_HEAD = Object.values(faults.list).filter(
  ({ name, family }) =>
    family === 'status' ||
    /^(refused|stall-(request|head|body)|reset-(request|head|body)|redirect-.*|not-http|html|empty-body)$/.test(name),
)

function assertStreamHealed(fault: string, hits: readonly number[], seen: Seen): void {
  assert.equal(seen.delivered, 'Hello from second.', String(seen.error))
  const { provider, level, model } = seen.report
  assert.deepEqual({ provider, level, model }, HEALED)
  assertHealed(fault, seen)
  assert.deepEqual(seen.hits, hits)
}

describe('a stream is healed before its first chunk', { concurrency: 16 }, () => {
  for (const row of AT_THE_HEAD) {
    const expected = plain[row.name]!
    const patience = row.hangs && { timeoutMs: PATIENCE_MS }

    test(row.name, async () => {
      const seen = await run({ door: stream, request, routes: [row.fault(), null], ...patience })
      if (expected.outcome === 'refuses') {
        assertRefused(expected, expected.alone, seen)
        assert.deepEqual(seen.hits, [1, 0])
      } else {
        assertStreamHealed(expected.fault, [row.name === 'refused' ? 0 : 1, 1], seen)
      }
    })

    test(`${row.name}: at both providers`, async () => {
      const config = row.hangs ? { deadlineMs: 600 } : {}
      const seen = await run({ door: stream, request, routes: [row.fault(), row.fault()], config })
      assertRefused(expected, expected.both as number, seen)
    })
  }

  for (const [title, [fault, name, hangs]] of Object.entries(first)) {
    test(title, async () => {
      const patience = hangs && { timeoutMs: PATIENCE_MS }
      assertStreamHealed(name, [1, 1], await run({ door: stream, request, routes: [fault, null], ...patience }))
    })
  }
})

describe('a stream that breaks after its first chunk', { concurrency: 8 }, () => {
  for (const name of ['reset-middle', 'truncated-chunked', 'stream-error']) {
    test(`${name}: throws, once`, async () => {
      const seen = await run({ door: failing, request, routes: [faults.list[name]!.fault(), null] })
      assert.match(String(seen.visible), /./)
      assert.equal(seen.delivered, undefined)
      assert.deepEqual(seen.hits, [1, 0])
    })
  }
})

/** As `stream`, for errors that are no answer of HTTP. */
async function failing(asked: Asked): Promise<Answered> {
  const client = wrap(new OpenAI({ baseURL: asked.baseUrl, apiKey: asked.key }), asked.engine)
  const body = { ...asked.request, stream: true } as OpenAI.ChatCompletionCreateParamsStreaming
  const chunks = await client.chat.completions.create(body)
  let error: unknown
  try {
    for await (const _ of chunks);
  } catch (thrown) {
    error = thrown
  }
  assert.ok(error instanceof Error, 'the stream ended as if it were complete')
  return { error, status: 0, report: asked.engine.report(chunks)!, visible: error.message }
}
