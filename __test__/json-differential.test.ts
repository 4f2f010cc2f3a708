// What the checker reads is what JSON.parse will read: generated texts, good and broken, judged by both. More by
// command: CORRECTOVER_CASES=5000000 CORRECTOVER_SEED=9 node --test __test__/json-differential.test.ts

import assert from 'node:assert/strict'
import test from 'node:test'
import { CorrectoverEngine } from '../dist/index.js'

const CASES = Number(process.env.CORRECTOVER_CASES ?? 40_000)
const SEED = Number(process.env.CORRECTOVER_SEED ?? 1)
/** Comparing values compiles a schema for each text; comparing verdicts does not. */
const VALUES = Math.ceil(CASES / 20)

/** Marsaglia's xorshift: small, and the same everywhere. */
let state = SEED >>> 0 || 1
function random(below: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % below
}
const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T

const SPACES = ['', '', '', ' ', '\n', '\r\n\t']
const NUMBERS = [
  '0',
  '-0',
  '-0.0',
  '1',
  '12',
  '-7',
  '1.0',
  '1.50',
  '1e2',
  '1E+2',
  '1e-7',
  '123456789012345678901234567890',
  '9007199254740993',
  '0.1',
  '5e-324',
  '1e999',
  '-1e999',
  '1e-999',
]
const PIECES = [
  'a',
  'name',
  'é',
  '😀',
  '\\n',
  '\\"',
  '\\\\',
  '\\/',
  '\\u00e9',
  '\\ud83d\\ude00',
  '\\u0000',
  '\\u2028',
  '\u2028',
  '\u007f',
  ' ',
  '{',
  '[',
  ':',
  ',',
]
const KEYS = ['a', 'b', '\\u0061', '', 'constructor', 'é']

const string = (pieces: readonly string[]) => `"${Array.from({ length: random(6) }, () => pick(pieces)).join('')}"`
const spaced = (text: string) => pick(SPACES) + text + pick(SPACES)

function value(depth: number): string {
  const kind = random(depth > 4 ? 4 : 7)
  if (kind === 0) return spaced(pick(['true', 'false', 'null']))
  if (kind === 1) return spaced(pick(NUMBERS))
  if (kind <= 3) return spaced(string(PIECES))
  const items = Array.from({ length: random(4) }, () => value(depth + 1))
  if (kind === 4) return spaced(`[${items.join(',')}]`)
  return spaced(`{${items.map((item) => `${spaced(`"${pick(KEYS)}"`)}:${item}`).join(',')}}`)
}

const DAMAGE = [
  '',
  '"',
  '\\',
  ',',
  ':',
  '{',
  '}',
  '[',
  ']',
  '0',
  '-',
  '+',
  '.',
  'e',
  '\u0000',
  '\u001f',
  '\u00a0',
  '\ufeff',
  '\\u12',
  '\\x',
  "'",
  '/',
  'NaN',
  '\ud800',
  '//',
  'tru',
]

/** A text with one place broken: something put in, taken out, or put in place of it. */
function damaged(text: string): string {
  const at = random(text.length + 1)
  return text.slice(0, at) + pick(DAMAGE) + text.slice(at + random(3))
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

const off = { identity: false, integrity: false, latency: false, cost: false } as const

test(`${CASES} texts are JSON for both or for neither (seed ${SEED})`, () => {
  const engine = new CorrectoverEngine()
  const contract = { ...off, structure: { json: true, nonEmpty: false }, schema: false } as const
  let good = 0
  for (let index = 0; index < CASES; index += 1) {
    const whole = value(0)
    const text = random(2) ? whole : damaged(whole)
    // A lone surrogate in a JavaScript string is no UTF-8 and becomes U+FFFD on its way to us.
    const expected = parse(text.toWellFormed()) !== undefined
    good += Number(expected)
    const found = engine.validate(text, contract).dimensions.structure.result === 'pass'
    assert.equal(found, expected, `case ${index}: ${JSON.stringify(text)}`)
  }
  assert.ok(good > CASES / 3 && good < CASES, `${good} of ${CASES} are JSON`)
})

test(`${VALUES} texts have the same value for both (seed ${SEED})`, () => {
  const engine = new CorrectoverEngine()
  for (let index = 0; index < VALUES; index += 1) {
    const text = value(0)
    const parsed = JSON.parse(text)
    // Infinity has no spelling in a schema; its kind is compared by the grammar above.
    if (/e\+?999/i.test(text)) continue
    for (const [schema, expected] of [
      [{ const: parsed }, 'pass'],
      [{ not: { const: parsed } }, 'fail'],
    ] as const) {
      const verdict = engine.validate(text, { ...off, structure: { nonEmpty: false }, schema })
      assert.equal(verdict.dimensions.schema.result, expected, `case ${index}: ${text}`)
    }
  }
})
