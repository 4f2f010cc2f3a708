// What a fetch was asked to do, as far as it is a call to a language model. The common case, an SDK that passes a URL, headers and a
// JSON string, is read without building a `Request`; every other lawful form is left to a real `Request`,
// which also throws what fetch throws of an unlawful one.

export interface ModelRequest {
  readonly url: string
  /** `name\nvalue\n…`, without our own headers. */
  readonly headers: string
  readonly body: string | Uint8Array
  readonly signal: AbortSignal | undefined
  readonly asked: Asked
}

/** What the caller says of this one call in `x-correctover-*` headers, and what its SDK says of its patience. */
export interface Asked {
  contract?: string
  route?: string
  deadlineMs?: number
  /** In whole seconds: `x-stainless-timeout`, which the clients of OpenAI and Anthropic send. */
  timeoutSeconds?: number
}

/** Paths whose POST is a call to a language model. One row per dialect. */
const PATHS = [/\/chat\/completions\/?$/] as const

type Init = RequestInit | undefined

/** URLs that were asked for, as they are to be sent; `null` for those that are none of ours. SDKs repeat a few. */
const seen = new Map<string, string | null>()
const MAX_SEEN = 256

/** The address of the model that is called, or `null` for what passes through untouched. */
export function modelUrl(input: string | URL | Request, init: Init): string | null {
  const request = typeof input === 'object' && 'method' in input ? input : undefined
  const method = init?.method ?? request?.method ?? 'GET'
  if (method !== 'POST' && String(method).toUpperCase() !== 'POST') return null
  const url = typeof input === 'string' ? input : request ? request.url : String(input)
  let known = seen.get(url)
  if (known === undefined) {
    known = recognise(url)
    if (seen.size >= MAX_SEEN) seen.clear()
    seen.set(url, known)
  }
  return known
}

function recognise(text: string): string | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  // Fetch refuses credentials in a URL: let it say so.
  if (!url.protocol.startsWith('http') || url.username || url.password) return null
  return PATHS.some((path) => path.test(url.pathname)) ? url.href.slice(0, url.href.length - url.hash.length) : null
}

/** The request in the form that crosses to the core; `undefined` where its body is none that a model could read. */
export function read(
  url: string,
  input: string | URL | Request,
  init: Init,
): ModelRequest | Promise<ModelRequest> | undefined {
  const { headers, body, signal } = init ?? {}
  if (typeof input === 'string' && typeof body === 'string' && isSignal(signal)) {
    const asked: Asked = {}
    const given = headers instanceof Headers ? headers : new Headers(headers)
    let flat = flatten(given, asked)
    // As fetch does for a text whose type is not told.
    if (!given.has('content-type')) flat += `${flat && '\n'}content-type\ntext/plain;charset=UTF-8`
    return { url, headers: flat, body, signal: signal ?? undefined, asked }
  }
  return isReadable(body) ? readSlowly(url, input, init) : undefined
}

function isSignal(signal: unknown): boolean {
  return signal === undefined || signal === null || signal instanceof AbortSignal
}

/** Forms are uploads, and no model reads one. */
function isReadable(body: unknown): boolean {
  return !(body instanceof FormData || body instanceof URLSearchParams)
}

async function readSlowly(url: string, input: string | URL | Request, init: Init): Promise<ModelRequest> {
  const request = new Request(input, init)
  const asked: Asked = {}
  const headers = flatten(request.headers, asked)
  // Its own signal, not the request's: that one only follows it, and dies with the request.
  const signal = init?.signal ?? (typeof input === 'object' && 'signal' in input ? input.signal : undefined)
  const body =
    typeof init?.body === 'string' ? init.body : new Uint8Array(await unlessAborted(request.arrayBuffer(), signal))
  return { url, headers, body, signal, asked }
}

/** A body that is a stream may never end. */
function unlessAborted<T>(reading: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return reading
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason)
    if (signal.aborted) return aborted()
    signal.addEventListener('abort', aborted, { once: true })
    reading.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}

/** Whether the answer is to come as a stream; the cheap look goes first, for almost no request passes it. */
export function wantsStream(body: string | Uint8Array): boolean {
  const text = typeof body === 'string' ? body : Buffer.from(body).toString()
  if (!/"stream"\s*:\s*true/.test(text)) return false
  try {
    return JSON.parse(text).stream === true
  } catch {
    return false
  }
}

const OURS = 'x-correctover-'
const TIMEOUT = 'x-stainless-timeout'

function flatten(headers: Headers, asked: Asked): string {
  let flat = ''
  // Spread: the fastest way by far out of a `Headers`.
  for (const [name, value] of [...headers]) {
    if (name.startsWith('x-')) {
      if (name.startsWith(OURS)) {
        ask(asked, name, value)
        continue
      }
      if (name === TIMEOUT) asked.timeoutSeconds = Number(value)
    }
    flat += flat === '' ? `${name}\n${value}` : `\n${name}\n${value}`
  }
  return flat
}

/** What passes through, without what is said to us alone. */
export function withoutOurs(init: Init): Init {
  const { headers } = init ?? {}
  if (headers === undefined || headers === null) return init
  try {
    const kept = new Headers(headers)
    const ours = [...kept.keys()].filter((name) => name.startsWith(OURS))
    for (const name of ours) kept.delete(name)
    return ours.length > 0 ? { ...init, headers: kept } : init
  } catch {
    // Unlawful ones: fetch says so best.
    return init
  }
}

function ask(asked: Asked, name: string, value: string): void {
  switch (name.slice(OURS.length)) {
    case 'contract':
      asked.contract = value
      break
    case 'route':
      asked.route = value
      break
    case 'deadline-ms':
      asked.deadlineMs = Number(value)
      break
  }
}
