/**
 * Every row of `faults.list`, with and without a JSON Schema in the request, through each door: a faulty provider beside
 * a healthy one, two faulty ones, and a faulty one alone. What is right stands in `table/expected.ts`; requests are
 * counted at the providers.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { faults } from '../dist/testing.js'
import type { Contract, FinishReason } from '../index.d.ts'
import type { FaultRow } from '../testing.d.ts'
import { assertDelivered, assertHealed, assertRefused, FIRST, flags, HEALED, run, type Seen } from './table/case.ts'
import { doors } from './table/doors.ts'
import { type Expected, plain, withSchema } from './table/expected.ts'
import { type Asked, ask } from './table/request.ts'

/** How long one attempt at a provider that hangs may take, and a whole call where every provider hangs. */
const PATIENCE_MS = 300
const DEADLINE_MS = 600
/** The second provider answers at once; the rest is for machines that are busy. */
const BOUND_MS = 3000
/** What a good answer may take of its own. */
const SLOW: Readonly<Record<string, number>> = { drip: 2000, late: 1000 }

const ALL = Object.values(doors)
async function through(each: (door: (typeof ALL)[number]) => Promise<void>): Promise<void> {
  await Promise.all(ALL.map(each))
}

/** Requests that arrive: where nothing listens, none do. */
const arriving = (row: FaultRow, requests: number) => (row.name === 'refused' ? 0 : requests)

function assertBeside(row: FaultRow, expected: Expected, seen: Seen): void {
  assert.equal(seen.strays, 0, 'a redirect was followed')
  assert.ok(seen.tookMs < (SLOW[row.name] ?? 0) + (row.hangs ? PATIENCE_MS : 0) + BOUND_MS, `took ${seen.tookMs} ms`)
  switch (expected.outcome) {
    case 'passes':
    case 'flags':
      assertDelivered(seen, FIRST)
      assert.deepEqual(flags(seen.report), expected.outcome === 'flags' ? [expected.fault] : [])
      return assert.deepEqual(seen.hits, [1, 0])
    case 'heals':
      assertDelivered(seen, HEALED)
      assertHealed(expected.fault, seen)
      return assert.deepEqual(seen.hits, [arriving(row, 1), 1])
    case 'refuses':
      assertRefused(expected, expected.alone, seen)
      return assert.deepEqual(seen.hits, [1, 0])
  }
}

function assertAtBoth(row: FaultRow, expected: Expected, seen: Seen): void {
  assert.deepEqual(seen.hits, [arriving(row, 1), expected.outcome === 'refuses' ? 0 : arriving(row, 1)])
  if (expected.both === 'flags') {
    assertDelivered(seen, HEALED)
    return assert.deepEqual(flags(seen.report), ['integrity'])
  }
  assertRefused(expected, expected.both, seen)
  if (row.hangs) assert.ok(seen.tookMs < DEADLINE_MS + 400, `took ${seen.tookMs} ms`)
}

function assertAlone(row: FaultRow, expected: Expected, seen: Seen): void {
  assert.deepEqual(seen.hits, [arriving(row, expected.asked)])
  assert.equal(seen.report.attempts.length, expected.asked)
  assertRefused(expected, expected.alone, seen)
}

function check(title: string, row: FaultRow, request: Asked, expected: Expected | undefined): void {
  test(`${title}: beside a healthy provider`, async () => {
    assert.ok(expected, 'the row has no expectation')
    const patience = row.hangs && { timeoutMs: PATIENCE_MS }
    await through(async (door) => {
      assertBeside(row, expected, await run({ door, request, routes: [row.fault(), null], ...patience }))
    })
  })
  if (expected === undefined || expected.alone === 0) return
  const config = row.hangs ? { deadlineMs: DEADLINE_MS } : {}
  test(`${title}: at both providers`, () =>
    through(async (door) => {
      assertAtBoth(row, expected, await run({ door, request, routes: [row.fault(), row.fault()], config }))
    }))
  test(`${title}: at the only provider`, () =>
    through(async (door) => {
      assertAlone(row, expected, await run({ door, request, routes: [row.fault()], config }))
    }))
}

describe('a fault', { concurrency: 24 }, () => {
  for (const row of Object.values(faults.list)) {
    check(row.name, row, ask(row), plain[row.name])
    check(`${row.name}, with a schema`, row, ask(row, { schema: true }), withSchema[row.name])
  }

  test('is in the table only where it is in the list', () => {
    assert.deepEqual(Object.keys(plain).sort(), Object.keys(faults.list).sort())
    assert.deepEqual(Object.keys(withSchema).sort(), Object.keys(faults.list).sort())
  })
})

// === What the caller asks for decides ===

interface Wish {
  readonly contract?: Contract
  readonly strict?: boolean
  readonly maxTokens?: number
}

const completeness = { finishReasons: ['stop'] as FinishReason[] }

// biome-ignore format: a table
const wishes: readonly [title: string, name: string, Wish, Expected['outcome'], fault?: string][] = [
  ['a drip is too slow for a limit of latency',                 'drip',               { contract: { latency: { maxMs: 300 } } },   'heals',  'too_slow'],
  ['a late answer is too slow for a limit of latency',          'late',               { contract: { maxLatencyMs: 300 } },         'heals',  'too_slow'],
  ['two million tokens are too dear for a limit of cost',       'price-spike',        { contract: { cost: { maxUsd: 1 } } },       'heals',  'too_expensive'],
  ['two million tokens are too many for a limit of tokens',     'price-spike',        { contract: { costBudgetTokens: 10_000 } },  'heals',  'too_many_tokens'],
  ['arguments of a strict tool must keep to its schema',        'argument-violation', { strict: true },                            'heals',  'tool_arguments_violation'],
  ['a cut at the caller\'s own limit is the caller\'s doing',   'finish-length',      { maxTokens: 50 },                           'flags',  'completeness'],
  ['a cut fails where the contract asks for completeness',      'finish-length',      { maxTokens: 50, contract: { completeness } }, 'heals', 'truncated_answer'],
  ['a wrong model passes where identity is switched off',       'wrong-model',        { contract: { identity: false } },           'passes'],
  ['a loop is only noted where health is soft',                 'loop',               { contract: { integrity: { health: 'soft' } } }, 'flags', 'integrity'],
  ['an empty answer passes where emptiness is allowed',         'empty-content',      { contract: { structure: { nonEmpty: false } } }, 'passes'],
]

describe('by the wish of the caller', { concurrency: 8 }, () => {
  for (const [title, name, { contract, ...wish }, outcome, fault = ''] of wishes) {
    test(title, () =>
      through(async (door) => {
        const row = faults.list[name]!
        const config = contract ? { contract } : {}
        const seen = await run({ door, request: ask(row, wish), routes: [row.fault(), null], config })
        assertBeside(row, { outcome, fault, both: 0, alone: 0, asked: 0 }, seen)
      }),
    )
  }

  test('an answer that reasoning left empty at the caller’s own limit is nobody else’s to heal', () =>
    through(async (door) => {
      const row = faults.list['empty-content']!
      const fault = faults.ok({ text: '', finishReason: 'length' })
      const seen = await run({ door, request: ask(row, { maxTokens: 50 }), routes: [fault, null] })
      assertRefused({ ...plain.ok!, fault: 'output_limit_exhausted' }, 502, seen)
      assert.deepEqual(seen.hits, [1, 0])
    }))
})
