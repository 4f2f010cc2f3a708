// Compiled by `tsc --noEmit`, never run: each line is a promise of index.d.ts to its users.

import { type } from 'arktype'
import type OpenAI from 'openai'
import * as v from 'valibot'
import { z } from 'zod'
import type * as correctover from '../../index.mjs'
import type {
  ChatResult,
  Check,
  Contract,
  CorrectoverEngine,
  EngineConfig,
  Fault,
  Report,
  Verdict,
} from '../../index.mjs'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function expectType<Expected>(): <Actual>(
  actual: Actual,
  ...same: Equal<Expected, Actual> extends true ? [] : [never]
) => void

declare const engine: CorrectoverEngine
declare const { CorrectoverEngine: Engine, wrap, ContractError, ConfigError, CorrectoverError }: typeof correctover

// === data follows the schema of the call ===

const person = z.object({ name: z.string(), born: z.string().transform(Number) })
expectType<{ name: string; born: number }>()((await engine.chat('who', { contract: { schema: person } })).data)
expectType<{ name: string; born: number }>()((await engine.run('who', { contract: { schema: person } })).data)
expectType<{ name: string }>()(
  (await engine.chat('who', { contract: { schema: v.object({ name: v.string() }) } })).data,
)
expectType<{ name: string }>()((await engine.chat('who', { contract: { schema: type({ name: 'string' }) } })).data)
expectType<unknown>()((await engine.chat('who', { contract: { schema: { type: 'object', properties: {} } } })).data)
expectType<unknown>()((await engine.chat('who')).data)
expectType<unknown>()((await engine.chat('who', { contract: 'invoice' })).data)
expectType<undefined>()((await engine.chat('who', { contract: { schema: false } })).data)
expectType<ChatResult<unknown>>()(await engine.chat('who', { deadlineMs: 1 }))

// A check sees what the schema gave.
await engine.chat('who', {
  contract: { schema: person, checks: [({ data, text }) => (data.born > 0 && text.length > 0) || 'not born yet'] },
})

// === requests of SDKs are accepted as they are typed there ===

declare const params: OpenAI.Chat.ChatCompletionCreateParamsNonStreaming
await engine.chat(params)
await engine.chat({ messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }], temperature: 0, tools: [] })
// @ts-expect-error: streams come through wrap and fetch
await engine.chat({ messages: [], stream: true })
// @ts-expect-error: messages are needed
await engine.chat({ model: 'gpt-4o' })

// === unknown options are errors ===

// @ts-expect-error
await engine.chat('who', { deadline: 5 })
// @ts-expect-error
await engine.chat('who', { contract: { latencyMs: 5 } })
// @ts-expect-error
await engine.chat('who', { contract: { schema: person, latency: { max: 5 } } })
// @ts-expect-error: comes with a later version
new Engine({ cache: true })
// @ts-expect-error
new Engine({ providers: [{ model: 'gpt-4o' }] })
// @ts-expect-error
new Engine({ mode: 'watch' })

const config: EngineConfig = {
  providers: ['openai', { name: 'groq', apiKey: async () => 'key', model: 'llama', models: { 'gpt-4o': 'llama' } }],
  contract: { schema: person, identity: { allow: ['gpt-4o'] }, integrity: { health: 'soft' }, latency: false },
  contracts: { fast: { maxLatencyMs: 500 }, plain: { schema: { type: 'string' } } },
  budget: { usdPerCall: 1 },
  retry: false,
  transport: fetch,
} as const
expectType<Promise<CorrectoverEngine>>()(Engine.create(config))
await using scoped = new Engine()
scoped satisfies CorrectoverEngine

const check: Check = ({ text }) => text.includes('[1]') || 'no source is cited'
const contract: Contract = { checks: [check, async () => true] }
expectType<Verdict['dimensions']>()(engine.validate('{}', contract).dimensions)
expectType<Fault | null>()(engine.classify({ status: 429, body: new Uint8Array() }))

// === wrap gives back what it was given ===

declare const openai: OpenAI
expectType<OpenAI>()(wrap(openai))
expectType<OpenAI>()(wrap(openai, engine))
expectType<OpenAI>()(wrap(openai, engine.scope({ contract: 'invoice' })))
expectType<OpenAI.Chat.ChatCompletion & { _request_id?: string | null }>()(
  await engine.with({ deadlineMs: 5 }, () => wrap(openai).chat.completions.create(params)),
)
expectType<Report | undefined>()(engine.report({}))
expectType<typeof globalThis.fetch>()(engine.fetch)

// === events and errors are narrowed by name ===

engine
  .on('failover-start', ({ from, to, fault }) => void [from.length, to.length, fault.retryable])
  .once('contract-violation', ({ dimension }) => expectType<correctover.DimensionName>()(dimension))
// @ts-expect-error
engine.on('failover', () => {})

declare const thrown: unknown
if (ContractError.isInstance(thrown)) expectType<'ERR_CORRECTOVER_CONTRACT'>()(thrown.code)
if (ConfigError.isInstance(thrown)) expectType<string>()(thrown.field)
if (CorrectoverError.isInstance(thrown)) expectType<correctover.ErrorCode>()(thrown.code)
