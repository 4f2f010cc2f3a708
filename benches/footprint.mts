// What `require('correctover')` costs: time and memory in a process of its own, and bytes on disk. Run it on the addon
// that is shipped (`npm run build`), not on one built in a hurry.
//
//   npm run bench:footprint

import { execFileSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { goal, median, quantile } from './figures.mts'

const PROCESSES = 41
const MEGABYTE = 1e6

const root = fileURLToPath(new URL('..', import.meta.url))
const probe = (what: string) => `
  const before = process.memoryUsage.rss()
  const start = process.hrtime.bigint()
  ${what}
  const nanos = Number(process.hrtime.bigint() - start)
  console.log(JSON.stringify({ ms: nanos / 1e6, mb: (process.memoryUsage.rss() - before) / ${MEGABYTE} }))`

// biome-ignore format: rows
const PROBES = {
  nothing:                   probe(''),
  "require('correctover')":  probe(`require(${JSON.stringify(root)})`),
  '… and an engine':         probe(`new (require(${JSON.stringify(root)}).CorrectoverEngine)({ providers: [{ name: 'openai', apiKey: 'sk-bench', model: 'gpt-4o' }] })`),
  "require('openai')":       probe(`require(${JSON.stringify(`${root}/node_modules/openai`)})`),
}

console.log(`${cpus()[0]?.model} x${cpus().length}, Node ${process.version}; ${PROCESSES} fresh processes each`)
const runs = new Map(Object.keys(PROBES).map((name) => [name, [] as { ms: number; mb: number }[]]))
for (let run = 0; run < PROCESSES; run++) {
  for (const [name, script] of Object.entries(PROBES)) {
    runs.get(name)?.push(JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })))
  }
}
for (const [name, list] of runs) {
  const ms = list.map((one) => one.ms)
  const mb = median(list.map((one) => one.mb))
  const judged = name === "require('correctover')"
  console.log(
    `${name.padEnd(26)} P50 ${median(ms).toFixed(2)} ms ${judged ? goal(median(ms), '<=', 5) : ''}  ` +
      `P99 ${quantile(ms, 0.99).toFixed(2)} ms  RSS +${mb.toFixed(1)} MB ${judged ? goal(mb, '<=', 8) : ''}`,
  )
}

for (const path of globSync('correctover.*.node', { cwd: root })) {
  const file = join(root, path)
  const gzip = execFileSync('gzip', ['-9', '--stdout', file], { maxBuffer: 1 << 28 })
  const [size, packed] = [statSync(file).size / MEGABYTE, gzip.length / MEGABYTE]
  console.log(
    `${path}: ${size.toFixed(2)} MB ${goal(size, '<=', 8)}, gzip ${packed.toFixed(2)} MB ${goal(packed, '<=', 3.5)}`,
  )
}
