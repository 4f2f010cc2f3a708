/** The connection itself: refused, silent, reset, closed early, or slow. */
import type { Phase, StatusOptions } from '../../../testing.d.ts'
import { type Exchange, joined, type Spelled, spellEvent } from '../exchange.ts'
import { Step } from '../fault.ts'
import { rows } from './row.ts'
import { errorIn200, problem } from './status.ts'

/** Long enough for what has been written to reach a client on the same machine before a reset overtakes it. */
const FLUSH_MS = 5

export function refused(): Step {
  return new Step('refused', (exchange) => exchange.hangUp('reset'), { refuses: true })
}

export function stall({ at = 'head' }: { at?: Phase } = {}): Step {
  return new Step(`stall at ${at}`, async (exchange) => void (await reach(at, exchange)), {
    readsRequest: at !== 'request',
  })
}

export function reset({ at = 'head' }: { at?: Phase } = {}): Step {
  return new Step(
    `reset at ${at}`,
    async (exchange) => {
      if (await reach(at, exchange)) await exchange.wait(FLUSH_MS)
      exchange.hangUp('reset')
    },
    { readsRequest: at !== 'request' },
  )
}

export function truncate({ framing = 'length' }: { framing?: 'length' | 'chunked' } = {}): Step {
  return new Step(`truncate ${framing}`, async (exchange) => {
    const spelled = exchange.spell(await exchange.reply())
    const length = framing === 'length' ? { 'content-length': String(joined(spelled.parts).length) } : {}
    exchange.head({ ...spelled, headers: { ...spelled.headers, ...length } })
    await exchange.write(firstHalf(spelled))
    exchange.hangUp('close')
  })
}

export function cut(): Step {
  return new Step('cut', async (exchange) => {
    const spelled = exchange.spell(await exchange.reply())
    await exchange.send({ ...spelled, parts: [firstHalf(spelled)] })
  })
}

export function streamError(options: StatusOptions & { status?: number } = {}): Step {
  return new Step('stream error', async (exchange) => {
    const spelled = exchange.spell(await exchange.reply())
    if (!spelled.streams) return errorIn200(options).play(exchange)
    const event = exchange.dialect.streamError(problem(exchange, options.status ?? 500, options))
    await exchange.send({ ...spelled, parts: [firstHalf(spelled), spellEvent(event)] })
  })
}

export function drip({ everyMs = 20, forMs = 2000 }: { everyMs?: number; forMs?: number } = {}): Step {
  return new Step('drip', async (exchange) => {
    const spelled = exchange.spell(await exchange.reply())
    const body = joined(spelled.parts)
    exchange.head(spelled)
    const dripped = Math.min(body.length, Math.floor(forMs / everyMs))
    for (let at = 0; at < dripped; at += 1) {
      await exchange.write(body.subarray(at, at + 1))
      await exchange.wait(everyMs)
    }
    exchange.response.end(body.subarray(dripped))
  })
}

export function late(afterMs: number): Step {
  return new Step('late', async (exchange) => {
    await exchange.wait(afterMs)
    await exchange.send(exchange.spell(await exchange.reply()))
  })
}

/** Answers up to this phase; says whether anything was sent. */
async function reach(at: Phase, exchange: Exchange): Promise<boolean> {
  if (at === 'request' || at === 'head') return false
  const spelled = exchange.spell(await exchange.reply())
  const length = spelled.streams ? {} : { 'content-length': String(joined(spelled.parts).length) }
  exchange.head({ ...spelled, headers: { ...length, ...spelled.headers } })
  if (at === 'middle') await exchange.write(firstHalf(spelled))
  return true
}

/** Half of the events of a stream, else half of the bytes. */
function firstHalf({ parts, streams }: Spelled): Buffer {
  if (streams) return joined(parts.slice(0, Math.ceil(parts.length / 2)))
  const body = joined(parts)
  return body.subarray(0, body.length >> 1)
}

// biome-ignore format: a table
export const connectionRows = rows('connection', [
  ['refused',            'transport',    'fail', 'any',    '',      () => refused(),                        'nothing listens on the port'],
  ['stall-request',      'transport',    'fail', 'any',    'hangs', () => stall({ at: 'request' }),         'the request is accepted and not read'],
  ['stall-head',         'transport',    'fail', 'any',    'hangs', () => stall({ at: 'head' }),            'the request is read and not answered'],
  ['stall-body',         'transport',    'fail', 'any',    'hangs', () => stall({ at: 'body' }),            'a head, then silence'],
  ['stall-middle',       'transport',    'fail', 'any',    'hangs', () => stall({ at: 'middle' }),          'half of the body, then silence'],
  ['reset-request',      'transport',    'fail', 'any',    '',      () => reset({ at: 'request' }),         'a reset before the request is read'],
  ['reset-head',         'transport',    'fail', 'any',    '',      () => reset({ at: 'head' }),            'a reset instead of an answer'],
  ['reset-body',         'transport',    'fail', 'any',    '',      () => reset({ at: 'body' }),            'a head, then a reset'],
  ['reset-middle',       'transport',    'fail', 'any',    '',      () => reset({ at: 'middle' }),          'half of the body, then a reset'],
  ['truncated-length',   'stream',       'fail', 'any',    '',      () => truncate({ framing: 'length' }),  'fewer bytes than Content-Length says'],
  ['truncated-chunked',  'stream',       'fail', 'any',    '',      () => truncate({ framing: 'chunked' }), 'a chunked body without its last chunk'],
  ['cut-body',           'stream',       'fail', 'whole',  '',      () => cut(),                            'half of a JSON body, properly ended'],
  ['cut-stream',         'stream',       'fail', 'stream', '',      () => cut(),                            'half of a stream, properly ended'],
  ['stream-error',       'stream',       'fail', 'stream', '',      () => streamError(),                    'an error event in the middle of a stream'],
  ['drip',               'economics',    'any',  'any',    '',      () => drip(),                           'one byte at a time for two seconds'],
  ['late',               'economics',    'any',  'any',    '',      () => late(1000),                       'a good answer after a second'],
])
