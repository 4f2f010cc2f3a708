// One provider: the row of its fields, and what its fields must be together.

import type * as api from '../../index.d.ts'
import { ConfigError } from '../errors.ts'
import { address, requireSecure } from './address.ts'
import * as is from './kind.ts'
import { describe } from './untrusted.ts'

/** A service known by name, as the core lists them: `JSON.parse(addon.brands())`. */
export interface Brand {
  readonly name: string
  readonly dialect: string
  readonly baseUrl: string
  /** Environment variables that usually hold its key; the first that is set counts. */
  readonly env: readonly string[]
}

export interface World {
  readonly brands: readonly Brand[]
  readonly env: Readonly<Record<string, string | undefined>>
}

type KeyFunction = () => string | Promise<string>

/** A provider as it crosses to the core, and the function that gives its key, which cannot. */
export interface Provider {
  readonly name: string
  readonly crossing: object
  readonly key: KeyFunction | undefined
}

/** What a header can carry. */
const LEGAL_KEY = /^[!-~]{1,16384}$/

/** Never shown, whatever is wrong with it. */
const secret: is.Kind<string> = {
  expected: 'a key: printable ASCII without white space',
  read(value, at) {
    if (typeof value !== 'string' || value === '') throw new ConfigError(at, this.expected, describe(value))
    if (!LEGAL_KEY.test(value)) throw new ConfigError(at, this.expected, flaw(value))
    return value
  },
}

const apiKey: is.Kind<string | KeyFunction> = {
  expected: 'a key, or a function that gives one',
  read(value, at) {
    if (typeof value === 'function') return value as KeyFunction
    if (typeof value !== 'string') throw new ConfigError(at, this.expected, kindOnly(value))
    return secret.read(value, at)
  },
}

/** Set by the transport itself; set twice they would break the framing of the request. */
const FRAMING = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'expect',
])

const headerName: is.Kind<string> = {
  expected: 'a header name that the transport does not set itself',
  read(value, at) {
    const legal = typeof value === 'string' && /^[!#$%&'*+.^_`|~\w-]{1,256}$/.test(value)
    if (!legal) throw new ConfigError(at, this.expected, 'a name that is not legal in HTTP')
    if (FRAMING.has(value.toLowerCase())) throw new ConfigError(at, this.expected, 'a header of the connection')
    return value.toLowerCase()
  },
}

const headerValue = is.pattern('a header value: printable ASCII on one line', /^[\t -~]{0,16384}$/)

// biome-ignore format: rows
const price = is.object({
  input:      is.usd,
  output:     is.usd,
  cacheRead:  is.usd,
  cacheWrite: is.usd,
}, 'USD per million tokens')

// biome-ignore format: rows
const provider = is.object({
  name:           is.name,
  apiKey,
  apiKeys:        is.list(secret, 1),
  baseUrl:        address,
  dialect:        is.oneOf<api.Dialect>('openai'),
  model:          is.text,
  models:         is.map(is.text, is.text),
  timeoutMs:      is.milliseconds,
  headers:        is.map(headerName, headerValue),
  insecureHttp:   is.boolean,
  downgrade:      is.boolean,
  price,
  capabilities:   is.list(is.oneOf<api.Capability>('tools', 'schema', 'images', 'audio', 'logprobs', 'choices')),
  deployments:    is.map(is.text, is.text),
}, 'a provider')

export function readProvider(value: unknown, at: string, world: World): Provider {
  if (typeof value === 'string') return complete({ name: bareName(value, at, world) }, at, world)
  return complete(provider.read(value, at), at, world)
}

function complete(given: is.Read<typeof provider>, at: string, world: World): Provider {
  const { apiKey, apiKeys, ...rest } = given
  if (rest.name === undefined) throw new ConfigError(`${at}.name`, is.name.expected, 'nothing')
  const brand = world.brands.find((brand) => brand.name === rest.name)
  const baseUrl = rest.baseUrl ?? brand?.baseUrl
  if (baseUrl === undefined) throw new ConfigError(`${at}.baseUrl`, `a URL, because ${known(world)}`, 'nothing')
  if (rest.baseUrl !== undefined) requireSecure(baseUrl, rest.insecureHttp, `${at}.baseUrl`)
  for (const part of ['input', 'output'] as const) {
    if (rest.price && rest.price[part] === undefined)
      throw new ConfigError(`${at}.price.${part}`, is.usd.expected, 'nothing')
  }
  const crossing = { ...rest, baseUrl, dialect: rest.dialect ?? brand?.dialect ?? 'openai' }
  if (typeof apiKey === 'function') {
    if (apiKeys) throw both(at)
    return { name: rest.name, crossing: { ...crossing, keyFunction: true }, key: apiKey }
  }
  if (apiKey !== undefined && apiKeys) throw both(at)
  const key = apiKey ?? (apiKeys ? undefined : environmentKey(brand, baseUrl, at, world))
  return { name: rest.name, crossing: { ...crossing, apiKey: key, apiKeys }, key: undefined }
}

/**
 * The brand's key is for the brand's own host: a `baseUrl` elsewhere must be given its key by hand, or it would be sent
 * one that it was never meant to see.
 */
function environmentKey(brand: Brand | undefined, baseUrl: string, at: string, { env }: World): string | undefined {
  if (!brand || brand.env.length === 0) return undefined
  const host = new URL(brand.baseUrl).hostname
  const asked = new URL(baseUrl).hostname
  if (asked !== host && !asked.endsWith(`.${host}`)) return undefined
  const variable = brand.env.find((variable) => env[variable])
  const value = variable && env[variable]
  if (!value)
    throw new ConfigError(`${at}.apiKey`, `a key, or the environment variable ${brand.env.join(' or ')}`, 'neither')
  if (!LEGAL_KEY.test(value))
    throw new ConfigError(`${at}.apiKey`, `${secret.expected}, in the environment variable ${variable}`, flaw(value))
  return value
}

function bareName(value: string, at: string, world: World): string {
  const names = world.brands.map((brand) => brand.name)
  if (names.includes(value)) return value
  return is.oneOf(...names).read(value, at)
}

function both(at: string): ConfigError {
  return new ConfigError(`${at}.apiKeys`, 'apiKey or apiKeys', 'both')
}

function known({ brands }: World): string {
  return `only these names have one of their own: ${brands.map((brand) => brand.name).join(', ')}`
}

/** Numbers too: a key may be all digits. */
function kindOnly(value: unknown): string {
  return typeof value === 'number' ? 'a number' : describe(value)
}

function flaw(key: string): string {
  if (/[\r\n]/.test(key)) return 'a string with a line break'
  if (/\s/.test(key)) return 'a string with white space'
  return key.length > 16_384 ? 'a string that is too long' : 'a string with characters that no header may hold'
}
