// Every field that can be wrong, and what is said of it. A wrong field gives one ConfigError that names the field, what
// was expected and what came; no value that might be a key is ever repeated.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { readContract } from '../build/config/contract.js'
import { contractJson, mergeContracts, optionReaders, readConfig } from '../build/config.js'
import { ConfigError } from '../build/errors.js'

const CANARY = 'sk-canary-0123456789abcdefghijklmnopqrstuvwxyz'

const WORLD = {
  brands: [
    { name: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1', env: ['OPENAI_API_KEY'] },
    { name: 'groq', dialect: 'openai', baseUrl: 'https://api.groq.com/openai/v1', env: ['GROQ_API_KEY', 'GROQ_KEY'] },
  ],
  env: { OPENAI_API_KEY: CANARY } as Record<string, string | undefined>,
}

const local = (fields: object) => ({ providers: [{ name: 'local', baseUrl: 'http://127.0.0.1:1/v1', ...fields }] })
const chain = (length: number) => Array.from({ length }).reduce<object>((inner) => ({ not: inner }), {})

function cyclic(): object {
  const schema: Record<string, unknown> = { type: 'object' }
  schema.properties = { self: schema }
  return schema
}

function failure(run: () => unknown): ConfigError {
  try {
    run()
  } catch (error) {
    assert.ok(ConfigError.isInstance(error), `not a ConfigError: ${error}`)
    const shown = [error.message, error.stack, JSON.stringify(error), inspect(error, { depth: 9, showHidden: true })]
    for (const text of shown) assert.ok(!text?.includes(CANARY), `the key is shown: ${text}`)
    assert.ok(error.message.length < 1000, error.message)
    assert.equal(error.message, `${error.field}: expected ${error.expected}; got ${error.got}`)
    return error
  }
  return assert.fail('accepted')
}

function check(config: unknown, field: string, got: string): void {
  const error = failure(() => readConfig(config, WORLD))
  assert.deepEqual({ field: error.field, got: error.got }, { field, got })
}

function accepted(config: unknown): { providers: Record<string, unknown>[]; [field: string]: unknown } {
  return JSON.parse(readConfig(config, WORLD).json)
}

const long = `a string of ${CANARY.length} characters`

test('each field of the configuration that is wrong is named with what came', () => {
  check(null, 'config', 'null')
  check(CANARY, 'config', long)
  check([], 'config', 'an array')
  check(new Map(), 'config', 'an object that is not plain')
  check(Promise.resolve(), 'config', 'a promise')
  check(() => {}, 'config', 'a function')
  check({ providers: 'openai' }, 'providers', 'a string of 6 characters')
  check({ providers: [5] }, 'providers[0]', '5')
  check({ providers: [undefined] }, 'providers[0]', 'nothing')
  check({ mode: CANARY }, 'mode', long)
  check({ mode: true }, 'mode', 'true')
  check({ contract: CANARY }, 'contract', long)
  check({ contracts: [] }, 'contracts', 'an array')
  check({ contracts: { 'a\nb': {} } }, 'contracts[…]', 'a string of 3 characters')
  check(
    { contracts: { invoice: { latency: { maxMs: '5' } } } },
    'contracts.invoice.latency.maxMs',
    'a string of 1 characters',
  )
  for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])
    check({ deadlineMs: wrong }, 'deadlineMs', String(wrong))
  check({ deadlineMs: 5n }, 'deadlineMs', 'a bigint')
  check({ deadlineMs: Symbol('x') }, 'deadlineMs', 'a symbol')
  check({ deadlineMs: null }, 'deadlineMs', 'null')
  for (const wrong of [0, 1.5, -1, 101]) check({ maxAttempts: wrong }, 'maxAttempts', String(wrong))
  check({ budget: 5 }, 'budget', '5')
  for (const field of ['usdPerCall', 'usdPerMinute', 'usdPerDay', 'tokensPerMinute']) {
    check({ budget: { [field]: -1 } }, `budget.${field}`, '-1')
    check({ budget: { [field]: CANARY } }, `budget.${field}`, long)
  }
  check({ retry: true }, 'retry', 'true')
  check({ retry: { baseDelayMs: 0 } }, 'retry.baseDelayMs', '0')
  check({ retry: { maxDelayMs: -1 } }, 'retry.maxDelayMs', '-1')
  check({ retry: { budgetRatio: true } }, 'retry.budgetRatio', 'true')
  check({ transport: 'fetch' }, 'transport', 'a string of 5 characters')
  check({ transport: {} }, 'transport', 'an object')
  check({ seed: -1 }, 'seed', '-1')
  check({ seed: 0.5 }, 'seed', '0.5')
})

test('each field of a provider that is wrong is named with what came', () => {
  check(local({ name: undefined }), 'providers[0].name', 'nothing')
  check(local({ name: '' }), 'providers[0].name', 'an empty string')
  check(local({ name: 'a\r\nb' }), 'providers[0].name', 'a string of 4 characters')
  check(local({ apiKey: '' }), 'providers[0].apiKey', 'an empty string')
  check(local({ apiKey: `${CANARY}\n` }), 'providers[0].apiKey', 'a string with a line break')
  check(local({ apiKey: ` ${CANARY}` }), 'providers[0].apiKey', 'a string with white space')
  check(local({ apiKey: `${CANARY}é` }), 'providers[0].apiKey', 'a string with characters that no header may hold')
  check(local({ apiKey: 123456789 }), 'providers[0].apiKey', 'a number')
  check(local({ apiKey: Promise.resolve(CANARY) }), 'providers[0].apiKey', 'a promise')
  check(local({ apiKey: [CANARY] }), 'providers[0].apiKey', 'an array')
  check(local({ apiKeys: CANARY }), 'providers[0].apiKeys', long)
  check(local({ apiKeys: [] }), 'providers[0].apiKeys', 'an empty array')
  check(local({ apiKeys: [CANARY, `${CANARY}\r`] }), 'providers[0].apiKeys[1]', 'a string with a line break')
  check(local({ apiKeys: [CANARY], apiKey: CANARY }), 'providers[0].apiKeys', 'both')
  check(local({ apiKeys: [CANARY], apiKey: () => CANARY }), 'providers[0].apiKeys', 'both')
  check(local({ baseUrl: CANARY }), 'providers[0].baseUrl', 'a string that is no URL')
  check(local({ baseUrl: '' }), 'providers[0].baseUrl', 'an empty string')
  check(local({ baseUrl: new URL('https://a.example') }), 'providers[0].baseUrl', 'an object that is not plain')
  check(local({ baseUrl: undefined }), 'providers[0].baseUrl', 'nothing')
  check(local({ dialect: 'opanai' }), 'providers[0].dialect', '"opanai"; did you mean "openai"?')
  check(local({ dialect: CANARY }), 'providers[0].dialect', long)
  check(local({ model: '' }), 'providers[0].model', 'an empty string')
  check(local({ model: 'a\0b' }), 'providers[0].model', 'a string of 3 characters')
  check(local({ models: { 'gpt-4o': 5 } }), 'providers[0].models["gpt-4o"]', '5')
  check(local({ models: { [CANARY]: 5 } }), 'providers[0].models[…]', '5')
  check(local({ models: 'gpt-4o' }), 'providers[0].models', 'a string of 6 characters')
  check(local({ timeoutMs: 0 }), 'providers[0].timeoutMs', '0')
  check(local({ headers: { 'a b': 'c' } }), 'providers[0].headers[…]', 'a name that is not legal in HTTP')
  check(local({ headers: { 'a\r\nb': 'c' } }), 'providers[0].headers[…]', 'a name that is not legal in HTTP')
  check(
    local({ headers: { 'Content-Length': '5' } }),
    'providers[0].headers["Content-Length"]',
    'a header of the connection',
  )
  check(
    local({ headers: { 'x-org': `${CANARY}\r\nx: y` } }),
    'providers[0].headers["x-org"]',
    `a string of ${CANARY.length + 6} characters`,
  )
  check(local({ headers: { 'x-org': [CANARY] } }), 'providers[0].headers["x-org"]', 'an array')
  check(local({ insecureHttp: 'yes' }), 'providers[0].insecureHttp', 'a string of 3 characters')
  check(local({ downgrade: 1 }), 'providers[0].downgrade', '1')
  check(local({ price: 5 }), 'providers[0].price', '5')
  check(local({ price: { input: 1 } }), 'providers[0].price.output', 'nothing')
  check(local({ price: { input: -1, output: 1 } }), 'providers[0].price.input', '-1')
  check(
    local({ price: { input: 1, output: 1, cacheRead: '1' } }),
    'providers[0].price.cacheRead',
    'a string of 1 characters',
  )
  check(local({ price: { input: 1, output: 1, cacheWrite: null } }), 'providers[0].price.cacheWrite', 'null')
  check(local({ capabilities: ['tool'] }), 'providers[0].capabilities[0]', '"tool"; did you mean "tools"?')
  check(local({ deployments: { a: '' } }), 'providers[0].deployments.a', 'an empty string')
  check({ providers: ['openai', { name: 'openai' }] }, 'providers[1].name', 'that of providers[0]')
})

test('each field of a contract that is wrong is named with what came', () => {
  const wrong = (contract: object, field: string, got: string) => check({ contract }, `contract.${field}`, got)
  wrong({ status: true }, 'status', 'true')
  wrong({ status: { maxErrors: -1 } }, 'status.maxErrors', '-1')
  wrong({ structure: { nonEmpty: 1 } }, 'structure.nonEmpty', '1')
  wrong({ structure: { json: 'yes' } }, 'structure.json', 'a string of 3 characters')
  wrong({ schema: CANARY }, 'schema', long)
  wrong({ schema: null }, 'schema', 'null')
  wrong({ schema: [] }, 'schema', 'an array')
  wrong({ schema: () => {} }, 'schema', 'a function')
  wrong({ schema: new Date(0) }, 'schema', 'an object that is not plain')
  wrong({ schema: { minimum: Number.NaN } }, 'schema.minimum', 'NaN')
  wrong({ schema: { default: 5n } }, 'schema.default', 'a bigint')
  wrong({ schema: { const: Symbol('x') } }, 'schema.const', 'a symbol')
  wrong({ schema: { enum: [1, () => CANARY] } }, 'schema.enum[1]', 'a function')
  wrong({ schema: { const: '\ud800' } }, 'schema.const', 'text with half a surrogate pair')
  wrong({ schema: { '~standard': { version: 2, validate() {} } } }, 'schema["~standard"].version', '2')
  wrong({ schema: { '~standard': { version: 1 } } }, 'schema["~standard"].validate', 'nothing')
  wrong({ schema: { '~standard': { version: 1, validate: CANARY } } }, 'schema["~standard"].validate', long)
  wrong({ schemas: { 'https://a.example/b': 5n } }, 'schemas["https://a.example/b"]', 'a bigint')
  wrong({ completeness: true }, 'completeness', 'true')
  wrong({ completeness: { finishReasons: [] } }, 'completeness.finishReasons', 'an empty array')
  wrong(
    { completeness: { finishReasons: ['stopp'] } },
    'completeness.finishReasons[0]',
    '"stopp"; did you mean "stop"?',
  )
  for (const field of ['maxMs', 'maxFirstTokenMs', 'maxIdleMs'])
    wrong({ latency: { [field]: 0 } }, `latency.${field}`, '0')
  for (const field of ['maxUsd', 'maxTokens', 'maxUsdPer1kTokens'])
    wrong({ cost: { [field]: -1 } }, `cost.${field}`, '-1')
  wrong({ identity: 'gpt-4o' }, 'identity', 'a string of 6 characters')
  wrong({ identity: { allow: 'gpt-4o' } }, 'identity.allow', 'a string of 6 characters')
  wrong({ integrity: { health: true } }, 'integrity.health', 'true')
  wrong({ checks: () => true }, 'checks', 'a function')
  wrong({ checks: [true] }, 'checks[0]', 'true')
  wrong({ maxLatencyMs: 0 }, 'maxLatencyMs', '0')
  wrong({ requireCompleteResponse: 1 }, 'requireCompleteResponse', '1')
  wrong({ verifyIdentity: 'yes' }, 'verifyIdentity', 'a string of 3 characters')
  wrong({ costBudgetTokens: 0.5 }, 'costBudgetTokens', '0.5')
  wrong({ maxLatencyMs: 5, latency: { maxMs: 5 } }, 'maxLatencyMs', 'both')
  wrong({ maxLatencyMs: 5, latency: false }, 'maxLatencyMs', 'both')
  wrong({ costBudgetTokens: 5, cost: { maxTokens: 5 } }, 'costBudgetTokens', 'both')
  wrong({ requireCompleteResponse: true, completeness: false }, 'requireCompleteResponse', 'both')
  wrong({ verifyIdentity: true, identity: false }, 'verifyIdentity', 'both')
})

test('an unknown field is an error, and a slip is recognised', () => {
  const unknown = 'an unknown field'
  check({ cache: true }, 'cache', unknown)
  check({ maxAttemps: 3 }, 'maxAttemps', `${unknown}; did you mean "maxAttempts"?`)
  check({ deadline_ms: 3 }, 'deadline_ms', `${unknown}; did you mean "deadlineMs"?`)
  check(local({ apikey: CANARY }), 'providers[0].apikey', `${unknown}; did you mean "apiKey"?`)
  check(local({ baseURL: CANARY }), 'providers[0].baseURL', `${unknown}; did you mean "baseUrl"?`)
  check(local({ [CANARY]: 1 }), 'providers[0][…]', unknown)
  check({ contract: { drift: {} } }, 'contract.drift', unknown)
  check({ contract: { latency: { max: 5 } } }, 'contract.latency.max', unknown)
  check(JSON.parse('{"__proto__":{"mode":"observe"}}'), '__proto__', unknown)
  check(JSON.parse('{"contract":{"constructor":1}}'), 'contract.constructor', unknown)
  check({ providers: ['opnai'] }, 'providers[0]', '"opnai"; did you mean "openai"?')
  check({ providers: [CANARY] }, 'providers[0]', long)
})

test('keys and prompts are only sent to fitting addresses', () => {
  const refused = (baseUrl: string, got: string) =>
    check(local({ baseUrl, insecureHttp: true }), 'providers[0].baseUrl', got)
  const metadata = 'the address of a cloud metadata service, which is refused'
  for (const host of [
    '169.254.169.254',
    '169.254.170.2',
    '0xa9fea9fe',
    '2852039166',
    '0251.0376.0251.0376',
    '[fe80::1]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::169.254.169.254]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '168.63.129.16',
    'metadata.google.internal',
    'METADATA.google.internal.',
  ]) {
    refused(`http://${host}/v1`, metadata)
    refused(`https://${host}/v1`, metadata)
  }
  refused('ftp://a.example', 'a URL of another scheme')
  refused('file:///etc/passwd', 'a URL of another scheme')
  refused('javascript:1', 'a URL of another scheme')
  refused(`https://user:${CANARY}@a.example`, 'a URL with credentials; use apiKey')
  refused(`https://a.example?key=${CANARY}`, 'a URL with a query or a fragment')
  refused('https://a.example#', 'a URL with a query or a fragment')
  check(local({ baseUrl: 'http://vllm.svc:8000/v1' }), 'providers[0].baseUrl', 'http://vllm.svc:8000')
  check(local({ baseUrl: 'http://0.0.0.0/v1' }), 'providers[0].baseUrl', 'http://0.0.0.0')
  check(local({ baseUrl: 'http://127.0.0.1.evil.example' }), 'providers[0].baseUrl', 'http://127.0.0.1.evil.example')
  check(local({ baseUrl: 'http://localhost.evil.example' }), 'providers[0].baseUrl', 'http://localhost.evil.example')
  for (const baseUrl of [
    'http://localhost:1/v1',
    'http://a.localhost',
    'http://127.9.9.9',
    'http://[::1]:8080',
    'https://a.example',
  ]) {
    assert.ok(accepted(local({ baseUrl })))
  }
  assert.ok(accepted(local({ baseUrl: 'http://vllm.svc:8000/v1', insecureHttp: true })))
  assert.equal(accepted(local({ baseUrl: 'https://A.example/v1//' })).providers[0]?.baseUrl, 'https://a.example/v1')
})

test('a known name brings its address, and its key only to its own host', () => {
  const provider = (provider: unknown) => accepted({ providers: [provider] }).providers[0]
  const openai = { name: 'openai', baseUrl: 'https://api.openai.com/v1', dialect: 'openai', apiKey: CANARY }
  assert.deepEqual(provider('openai'), openai)
  assert.deepEqual(provider({ name: 'openai', model: 'gpt-4o' }), { ...openai, model: 'gpt-4o' })
  assert.equal(provider({ name: 'openai', baseUrl: 'https://eu.api.openai.com/v1' })?.apiKey, CANARY)
  assert.equal(provider({ name: 'openai', baseUrl: 'https://notapi.openai.com.evil.example/v1' })?.apiKey, undefined)
  assert.equal(provider({ name: 'openai', apiKey: 'mine' })?.apiKey, 'mine')
  assert.deepEqual(provider({ name: 'openai', apiKeys: ['a', 'b'] })?.apiKeys, ['a', 'b'])
  assert.equal(
    failure(() => readConfig({ providers: ['groq'] }, WORLD)).message,
    'providers[0].apiKey: expected a key, or the environment variable GROQ_API_KEY or GROQ_KEY; got neither',
  )
  const world = { ...WORLD, env: { GROQ_API_KEY: '', GROQ_KEY: 'second' } }
  assert.equal(JSON.parse(readConfig({ providers: ['groq'] }, world).json).providers[0].apiKey, 'second')
  const spoiled = { ...WORLD, env: { OPENAI_API_KEY: `${CANARY}\n` } }
  const error = failure(() => readConfig({ providers: ['openai'] }, spoiled))
  assert.match(error.expected, /OPENAI_API_KEY/)
  assert.equal(error.got, 'a string with a line break')
})

test('hostile objects give one ConfigError, in little time', () => {
  const thrower = new Proxy(
    {},
    {
      get: () => {
        throw new Error(CANARY)
      },
      ownKeys: () => ['mode'],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    },
  )
  const { proxy: revoked, revoke } = Proxy.revocable({}, {})
  revoke()
  const { proxy: revokedArray, revoke: revokeArray } = Proxy.revocable([], {})
  revokeArray()
  const unread = 'an error thrown while it was read'
  check(
    {
      get mode() {
        throw new Error(CANARY)
      },
    },
    'mode',
    unread,
  )
  check(
    {
      get mode() {
        throw CANARY
      },
    },
    'mode',
    unread,
  )
  check(thrower, 'mode', unread)
  check(
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error(CANARY)
        },
      },
    ),
    'config',
    unread,
  )
  check(revoked, 'config', 'an object that is not plain')
  check({ providers: revokedArray }, 'providers', 'an object that is not plain')
  check({ contract: revoked }, 'contract', 'an object that is not plain')
  check(
    {
      providers: new Proxy([], { get: (target, field) => (field === 'length' ? 2 ** 53 : Reflect.get(target, field)) }),
    },
    'providers',
    '9007199254740992 items',
  )
  check({ providers: Array(4e9) }, 'providers', '4000000000 items')
  check(
    {
      contract: {
        schema: {
          get type() {
            throw new Error(CANARY)
          },
        },
      },
    },
    'contract.schema.type',
    unread,
  )
  check({ contract: { schema: revoked } }, 'contract.schema', unread)
  check({ contract: { schema: { '~standard': revoked } } }, 'contract.schema', unread)
  check({ contract: { schema: { toJSON: () => CANARY } } }, 'contract.schema.toJSON', 'a function')
  check(
    { contracts: Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`c${index}`, {}])) },
    'contracts',
    '10001 fields',
  )
  assert.match(failure(() => readConfig({ contract: { schema: cyclic() } }, WORLD)).got, /cycle/)
  assert.match(failure(() => readConfig({ contract: { schema: chain(1_000_000) } }, WORLD)).got, /cycle/)
  let laughs: unknown = {}
  for (let level = 0; level < 40; level++) laughs = [laughs, laughs]
  assert.match(failure(() => readConfig({ contract: { schema: { enum: laughs } } }, WORLD)).got, /more/)
  const endless: () => object = () => ({
    get not() {
      return endless()
    },
  })
  assert.match(failure(() => readConfig({ contract: { schema: endless() } }, WORLD)).got, /cycle/)
  const widening: () => object = () => new Proxy([], { get: (_, field) => (field === 'length' ? 100 : widening()) })
  assert.match(failure(() => readConfig({ contract: { schema: { enum: widening() } } }, WORLD)).got, /more/)
})

test('a value is read once, and the objects of the user are neither changed nor kept', () => {
  let reads = 0
  const config = {
    get deadlineMs() {
      return ++reads === 1 ? 5 : -1
    },
  }
  assert.equal(accepted(config).deadlineMs, 5)
  const schema = { type: 'object', properties: { a: { type: 'string' } } }
  const frozen = Object.freeze({
    providers: Object.freeze(['openai']),
    contract: Object.freeze({ schema: Object.freeze(schema) }),
  })
  const settings = readConfig(frozen, WORLD)
  schema.properties.a.type = 'number'
  assert.equal((settings.contract.dimensions.schema as typeof schema).properties.a.type, 'string')
})

test('what no slip can harm is accepted', () => {
  assert.deepEqual(accepted(undefined), { providers: [], mode: 'enforce', contract: {}, contracts: {} })
  assert.deepEqual(accepted({ mode: undefined, contract: undefined }), accepted({}))
  assert.deepEqual(accepted(Object.create(null)), accepted({}))
  assert.equal(accepted({ deadlineMs: 0.2 }).deadlineMs, 1)
  assert.deepEqual(accepted({ retry: false, budget: { usdPerDay: 0 } }).budget, { usdPerDay: 0 })
  const { providers } = accepted(local({ headers: { 'X-Org': 'a' }, models: JSON.parse('{"__proto__":"b"}') }))
  assert.deepEqual(providers[0]?.headers, { 'x-org': 'a' })
  assert.equal(JSON.stringify(providers[0]?.models), '{"__proto__":"b"}')
  assert.equal(
    JSON.parse(readConfig({}, { ...WORLD, env: { NODE_EXTRA_CA_CERTS: '/ca.pem' } }).json).extraCaFile,
    '/ca.pem',
  )
})

test('functions stay in JavaScript', () => {
  const key = async () => CANARY
  const settings = readConfig({ ...local({ apiKey: key }), transport: fetch }, WORLD)
  assert.equal(settings.keys.get('local'), key)
  assert.equal(settings.transport, fetch)
  assert.deepEqual(settings.providers, ['local'])
  assert.deepEqual(JSON.parse(settings.json).providers, [
    { name: 'local', baseUrl: 'http://127.0.0.1:1/v1', dialect: 'openai', keyFunction: true },
  ])
})

// === Contracts ===

const crossing = (contract: object) => JSON.parse(contractJson(readContract(contract, 'contract')))

test('shorthands are expanded', () => {
  assert.deepEqual(crossing({ maxLatencyMs: 5 }), { latency: { maxMs: 5 } })
  assert.deepEqual(crossing({ maxLatencyMs: 5, latency: { maxIdleMs: 2 } }), { latency: { maxMs: 5, maxIdleMs: 2 } })
  assert.deepEqual(crossing({ costBudgetTokens: 5, cost: { maxUsd: 1 } }), { cost: { maxUsd: 1, maxTokens: 5 } })
  assert.deepEqual(crossing({ requireCompleteResponse: true }), {
    completeness: { finishReasons: ['stop', 'tool_calls'] },
  })
  assert.deepEqual(crossing({ requireCompleteResponse: false }), {})
  assert.deepEqual(crossing({ verifyIdentity: false }), { identity: false })
  assert.deepEqual(crossing({ identity: { allow: ['a*'] }, schema: true }), {
    identity: { allow: ['a*'] },
    schema: true,
  })
})

test('false silences what is on by default, and drops what is not', () => {
  const off = { structure: false, schema: false, identity: false, integrity: false }
  assert.deepEqual(
    crossing({ ...off, status: false, completeness: false, latency: false, cost: false, checks: false }),
    off,
  )
})

test('of two contracts the later wins by whole dimensions', () => {
  const check = () => true
  const base = readContract(
    {
      schema: z.string(),
      schemas: { 'urn:a': true },
      latency: { maxMs: 5, maxIdleMs: 1 },
      cost: { maxUsd: 1 },
      checks: [check],
    },
    'c',
  )
  const merged = (over: object) => mergeContracts(base, readContract(over, 'c'))
  assert.deepEqual(merged({}), base)
  assert.deepEqual(merged({ latency: { maxMs: 9 } }).dimensions.latency, { maxMs: 9 })
  assert.equal(JSON.parse(contractJson(merged({ latency: false }))).latency, undefined)
  assert.deepEqual(merged({ schemas: { 'urn:b': true } }).schemas, { 'urn:a': true, 'urn:b': true })
  assert.deepEqual(merged({ checks: false }).checks, [])
  const plain = merged({ schema: { type: 'number' }, checks: [] })
  assert.equal(plain.validate, undefined)
  assert.deepEqual(JSON.parse(contractJson(plain)), {
    schema: { type: 'number' },
    latency: { maxMs: 5, maxIdleMs: 1 },
    cost: { maxUsd: 1 },
    schemas: { 'urn:a': true },
  })
  assert.equal('schema' in JSON.parse(contractJson(merged({ schema: v.string() }))), false)
  assert.equal(merged({ schema: false }).validate, undefined)
})

test('equal contracts cross as equal text, whatever the order of their fields', () => {
  const one = readContract({ cost: { maxUsd: 1 }, latency: { maxMs: 5 } }, 'c')
  const other = readContract({ latency: { maxMs: 5 }, cost: { maxUsd: 1 } }, 'c')
  assert.equal(contractJson(one), contractJson(other))
})

test('a Standard Schema crosses as the JSON Schema of its input, and keeps its own validate', async () => {
  const read = (schema: object) => readContract({ schema }, 'c')
  const transforming = read(z.object({ born: z.string().transform(Number) }))
  assert.deepEqual((transforming.dimensions.schema as { properties: object }).properties, { born: { type: 'string' } })
  assert.deepEqual(await transforming.validate?.({ born: '5' }), { value: { born: 5 } })
  const ark = read(type({ a: 'string' }))
  assert.deepEqual((ark.dimensions.schema as { required: object }).required, ['a'])
  assert.ok(await ark.validate?.({ a: 'x' }))
  const valibot = read(v.object({ a: v.string() }))
  assert.deepEqual(JSON.parse(JSON.stringify(valibot.dimensions)), {})
  assert.ok('schema' in valibot.dimensions)
  assert.deepEqual(JSON.parse(contractJson(read(z.object({ when: z.date() })))), { checks: true })
})

// === Options of calls and scopes ===

const NAMES = readConfig({ providers: ['openai'], contracts: { invoice: { maxLatencyMs: 5 } } }, WORLD)

const READ = optionReaders(NAMES)

test('each option of a call that is wrong is named with what came', () => {
  const wrong = (options: unknown, field: string, got: string) => {
    const error = failure(() => READ.call(options))
    assert.deepEqual({ field: error.field, got: error.got }, { field, got })
  }
  wrong(null, 'options', 'null')
  wrong(CANARY, 'options', long)
  wrong({ contract: 'invoise' }, 'options.contract', '"invoise"; did you mean "invoice"?')
  wrong({ contract: CANARY }, 'options.contract', long)
  wrong({ contract: { latency: 5 } }, 'options.contract.latency', '5')
  wrong({ signal: {} }, 'options.signal', 'an object')
  wrong({ signal: null }, 'options.signal', 'null')
  wrong({ signal: new AbortController() }, 'options.signal', 'an object that is not plain')
  wrong(
    {
      signal: {
        get aborted() {
          throw new Error(CANARY)
        },
      },
    },
    'options.signal',
    'an error thrown while it was read',
  )
  wrong({ deadlineMs: 0 }, 'options.deadlineMs', '0')
  wrong({ maxAttempts: 1.5 }, 'options.maxAttempts', '1.5')
  wrong({ idempotencyKey: 'a\r\nb' }, 'options.idempotencyKey', 'a string of 4 characters')
  wrong({ route: 'openia' }, 'options.route', '"openia"; did you mean "openai"?')
  wrong({ timeout: 5 }, 'options.timeout', 'an unknown field')
  assert.equal(failure(() => READ.scope({ signal: AbortSignal.abort() })).field, 'options.signal')
  assert.equal(failure(() => READ.scope(undefined)).got, 'nothing')
})

test('options of a call are read as given', () => {
  const signal = AbortSignal.abort()
  assert.deepEqual(READ.call(undefined), {})
  const options = READ.call({
    contract: 'invoice',
    signal,
    deadlineMs: 5,
    maxAttempts: 2,
    idempotencyKey: 'k',
    route: 'openai',
  })
  assert.equal(options.contract, NAMES.contracts.get('invoice'))
  assert.equal(options.signal, signal)
  assert.deepEqual(READ.call({ signal: undefined }), {})
})
