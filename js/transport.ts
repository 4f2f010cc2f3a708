// Who does the IO of a call. Ours is faster, but whoever replaced fetch or its dispatcher did so for a reason: a mock, so
// that unit tests reach no real provider, a proxy, a tracer. Then theirs does it.

export interface Choice {
  readonly transport: 'native' | 'fetch'
  readonly reason: string
}

// biome-ignore format: rows
const NATIVE        = { transport: 'native', reason: 'the default' } as const
const FORCED_NATIVE = { transport: 'native', reason: 'CORRECTOVER_TRANSPORT=native' } as const
const FORCED_FETCH = { transport: 'fetch', reason: 'CORRECTOVER_TRANSPORT=fetch' } as const
const OWN_FETCH = { transport: 'fetch', reason: 'the client brought its own fetch' } as const
const OWN_DISPATCHER = { transport: 'fetch', reason: 'the client brought its own dispatcher' } as const
const CONFIGURED = { transport: 'fetch', reason: 'the configuration says so' } as const
const GLOBAL_FETCH = { transport: 'fetch', reason: 'the global fetch was replaced' } as const
const GLOBAL_DISPATCHER = { transport: 'fetch', reason: "undici's global dispatcher was replaced" } as const

/** What a client brought beside the request. */
export interface Brought {
  readonly configured: boolean
  readonly ownFetch: boolean
  readonly init: RequestInit | undefined
}

export function choose({ configured, ownFetch, init }: Brought, forced: string | undefined): Choice {
  if (forced === 'native') return FORCED_NATIVE
  if (forced === 'fetch') return FORCED_FETCH
  if (configured) return CONFIGURED
  if (ownFetch) return OWN_FETCH
  if ((init as { dispatcher?: unknown } | undefined)?.dispatcher) return OWN_DISPATCHER
  if (!isOriginal(globalThis.fetch)) return GLOBAL_FETCH
  return dispatcherReplaced() ? GLOBAL_DISPATCHER : NATIVE
}

const originals = new WeakMap<object, boolean>()

/** Whether it is the runtime's own fetch, be it under the patch of Next.js, which only caches. */
export function isOriginal(fetch: unknown): boolean {
  if (typeof fetch !== 'function') return false
  let known = originals.get(fetch)
  if (known === undefined) {
    known = looksOriginal(fetch as Patched)
    originals.set(fetch, known)
  }
  return known
}

interface Patched {
  readonly name: string
  readonly __nextPatched?: boolean
  readonly _nextOriginalFetch?: unknown
}

/**
 * A mock may have been installed before this file was loaded, so there is nothing to compare with but the text: Node's
 * own is a function that loads undici when it is first called, and no other has this text.
 */
function looksOriginal(fetch: Patched): boolean {
  if (fetch.__nextPatched) return fetch._nextOriginalFetch === undefined || isOriginal(fetch._nextOriginalFetch)
  if (fetch.name !== 'fetch') return false
  const text = Function.prototype.toString.call(fetch)
  return text.includes('internal/deps/undici/undici') || text.includes('lazyUndici') || text.includes('[native code]')
}

interface Dispatcher {
  readonly dispatch: unknown
}

/** The second since undici 8. Loading any undici sets both to a plain Agent, which replaces nothing. */
const DISPATCHERS = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')] as const

/** The second is undici 8's way to be seen by older ones; what it wraps stands under its own symbol. */
const PLAIN: ReadonlySet<string> = new Set(['Agent', 'Dispatcher1Wrapper'])

function dispatcherReplaced(): boolean {
  return DISPATCHERS.some((symbol) => {
    const dispatcher = (globalThis as { [symbol: symbol]: Dispatcher | undefined })[symbol]
    if (dispatcher === undefined) return false
    const { name } = dispatcher.constructor
    // Node itself installs this one when asked to honour the proxy variables, and so do we.
    if (name === 'EnvHttpProxyAgent' && process.env.NODE_USE_ENV_PROXY) return false
    // `agent.compose(…)` is a proxy that differs from its agent in this method alone.
    return !PLAIN.has(name) || dispatcher.dispatch !== Object.getPrototypeOf(dispatcher).dispatch
  })
}
