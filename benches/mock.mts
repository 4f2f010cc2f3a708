// Builds and starts the server of `mock.rs`.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** What the server saw since it was last asked. */
export interface Seen {
  requests: number
  distinct: number
  cpuMicros: number
  /** Between a bad answer on one port and the same question on the other, in µs. */
  gaps: number[]
}

export class Mock {
  readonly ports: readonly [number, number]
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, ports: [number, number]) {
    this.#process = process
    this.ports = ports
  }

  static async start(): Promise<Mock> {
    const env = { ...process.env, CORRECTOVER_BENCH_MOCK: '1' }
    const child = spawn(build(), { stdio: ['pipe', 'pipe', 'inherit'], env })
    const [line] = await once(createInterface(child.stdout), 'line')
    return new Mock(child, JSON.parse(line).ports)
  }

  /** What happened since the last time; begins to count anew. */
  async take(): Promise<Seen> {
    const response = await fetch(`http://127.0.0.1:${this.ports[0]}/take`)
    return (await response.json()) as Seen
  }

  stop(): void {
    this.#process.stdin?.end()
  }
}

/** The path of the binary that cargo says it built. */
function build(): string {
  const profile = process.env.CORRECTOVER_BENCH_PROFILE ?? 'fast'
  const cargo = ['bench', '--no-default-features', '--profile', profile, '--bench', 'mock', '--no-run']
  const { status, stdout } = spawnSync('cargo', [...cargo, '--message-format', 'json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`cargo ${cargo.join(' ')} failed`)
  const messages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return messages.findLast((message) => message.executable && message.target?.name === 'mock').executable
}
