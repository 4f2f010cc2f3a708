// How long after a failed check the next provider is asked: the first of two servers answers with text that violates the
// schema, the second well. One process serves both and takes the time from its last byte of the bad answer written to
// the next request read whole, so the figure holds the check, the decision and both ways over loopback.
//
//   npm run bench:failover

import { cpus } from 'node:os'
import { CorrectoverEngine } from '../dist/index.mjs'
import { goal, quantile } from './figures.mts'
import { Mock } from './mock.mts'
import { request } from './overhead/arms.mts'

const CALLS = 3_000
const WARM_UP = 200
const GOAL_MICROS = 1_000

const mock = await Mock.start()
try {
  const provider = (name: string, port: number, path: string) => ({
    name,
    dialect: 'openai' as const,
    baseUrl: `http://127.0.0.1:${port}/${path}/v1`,
    insecureHttp: true,
    apiKey: 'sk-bench',
    model: 'gpt-4o',
  })
  const [one, other] = mock.ports
  console.log(`${cpus()[0]?.model} x${cpus().length}, Node ${process.version}; ${CALLS} calls a row`)
  for (const inFlight of [1, 16]) {
    const engine = new CorrectoverEngine({
      providers: [provider('first', one, 'bad'), provider('second', other, '1')],
      transport: 'native',
    })
    const ask = async (call: number) => {
      const { report } = await engine.chat(request(`nonce-${call.toString(16).padStart(16, '0')}`))
      // An engine that had learned to spare itself the first question would have nothing to measure.
      if (!report.verified || report.provider !== 'second' || report.attempts.length !== 2) {
        throw new Error(`not healed as it should be: ${JSON.stringify(report)}`)
      }
    }
    let call = 0
    const worker = (until: number) => async () => {
      while (call < until) await ask(call++)
    }
    await Promise.all(Array.from({ length: inFlight }, worker(WARM_UP)))
    await mock.take()
    await Promise.all(Array.from({ length: inFlight }, worker(WARM_UP + CALLS)))
    await engine.close()
    const { gaps } = await mock.take()
    if (gaps.length !== CALLS) throw new Error(`${gaps.length} gaps of ${CALLS} calls`)
    const [p50, p99] = [quantile(gaps, 0.5), quantile(gaps, 0.99)]
    console.log(
      `${String(inFlight).padStart(3)} in flight: P50 ${p50.toFixed(0)} µs, P99 ${p99.toFixed(0)} µs ` +
        goal(p99, '<=', GOAL_MICROS),
    )
  }
} finally {
  mock.stop()
}
