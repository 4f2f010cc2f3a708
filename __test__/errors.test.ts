// Errors say what was expected, what came and where; are known across copies of the package; and show no secret.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import * as errors from '../build/errors.js'
import type * as api from '../index.d.ts'

const CANARY = 'sk-canary-0123456789abcdefghijklmnopqrstuvwxyz'

const FAULT = { class: 'contract', name: 'schema_violation', blame: 'provider', retryable: false } as const

const ATTEMPT: api.Attempt = {
  provider: 'openai',
  model: 'gpt-4o',
  servedModel: null,
  startedMs: 0,
  phases: { dns: null, connect: null, tls: null, firstByte: 5, total: 9 },
  status: 200,
  verdict: null,
  fault: FAULT,
  rule: 'first-route',
  action: 'refuse',
  usage: null,
  costUsd: null,
}

const REPORT: api.Report = {
  callId: 'call-1',
  verified: false,
  provider: null,
  model: null,
  servedModel: null,
  level: 'none',
  verdict: null,
  attempts: [ATTEMPT],
  usage: null,
  costUsd: null,
  latencyMs: 9,
  overheadMicros: 40,
  dropped: [],
  error: null,
}

const refused = (kind: api.Refusal['kind'], more: Partial<api.Refusal> = {}) => ({
  ...REPORT,
  error: {
    kind,
    code: 'ERR_CORRECTOVER_CONTRACT' as const,
    message: 'expected JSON, came text (provider: openai, attempt 1)',
    fault: FAULT,
    retryable: true,
    status: 502,
    ...more,
  },
})

// kind          class                           code                                 default status
const KINDS = [
  ['contract', errors.ContractError, 'ERR_CORRECTOVER_CONTRACT', 502],
  ['all-routes', errors.AllRoutesFailedError, 'ERR_CORRECTOVER_ALL_ROUTES_FAILED', 503],
  ['budget', errors.BudgetExceededError, 'ERR_CORRECTOVER_BUDGET_EXCEEDED', 429],
  ['deadline', errors.DeadlineExceededError, 'ERR_CORRECTOVER_DEADLINE_EXCEEDED', 504],
  ['aborted', errors.AbortedError, 'ERR_CORRECTOVER_ABORTED', 499],
] as const

test('each kind of refusal has its class, its code and its status', () => {
  for (const [kind, type, code, status] of KINDS) {
    const error = errors.fromReport(refused(kind))
    assert.equal(error.constructor, type)
    assert.equal(error.name, type.name)
    assert.equal(error.code, code)
    assert.equal(error.status, 502)
    assert.equal(new type('no details').status, status)
    assert.ok(error instanceof errors.CorrectoverError && error instanceof Error)
    assert.match(error.stack ?? '', new RegExp(`^${type.name}: expected JSON`))
  }
  assert.ok(errors.ConfigError.isInstance(errors.fromReport(refused('config'))))
  const unknown = errors.fromReport(refused('of a later core' as api.Refusal['kind'], { status: 0 }))
  assert.ok(errors.AllRoutesFailedError.isInstance(unknown))
  assert.equal(unknown.status, 503)
})

test('an error carries the fault, the attempts and the report', () => {
  const error = errors.fromReport(refused('contract'))
  assert.equal(error.message, 'expected JSON, came text (provider: openai, attempt 1)')
  assert.deepEqual(error.fault, FAULT)
  assert.deepEqual(error.attempts, [ATTEMPT])
  assert.equal(error.retryable, true)
  assert.equal(error.report?.callId, 'call-1')
  assert.equal('cause' in error, false)
  assert.equal(inspect(error).split('startedMs').length, 2, 'attempts are printed once')
})

test('the reason of an abort is its cause, whatever it is', () => {
  for (const reason of [new Error('gone'), 'gone', undefined, null, 0]) {
    const error = errors.fromReport(refused('aborted'), reason)
    assert.equal(error.cause, reason)
    assert.ok('cause' in error)
  }
})

test('errors of another copy of the package are recognised', () => {
  const require = createRequire(import.meta.url)
  delete require.cache[require.resolve('../build/errors.js')]
  const copy: typeof errors = require('../build/errors.js')
  const foreign = copy.fromReport(refused('contract'))
  assert.equal(foreign instanceof errors.ContractError, false)
  assert.ok(errors.ContractError.isInstance(foreign))
  assert.ok(errors.CorrectoverError.isInstance(foreign))
  assert.ok(!errors.ConfigError.isInstance(foreign))
  assert.ok(copy.ConfigError.isInstance(new errors.ConfigError('a', 'b', 'c')))
})

test('errors of another realm are recognised', () => {
  const foreign = runInNewContext(
    'Object.assign(new Error("x"), { [Symbol.for("correctover.error")]: "ContractError" })',
  )
  assert.equal(foreign instanceof Object, false)
  assert.ok(errors.ContractError.isInstance(foreign))
  assert.deepEqual(new errors.AbortedError('x', { cause: foreign }).toJSON().cause, { name: 'Error' })
})

test('nothing else is recognised', () => {
  for (const value of [null, undefined, 5, 'x', {}, new Error('x'), [], Object.create(null)]) {
    assert.equal(errors.CorrectoverError.isInstance(value), false)
    for (const [, type] of KINDS) assert.equal(type.isInstance(value), false)
  }
  for (const [, type] of KINDS) {
    for (const [kind, other] of KINDS) assert.equal(type.isInstance(errors.fromReport(refused(kind))), type === other)
  }
})

test('a class of the user keeps the name and the mark of its parent', () => {
  class Mine extends errors.ContractError {}
  assert.equal(new Mine('x').code, 'ERR_CORRECTOVER_CONTRACT')
  assert.ok(errors.ContractError.isInstance(new Mine('x')))
})

test('toJSON holds what is listed and nothing else', () => {
  const spoiled = {
    ...REPORT,
    prompt: CANARY,
    attempts: [{ ...ATTEMPT, body: CANARY, fault: { ...FAULT, message: CANARY } }],
    error: { ...refused('contract').error, fault: { ...FAULT, message: CANARY }, key: CANARY },
  }
  const cause = Object.assign(new TypeError(`fetch failed: ${CANARY}`), {
    code: 'ECONNRESET',
    config: { apiKey: CANARY },
  })
  const error = errors.fromReport(spoiled, cause)
  assert.ok(!JSON.stringify(error).includes(CANARY))
  assert.deepEqual(JSON.parse(JSON.stringify(error)), {
    name: 'ContractError',
    code: 'ERR_CORRECTOVER_CONTRACT',
    message: 'expected JSON, came text (provider: openai, attempt 1)',
    retryable: true,
    status: 502,
    callId: 'call-1',
    fault: FAULT,
    attempts: [ATTEMPT],
    cause: { name: 'TypeError', code: 'ECONNRESET' },
  })
  assert.ok(!JSON.stringify(errors.fromReport(refused('aborted'), CANARY)).includes(CANARY))
})

test('a ConfigError is told in three fields', () => {
  const { name, message, field, expected, got, retryable, attempts } = new errors.ConfigError(
    'a.b',
    'a number',
    'null',
  ).toJSON()
  assert.deepEqual(
    { name, message, field, expected, got, retryable, attempts },
    {
      name: 'ConfigError',
      message: 'a.b: expected a number; got null',
      field: 'a.b',
      expected: 'a number',
      got: 'null',
      retryable: false,
      attempts: [],
    },
  )
})

test('a wrong field told by the core becomes a ConfigError in the words of the user', () => {
  const thrown = (value: unknown) => new Error(JSON.stringify(value))
  const place = (field: string | undefined, at?: string) => {
    const error = errors.fromThrown(thrown({ code: 'CONFIG', field, expected: 'x', got: 'y' }), at)
    assert.ok(errors.ConfigError.isInstance(error))
    return error.field
  }
  assert.equal(place('contract.schema.pattern'), 'contract.schema.pattern')
  assert.equal(place('contract.schema', 'options.contract'), 'options.contract.schema')
  assert.equal(place('contract', 'contracts.$&'), 'contracts.$&')
  assert.equal(place(undefined, 'options.contract'), 'options.contract')
  assert.equal(place('contracts.a', 'options.contract'), 'contracts.a')
  assert.equal(place('providers[0].baseUrl'), 'providers[0].baseUrl')
  for (const other of [new Error('x'), new Error('{x'), thrown({ code: 'OTHER' }), thrown(null), 'x', null]) {
    assert.equal(errors.fromThrown(other), other)
  }
})
