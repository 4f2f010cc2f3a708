/** One call through one door, with an engine and providers of its own, and everything that can be seen of it. */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { CorrectoverEngine } from '../../dist/index.js'
import { provider } from '../../dist/testing.js'
import type { ChatRequest, EngineConfig, Events, Report } from '../../index.d.ts'
import type { Fault, Provider } from '../../testing.d.ts'
import type { Answered, Asked } from './doors.ts'
import type { Expected } from './expected.ts'

/** A piece of every key: it may be in nothing that a program can print. */
const CANARY = 'sk-canary-0123456789abcdefghijklmnopqrstuvwxyz'
const keyOf = (name: string) => `${CANARY}-${name}`

export interface Case {
  readonly door: (asked: Asked) => Promise<Answered>
  readonly request: ChatRequest & { model: string }
  /** What each route does, in order; `null` is healthy. */
  readonly routes: readonly (Fault | null)[]
  readonly config?: EngineConfig
  /** For each attempt, at providers that hang. */
  readonly timeoutMs?: number
}

export interface Seen extends Answered {
  /** Requests that each provider got. */
  readonly hits: readonly number[]
  /** Requests that followed a redirect. */
  readonly strays: number
  readonly events: readonly Event[]
  readonly tookMs: number
}

interface Event {
  readonly name: keyof Events
  readonly payload: unknown
}

const EVENTS: readonly (keyof Events)[] = [
  'call-end',
  'attempt-end',
  'failover-start',
  'failover-end',
  'contract-violation',
  'flag',
  'refusal',
  'transport',
]

export async function run({ door, request, routes, config, timeoutMs }: Case): Promise<Seen> {
  const names = ['primary', 'second'].slice(0, routes.length)
  const upstream: Provider[] = await Promise.all(names.map((name) => provider({ name })))
  try {
    const engine = new CorrectoverEngine({
      providers: upstream.map(({ baseUrl }, index) => ({
        name: names[index]!,
        baseUrl,
        apiKey: keyOf(names[index]!),
        ...(index > 0 && { model: 'gpt-4.1' }),
        price: { input: 2.5, output: 10 },
        ...(timeoutMs && { timeoutMs }),
      })),
      retry: { baseDelayMs: 5 },
      seed: 1,
      ...config,
    })
    const events: Event[] = []
    for (const name of EVENTS) engine.on(name, (payload) => events.push({ name, payload }))
    for (const [index, fault] of routes.entries()) if (fault) upstream[index]!.always(fault)
    const began = performance.now()
    const answered = await door({ engine, baseUrl: upstream[0]!.baseUrl, key: keyOf('client'), request })
    const seen: Seen = {
      ...answered,
      tookMs: performance.now() - began,
      hits: upstream.map(({ hits }) => hits),
      strays: upstream.reduce((sum, { strays }) => sum + strays.length, 0),
      events,
    }
    assertNoKey(seen)
    return seen
  } finally {
    await Promise.all(upstream.map((each) => each.close()))
  }
}

function assertNoKey({ visible, report, events }: Seen): void {
  const all = [visible, report, events]
  const texts = [...all.map((value) => inspect(value, { depth: 12, showHidden: true })), JSON.stringify(all)]
  for (const text of texts) assert.ok(!text.includes('sk-canary'), `a key can be seen: ${text}`)
}

// === What a case must show ===

export const FIRST = { provider: 'primary', level: 'none', model: 'gpt-4o' } as const
export const HEALED = { provider: 'second', level: 'L3', model: 'gpt-4.1' } as const

/** Of whom the answer came, as the report tells it. */
export function assertDelivered(seen: Seen, by: typeof FIRST | typeof HEALED): void {
  const { delivered, report, status } = seen
  assert.ok(delivered, `refused: ${inspect(report)}`)
  assert.ok(Array.isArray(delivered.choices), `no completion: ${inspect(delivered)}`)
  const { provider, level, model, verified, error, verdict } = report
  assert.deepEqual({ provider, level, model }, by)
  assert.deepEqual(
    { status, verified, error, passed: verdict?.passed },
    { status: 200, verified: true, error: null, passed: true },
  )
  const { action, fault } = report.attempts.at(-1)!
  assert.deepEqual({ action, fault }, { action: 'deliver', fault: null })
}

export function assertHealed(fault: string, seen: Seen): void {
  const attempts = seen.report.attempts.map(({ provider, fault, action }) => [provider, fault?.name, action])
  assert.deepEqual(attempts, [
    ['primary', fault, 'failover'],
    ['second', undefined, 'deliver'],
  ])
  assert.equal(count(seen, 'failover-start'), 1)
  assert.equal(count(seen, 'failover-end'), 1)
}

/** Refused with this status, told once. */
export function assertRefused({ fault }: Expected, status: number, seen: Seen): void {
  const { report, delivered } = seen
  assert.equal(delivered, undefined, `delivered: ${inspect(delivered)}`)
  assert.equal(seen.status, status)
  const { verified, provider, error, attempts } = report
  const last = attempts.at(-1)
  assert.deepEqual(
    { verified, provider, status: error?.status, fault: last?.fault?.name, action: last?.action },
    { verified: false, provider: null, status, fault, action: 'refuse' },
  )
  assert.equal(count(seen, 'refusal'), 1)
  const handedOn = seen.code !== error?.code
  if (handedOn) assert.ok(last?.status && last.status >= 300, `a code that is not ours: ${seen.code}`)
  else assert.equal(seen.code, CODES[error?.kind ?? ''])
}

const CODES: Readonly<Record<string, string>> = {
  contract: 'ERR_CORRECTOVER_CONTRACT',
  'all-routes': 'ERR_CORRECTOVER_ALL_ROUTES_FAILED',
  deadline: 'ERR_CORRECTOVER_DEADLINE_EXCEEDED',
}

export function flags({ verdict }: Report): string[] {
  const dimensions = Object.entries(verdict?.dimensions ?? {})
  return dimensions.filter(([, { result }]) => result === 'flag').map(([name]) => name)
}

function count({ events }: Seen, name: keyof Events): number {
  return events.filter((event) => event.name === name).length
}
