// The contract check beside what a careful application does by hand in V8: JSON.parse, a compiled ajv schema, and checks
// of identity, cost, latency and integrity. Same bodies, same machine, taking turns.
//
//   npm run bench:validate

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { goal, median, quantile } from './figures.mts'

const ROUNDS = 3
const SIZES = [1_024, 8_192, 65_536]
const GOAL = 2

/** What leaks of chat templates look like; the native check knows some 130 spellings. */
const TOKENS =
  /<\|[a-z_]{2,40}\|>|\[\/?INST\]|<<\/?SYS>>|<(?:start|end)_of_turn>|<\/?tool_call>|<unk>|<｜[^｜]{1,40}｜>/

interface Figure {
  bytes: number
  p50: number
  p99: number
}

const folder = mkdtempSync(join(tmpdir(), 'correctover-bench-'))
try {
  const native: Figure[][] = []
  const byHand: Figure[][] = []
  const marginal: Figure[][] = []
  for (let round = 0; round < ROUNDS; round++) {
    native.push(rust())
    const { asked, accepts } = reader()
    byHand.push(SIZES.map((bytes) => measure(bytes, (body) => check(JSON.parse(body), asked, accepts))))
    marginal.push(SIZES.map((bytes) => measureParsed(bytes, (answer) => check(answer, asked, accepts))))
  }
  console.log(
    `${cpus()[0]?.model}, Node ${process.version}, V8 ${process.versions.v8}, medians of ${ROUNDS} rounds, µs`,
  )
  console.log('  bytes   native P50 / P99     JSON.parse + ajv + rest   the same on a parsed envelope   ratio of P50')
  for (const [index, bytes] of SIZES.entries()) {
    const [ours, theirs, parsed] = [native, byHand, marginal].map((rounds) => ({
      p50: median(rounds.map((figures) => figures[index]!.p50)),
      p99: median(rounds.map((figures) => figures[index]!.p99)),
    }))
    const show = (figure: { p50: number; p99: number }) => `${figure.p50.toFixed(2)} / ${figure.p99.toFixed(2)}`
    const ratio = theirs!.p50 / ours!.p50
    console.log(
      `${String(bytes).padStart(7)}   ${show(ours!).padEnd(18)}   ${show(theirs!).padEnd(23)}   ` +
        `${show(parsed!).padEnd(30)}   ${ratio.toFixed(2)}x  ${goal(ratio, '>=', GOAL)}`,
    )
  }
} finally {
  rmSync(folder, { recursive: true })
}

/** One run of `validate.rs`, which writes the bodies and its figures. */
function rust(): Figure[] {
  const cargo = ['bench', '--quiet', '--no-default-features', '--bench', 'validate']
  const profile = process.env.CORRECTOVER_BENCH_PROFILE
  if (profile !== undefined) cargo.push('--profile', profile)
  const { status } = spawnSync('cargo', cargo, {
    env: { ...process.env, CORRECTOVER_BENCH_FOLDER: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error(`cargo ${cargo.join(' ')} failed`)
  return read('native') as Figure[]
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
}

function reader() {
  const asked = read('request') as Asked
  const ajv = new Ajv({ strict: true })
  return { asked, accepts: ajv.compile(asked.response_format.json_schema.schema) }
}

interface Asked {
  model: string
  response_format: { json_schema: { schema: object } }
}

interface Answer {
  model: string
  choices: { message: { content: string | null; refusal?: string | null }; finish_reason: string }[]
  usage: { prompt_tokens: number; completion_tokens: number; prompt_tokens_details?: { cached_tokens?: number } }
}

/** The six dimensions as an application would write them down; less than the native check looks at, never more. */
function check(answer: Answer, asked: Asked, accepts: (value: unknown) => boolean): boolean {
  const [choice] = answer.choices
  const text = choice?.message.content
  if (choice === undefined || text === null || text === undefined || text.trim() === '') return false
  if (choice.finish_reason !== 'stop' && choice.finish_reason !== 'tool_calls') return false
  if (!accepts(JSON.parse(text))) return false
  if (answer.model !== asked.model && !new RegExp(`^${asked.model}-\\d{4}-\\d{2}-\\d{2}$`).test(answer.model))
    return false
  const cached = answer.usage.prompt_tokens_details?.cached_tokens ?? 0
  const { prompt_tokens: input, completion_tokens: output } = answer.usage
  const usd = ((input - cached) * 2.5 + cached * 1.25 + output * 10) / 1e6
  if (usd > 1 || input + output > 200_000) return false
  return !TOKENS.test(text) && !loops(text)
}

/** The end of the text comes again and again. */
function loops(text: string): boolean {
  const probe = text.slice(-12)
  const first = text.lastIndexOf(probe, text.length - 13)
  if (first < 0) return false
  const period = text.length - 12 - first
  return period * 4 < text.length && text.endsWith(text.slice(-period).repeat(4))
}

function measure(bytes: number, run: (body: string) => boolean): Figure {
  return sample(bytes, read(String(bytes)) as string[], run)
}

function measureParsed(bytes: number, run: (answer: Answer) => boolean): Figure {
  // Parsed before each sample, outside of the time, so that no string has been flattened or hashed yet.
  return sample(bytes, read(String(bytes)) as string[], run, (body) => JSON.parse(body) as Answer)
}

function sample<T = string>(
  bytes: number,
  bodies: string[],
  run: (body: T) => boolean,
  prepare: (body: string) => T = (body) => body as T,
): Figure {
  const samples = bytes > 32_768 ? 3_000 : 20_000
  const clock = quantile(
    Array.from({ length: 10_001 }, () => -Number(process.hrtime.bigint() - process.hrtime.bigint())),
    0.5,
  )
  const micros: number[] = []
  for (let index = 0; index < samples * 1.2; index++) {
    const input = prepare(bodies[index % bodies.length]!)
    const start = process.hrtime.bigint()
    const passed = run(input)
    const nanos = Number(process.hrtime.bigint() - start)
    if (!passed) throw new Error('a good answer was refused')
    if (index >= samples * 0.2) micros.push(Math.max(0, nanos - clock) / 1000)
  }
  return { bytes, p50: quantile(micros, 0.5), p99: quantile(micros, 0.99) }
}
