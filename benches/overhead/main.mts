// What a call costs the process that makes it, beside what people use without us: openai-node and undici. Every arm
// runs in a process of its own against one server on the same machine; rounds are interleaved, medians are shown.
//
//   npm run bench:overhead [-- 1 64]            the kilobytes of the answers; 1 by default

import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { goal, median } from '../figures.mts'
import { Mock, type Seen } from '../mock.mts'
import type { Measured } from './arm.mts'

const ROUNDS = Number(process.env.CORRECTOVER_BENCH_ROUNDS ?? 3)
const IN_FLIGHT = [1, 64]
const NAMES = [
  'openai-node',
  'openai-node, no-op fetch',
  'openai-node, wrapped',
  'openai-node, fetch: engine.fetch',
  'engine.chat',
  'addon alone',
  'undici.request',
  'undici.request + JSON.parse + ajv',
]

type Row = Record<'cpuMicros' | 'perSecond' | 'p50' | 'p99' | 'megabytes' | 'serverMicros', number>

const sizes = process.argv.slice(2).map(Number).filter(Boolean)
const mock = await Mock.start()
try {
  console.log(`${cpus()[0]?.model} x${cpus().length}, Node ${process.version}; ${ROUNDS} interleaved rounds, medians`)
  for (const kilobytes of sizes.length > 0 ? sizes : [1]) {
    const rows = new Map<number, Map<string, Row>>()
    for (const inFlight of IN_FLIGHT) {
      const table = await measure(kilobytes, inFlight)
      rows.set(inFlight, table)
      print(kilobytes, inFlight, table)
    }
    if (kilobytes === 1) judge(rows.get(1)!, rows.get(64)!)
  }
} finally {
  mock.stop()
}

async function measure(kilobytes: number, inFlight: number): Promise<Map<string, Row>> {
  const runs = new Map<string, Row[]>(NAMES.map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, list] of runs) {
      const before = await mock.take()
      const measured = arm({ arm: name, port: mock.ports[0], kilobytes, inFlight })
      const seen = await mock.take()
      agree(name, measured, seen)
      list.push({ ...measured, serverMicros: (seen.cpuMicros - before.cpuMicros) / measured.calls })
    }
  }
  const middle = (list: Row[], key: keyof Row) => median(list.map((row) => row[key]))
  const keys = ['cpuMicros', 'perSecond', 'p50', 'p99', 'megabytes', 'serverMicros'] as const
  return new Map(
    [...runs].map(([name, list]) => [name, Object.fromEntries(keys.map((key) => [key, middle(list, key)])) as Row]),
  )
}

function arm(setting: object): Measured {
  const script = fileURLToPath(new URL('./arm.mts', import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, [script, JSON.stringify(setting)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`an arm failed: ${JSON.stringify(setting)}`)
  return JSON.parse(stdout)
}

/** No answer came from a cache, none was asked for twice. */
function agree(name: string, { calls }: Measured, { requests, distinct }: Seen): void {
  const expected = name.includes('no-op') ? 0 : calls
  if (requests !== expected || distinct !== expected) {
    throw new Error(`${name}: ${calls} calls, ${requests} requests, ${distinct} distinct`)
  }
}

function print(kilobytes: number, inFlight: number, rows: Map<string, Row>): void {
  console.log(`\n${kilobytes} kB answers, ${inFlight} in flight`)
  console.log(`${''.padEnd(34)} CPU µs    calls/s     P50 µs     P99 µs   RSS MB   server CPU µs`)
  for (const [name, row] of rows) {
    const cells = [
      row.cpuMicros.toFixed(1).padStart(6),
      row.perSecond.toFixed(0).padStart(10),
      row.p50.toFixed(0).padStart(10),
      row.p99.toFixed(0).padStart(10),
      row.megabytes.toFixed(0).padStart(8),
      row.serverMicros.toFixed(1).padStart(15),
    ]
    console.log(`${name.padEnd(34)} ${cells.join(' ')}`)
  }
}

/** The goals of the design, which are set for answers of 1 kB. */
function judge(alone: Map<string, Row>, many: Map<string, Row>): void {
  const ratio = (rows: Map<string, Row>, key: keyof Row, ours: string, theirs: string) =>
    rows.get(ours)![key] / rows.get(theirs)![key]
  const wrapped = ['openai-node, wrapped', 'openai-node'] as const
  const chat = ['engine.chat', 'undici.request'] as const
  const byHand = ['engine.chat', 'undici.request + JSON.parse + ajv'] as const
  const added = many.get('openai-node, wrapped')!.cpuMicros - many.get('openai-node, no-op fetch')!.cpuMicros
  const lines: [string, number, '<=' | '>=', number][] = [
    ['wrapped / bare openai-node, CPU, 64 in flight', ratio(many, 'cpuMicros', ...wrapped), '<=', 0.3],
    ['wrapped / bare openai-node, calls/s, 64 in flight', ratio(many, 'perSecond', ...wrapped), '>=', 3],
    ['wrapped / bare openai-node, P50, 1 in flight', ratio(alone, 'p50', ...wrapped), '<=', 0.6],
    ['wrapped - no-op fetch, CPU µs, 64 in flight', added, '<=', 30],
    ['engine.chat / undici.request, CPU, 64 in flight', ratio(many, 'cpuMicros', ...chat), '<=', 1],
    ['engine.chat / undici.request, calls/s, 64 in flight', ratio(many, 'perSecond', ...chat), '>=', 1.2],
    ['engine.chat / undici + JSON.parse + ajv, CPU, 64 in flight', ratio(many, 'cpuMicros', ...byHand), '<=', 0.85],
  ]
  console.log()
  for (const [what, figure, relation, wanted] of lines) {
    console.log(`${what.padEnd(60)} ${figure.toFixed(2).padStart(6)}  ${goal(figure, relation, wanted)}`)
  }
}
