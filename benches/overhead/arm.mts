// One arm in a process of its own: warms up, measures, and prints one line of JSON.
//
//   node arm.mts '{"arm":"engine.chat","port":1234,"kilobytes":1,"inFlight":64}'

import { quantile } from '../figures.mts'
import { ARMS, type Setting } from './arms.mts'

/** What one arm measured in one round. */
export interface Measured {
  /** Calls since the process began, the warm-up included: what the server must have seen. */
  calls: number
  measured: number
  perSecond: number
  /** Of all threads of this process. */
  cpuMicros: number
  p50: number
  p99: number
  megabytes: number
}

const WARM_UP = 700
const MEASURE = Number(process.env.CORRECTOVER_BENCH_MS ?? 2_000)
const SAMPLES = 16

const { arm: name, ...setting }: Setting & { arm: string } = JSON.parse(process.argv[2] ?? '{}')
const arm = ARMS[name]?.(setting)
if (arm === undefined) throw new Error(`no arm is named ${name}`)

let calls = 0
/** Unique over all processes of a run. */
const run = hex(process.pid, 6) + hex(Date.now() % 0x1_0000, 4)
const question = () => `Dear all, please send us what we spoke of. Best, Ana nonce-${run}${hex(calls++, 6)}`

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}

async function workers(until: number, latencies?: number[]): Promise<void> {
  const worker = async () => {
    while (performance.now() < until) {
      const start = performance.now()
      await arm?.ask(question())
      latencies?.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: setting.inFlight }, worker))
}

await workers(performance.now() + WARM_UP)
const warm = calls
const latencies: number[] = []
const before = process.cpuUsage()
const start = performance.now()
await workers(start + MEASURE, latencies)
const seconds = (performance.now() - start) / 1000
const { user, system } = process.cpuUsage(before)
const measured = calls - warm

// After the time is taken: every dimension was looked at, and what was looked at is what came.
for (let sample = 0; arm.report && sample < SAMPLES; sample++) {
  const report = arm.report((await arm.ask(question())) as never)
  const dimensions = report?.verdict?.dimensions
  const looked = ['structure', 'schema', 'identity', 'latency', 'cost', 'integrity'] as const
  if (!report?.verified || !looked.every((dimension) => dimensions?.[dimension]?.result === 'pass')) {
    throw new Error(`${name}: a dimension was not looked at: ${JSON.stringify(report)}`)
  }
}

const result: Measured = {
  calls,
  measured,
  perSecond: measured / seconds,
  cpuMicros: (user + system) / measured,
  p50: quantile(latencies, 0.5) * 1000,
  p99: quantile(latencies, 0.99) * 1000,
  megabytes: process.memoryUsage.rss() / 2 ** 20,
}
console.log(JSON.stringify(result))
process.exit()
