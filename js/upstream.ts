// The user's own fetch as transport: each attempt of the core becomes one call of it, in the shape in which the client
// itself would have made it.

import type * as api from '../index.d.ts'
import type { ModelRequest } from './request.ts'

/** Why a fetch failed, in the words of the core's table of faults, by the code that undici, Node or OpenSSL gives. */
// biome-ignore format: rows
const FAULT_OF_CODE: Readonly<Record<string, string>> = {
  ENOTFOUND:                       'dns_failure',
  EAI_AGAIN:                       'dns_failure',
  ECONNREFUSED:                    'connect_refused',
  UND_ERR_CONNECT_TIMEOUT:         'connect_timeout',
  ETIMEDOUT:                       'connect_timeout',
  ENETUNREACH:                     'network_unreachable',
  EHOSTUNREACH:                    'network_unreachable',
  EADDRNOTAVAIL:                   'host_exhausted',
  EMFILE:                          'host_exhausted',
  CERT_HAS_EXPIRED:                'tls_certificate_expired',
  ERR_TLS_CERT_ALTNAME_INVALID:    'tls_wrong_host',
  DEPTH_ZERO_SELF_SIGNED_CERT:     'tls_untrusted',
  SELF_SIGNED_CERT_IN_CHAIN:       'tls_untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls_untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls_untrusted',
  EPROTO:                          'tls_handshake_failed',
  ECONNRESET:                      'connection_reset',
  EPIPE:                           'connection_reset',
  UND_ERR_SOCKET:                  'connection_reset',
  UND_ERR_HEADERS_TIMEOUT:         'first_byte_timeout',
  UND_ERR_BODY_TIMEOUT:            'idle_timeout',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'body_truncated',
}

/** Larger than any answer of a model. What comes beyond it is not kept. */
const MAX_BODY = 64 * 1024 * 1024

export interface Sent {
  readonly status: number
  readonly headers: string
  readonly body: Uint8Array | null
  readonly error: string | null
}

export class Upstream {
  readonly #fetch: typeof globalThis.fetch
  /** What the client gave beside method, headers, body and signal: dispatchers, options of frameworks. */
  readonly #init: RequestInit
  readonly #plainHeaders: boolean
  readonly #abort = new AbortController()
  /** What the fetch threw last. */
  thrown: unknown

  constructor(fetch: typeof globalThis.fetch, init: RequestInit | undefined, mode: api.Mode) {
    this.#fetch = fetch
    // A redirect would carry the key to wherever the provider, or whoever answers for it, points.
    const redirect = init?.redirect === 'error' ? 'error' : 'manual'
    this.#init = mode === 'observe' ? { ...init } : { ...init, redirect }
    this.#plainHeaders = this.#init.headers !== undefined && !(this.#init.headers instanceof Headers)
  }

  /** The call is settled: whatever is still under way is not waited for. */
  abandon(): void {
    this.#abort.abort()
  }

  /** One attempt of the core. */
  async send(url: string, flat: string, body: string | Uint8Array<ArrayBuffer>): Promise<Sent> {
    try {
      const response = await this.#request(url, flat, body, { signal: this.#abort.signal })
      const bytes = await read(response)
      if (bytes === undefined) return failed(`body_too_large more than ${MAX_BODY} bytes`)
      return { status: response.status, headers: flatten(response.headers), body: bytes, error: null }
    } catch (error) {
      this.thrown = error
      return failed(explain(error))
    }
  }

  /** A stream does not cross to the core and back: it goes through as it comes. */
  pass({ url, headers, body, signal }: ModelRequest): Promise<Response> {
    return this.#request(url, headers, body as string | Uint8Array<ArrayBuffer>, { signal: signal ?? null })
  }

  #request(url: string, flat: string, body: string | Uint8Array<ArrayBuffer>, own: RequestInit): Promise<Response> {
    const headers = new Headers(pairsOf(flat))
    // Of the core's own transport: a fetch says these itself.
    headers.delete('host')
    headers.delete('accept-encoding')
    const fetch = this.#fetch
    return fetch(url, {
      ...this.#init,
      method: 'POST',
      headers: this.#plainHeaders ? Object.fromEntries(headers) : headers,
      body,
      ...own,
    })
  }
}

function failed(error: string): Sent {
  return { status: 0, headers: '', body: null, error }
}

function pairsOf(flat: string): [string, string][] {
  const fields = flat === '' ? [] : flat.split('\n')
  return Array.from({ length: fields.length / 2 }, (_, at) => [fields[2 * at] ?? '', fields[2 * at + 1] ?? ''])
}

/** As they came, those included that describe the body on the wire: fetch shows them too. */
function flatten(headers: Headers): string {
  return [...headers].map(([name, value]) => `${name.toLowerCase()}\n${value}`).join('\n')
}

/** Mocks may answer with less than a `Response`: a `text` is enough. */
async function read(response: Response): Promise<Uint8Array | undefined> {
  const reader = typeof response.body?.getReader === 'function' ? response.body.getReader() : undefined
  if (reader === undefined) return Buffer.from(await response.text())
  const chunks: Uint8Array[] = []
  let size = 0
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    chunks.push(piece.value)
    size += piece.value.byteLength
    if (size > MAX_BODY) {
      await reader.cancel()
      return undefined
    }
  }
  return Buffer.concat(chunks, size)
}

/** The name of the fault, then what the error says of itself: undici hides the reason in `cause`. */
function explain(error: unknown): string {
  let text = ''
  let reason: unknown = error
  for (let depth = 0; depth < 8 && reason instanceof Error; depth++) {
    const { code, message, cause } = reason as NodeJS.ErrnoException
    text = message
    if (code !== undefined && FAULT_OF_CODE[code]) return `${FAULT_OF_CODE[code]} ${message}`
    if (reason.name === 'TimeoutError') return `total_timeout ${message}`
    reason = cause
  }
  return `connection_reset ${text || String(error)}`
}
