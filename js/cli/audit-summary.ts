// What an audit found, put together for people. However long the audit, only counts and a few examples are kept.

import { printable } from './terminal.ts'

/** One line of the audit, as the core explains it. */
export interface Judged {
  readonly id: unknown
  readonly verdict: 'pass' | 'fail'
  readonly dimensions: Readonly<Record<string, Result>>
  readonly identity: 'match' | 'unsure' | 'mismatch'
  readonly fault: { readonly class: string; readonly name: string } | null
  readonly cost_usd: number | null
  readonly host?: string
  readonly asked?: string
  readonly served?: string
  readonly findings?: readonly Finding[]
}

type Result = 'pass' | 'flag' | 'fail' | 'skip'

interface Finding {
  readonly dimension: string
  readonly result: 'flag' | 'fail'
  readonly fault: string
  readonly reason: string
  readonly expected?: string
  readonly actual?: string
}

const RESULTS = ['pass', 'flag', 'fail', 'skip'] as const
const MOST_EXAMPLES = 5
const MOST_WORST = 10
/** Of a corpus of any size the rows that a person can read; the rest is counted together. */
const MOST_GROUPS = 200
const OTHERS = 'others'

/** Lines that share something, and the ids of the first few. */
interface Group {
  count: number
  readonly ids: string[]
}

export class Summary {
  unreadable = 0
  failed = 0
  #passed = 0
  #flagged = 0
  #cost = 0
  #priced = 0
  readonly #identities = { match: 0, unsure: 0, mismatch: 0 }
  readonly #dimensions = new Map<string, Record<Result, number>>()
  readonly #faults = new Map<string, Group>()
  readonly #doubts = new Map<string, Group>()
  #worst: { readonly weight: number; readonly text: string }[] = []

  add(line: Judged): void {
    const results = Object.entries(line.dimensions)
    if (line.verdict === 'fail') this.failed++
    else this.#passed++
    if (line.verdict === 'pass' && results.some(([, result]) => result === 'flag')) this.#flagged++
    this.#identities[line.identity]++
    if (line.cost_usd !== null) {
      this.#cost += line.cost_usd
      this.#priced++
    }
    for (const [name, result] of results) this.#dimension(name)[result]++
    if (line.fault) count(this.#faults, `${line.fault.class} ${line.fault.name}`, line.id)
    this.#explain(line)
  }

  /** In one line. */
  line(): string {
    const { match, unsure, mismatch } = this.#identities
    const parts = [
      `${number(this.#passed + this.failed)} lines: ${number(this.#passed)} passed (${number(this.#flagged)} with a flag), ${number(this.failed)} failed`,
      `identity: ${number(match)} match, ${number(unsure)} unsure, ${number(mismatch)} mismatch`,
      `cost: $${this.#cost.toFixed(4)} of ${number(this.#priced)} priced`,
    ]
    if (this.unreadable > 0) parts.push(`${number(this.unreadable)} lines cannot be read`)
    return parts.join('; ')
  }

  report(): string {
    const sections = [
      this.line(),
      table([
        ['', ...RESULTS],
        ...[...this.#dimensions].map(([name, counts]) => [name, ...RESULTS.map((result) => number(counts[result]))]),
      ]),
      section('Faults', groups(this.#faults)),
      section('Identity', groups(this.#doubts)),
      section(
        'Worst',
        this.#worst.map(({ text }) => text),
      ),
    ]
    return sections.filter((text) => text !== '').join('\n\n')
  }

  #dimension(name: string): Record<Result, number> {
    const counts = this.#dimensions.get(name) ?? { pass: 0, flag: 0, fail: 0, skip: 0 }
    this.#dimensions.set(name, counts)
    return counts
  }

  #explain({ id, host, asked, served, findings = [], dimensions }: Judged): void {
    for (const { dimension, reason } of findings) {
      if (dimension !== 'identity') continue
      count(this.#doubts, `asked ${asked ?? 'nothing'}, answered ${served ?? 'nothing'}: ${reason}`, id)
    }
    const failed = findings.filter(({ result }) => result === 'fail')
    const [first] = failed
    if (first === undefined) return
    // An error that the provider admits is less bad than a wrong answer that looks like a right one.
    const weight = dimensions.status === 'fail' ? 0 : failed.length
    const last = this.#worst.at(-1)
    if (this.#worst.length === MOST_WORST && last !== undefined && last.weight >= weight) return
    const wanted = first.expected === undefined ? '' : `, expected ${first.expected}`
    const came = first.actual === undefined ? '' : `, came ${first.actual}`
    const text = `${JSON.stringify(id)} ${host ?? ''}: ${first.dimension}: ${first.reason}${wanted}${came}`
    const at = this.#worst.findLastIndex((other) => other.weight >= weight) + 1
    this.#worst = this.#worst.toSpliced(at, 0, { weight, text }).slice(0, MOST_WORST)
  }
}

function count(groups: Map<string, Group>, name: string, id: unknown): void {
  const key = groups.has(name) || groups.size < MOST_GROUPS ? name : OTHERS
  const group = groups.get(key) ?? { count: 0, ids: [] }
  groups.set(key, group)
  group.count++
  if (group.ids.length < MOST_EXAMPLES) group.ids.push(JSON.stringify(id).slice(0, 60))
}

function groups(groups: ReadonlyMap<string, Group>): string[] {
  const sorted = [...groups].sort(([, one], [, other]) => other.count - one.count)
  return sorted.map(([name, { count, ids }]) => {
    const more = count > ids.length ? ', …' : ''
    return `${number(count).padStart(6)}  ${name}  (${ids.join(', ')}${more})`
  })
}

function section(title: string, rows: readonly string[]): string {
  return rows.length === 0 ? '' : [title, ...rows.map((row) => `  ${printable(row)}`)].join('\n')
}

/** Names to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  return rows.map((row) => row.map(cell).join('  ')).join('\n')
}

function number(value: number): string {
  return value.toLocaleString('en')
}
