// `wrap(client)`: the client again, made by its own `withOptions`, with our fetch as its fetch. Nothing of the client is
// proxied or patched but `withOptions` itself, so that clients derived from this one stay wrapped and keep their own
// timeout as deadline.

import type * as api from '../index.d.ts'
import { CorrectoverEngine, type Handle, handleOf } from './engine.ts'
import { ConfigError } from './errors.ts'
import { createFetch, doorOf } from './fetch.ts'
import { isOriginal } from './transport.ts'

/** What the clients of OpenAI and Anthropic have in common, and we need. */
interface Client {
  readonly fetch: typeof globalThis.fetch
  readonly timeout: unknown
  withOptions(options: object): Client
}

const EXPECTED =
  'a client whose withOptions accepts a fetch (openai, @anthropic-ai/sdk); for others pass engine.fetch as their fetch'

let shared: CorrectoverEngine | undefined

export function wrap<T extends object>(client: T, engine?: api.CorrectoverEngine | api.Scope): T {
  if (engine === undefined) shared ??= new CorrectoverEngine()
  const handle = handleOf(engine ?? (shared as object))
  if (handle === undefined) throw new ConfigError('engine', 'an engine, or a scope of one', 'something else')
  if (!isClient(client)) throw new ConfigError('client', EXPECTED, 'none')
  return wrapped(client, handle) as object as T
}

/** The `withOptions` that a wrapped client had before. */
const before = new WeakMap<Client, Client['withOptions']>()

function wrapped(client: Client, handle: Handle): Client {
  // Wrapped already, by whichever engine: what is under it is wrapped anew, never twice.
  const door = doorOf(client.fetch)
  const own = door ? door.client?.fetch : isOriginal(client.fetch) ? undefined : client.fetch
  let result: Client | undefined
  const fetch = createFetch(handle.core, handle.layer, { fetch: own, timeout: () => result?.timeout })
  const withOptions = before.get(client) ?? client.withOptions
  result = derive(client, withOptions, { fetch })
  if (result.fetch !== fetch) throw new ConfigError('client', EXPECTED, 'one that kept its own fetch')
  const derived = (options: object) => wrapped(withOptions.call(result, options), handle)
  before.set(result, withOptions)
  Object.defineProperty(result, 'withOptions', { value: derived, configurable: true, writable: true })
  return result
}

function derive(client: Client, withOptions: Client['withOptions'], options: object): Client {
  try {
    return withOptions.call(client, options)
  } catch (error) {
    const refused = new ConfigError('client', EXPECTED, 'one that refuses it')
    refused.cause = error
    throw refused
  }
}

function isClient(client: unknown): client is Client {
  const { withOptions, fetch } = (client ?? {}) as Partial<Client>
  return typeof withOptions === 'function' && typeof fetch === 'function'
}
