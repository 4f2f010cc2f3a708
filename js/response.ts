// The answer as an SDK sees it: a `Response` in every respect, made only as far as it is looked at. A buffered answer
// is one string that `text()` hands on; the real `Response` is built when somebody asks for a stream, a blob or a form.

import { LazyHeaders } from './headers.ts'

/** What belongs to an answer beside its body. */
export interface Head {
  readonly status: number
  /** `name\nvalue\n…` */
  readonly headers: string
  readonly url: string
  readonly signal: AbortSignal | undefined
  /** Whatever the answer is to be known by; see registry.ts. */
  readonly origin: unknown
}

/** These have no body at all, by the Fetch standard. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304])

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null

export class LazyResponse implements Response {
  readonly #head: Head
  readonly #headers: LazyHeaders
  readonly #body: Body
  /** The text was taken without a real response being made. */
  #taken = false
  #real: Response | undefined

  constructor(head: Head, body: Body) {
    if (!real) become()
    this.#head = head
    this.#headers = new LazyHeaders(head.headers, head.origin)
    this.#body = WITHOUT_BODY.has(head.status) ? null : body
  }

  static originOf(value: object): unknown {
    return #head in value ? value.#head.origin : undefined
  }

  get headers(): LazyHeaders {
    return this.#headers
  }

  get status(): number {
    return this.#head.status
  }

  get ok(): boolean {
    return this.#head.status >= 200 && this.#head.status <= 299
  }

  /** Not transmitted by HTTP/2, and by HTTP/1.1 only as an ornament: the usual phrase of the status. */
  get statusText(): string {
    return process.getBuiltinModule('node:http').STATUS_CODES[this.#head.status] ?? ''
  }

  get url(): string {
    return this.#head.url.split('#', 1)[0] as string
  }

  get redirected(): boolean {
    return false
  }

  get type(): Response['type'] {
    return 'basic'
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    return this.#whole().body
  }

  get bodyUsed(): boolean {
    return this.#real === undefined ? this.#taken : this.#real.bodyUsed
  }

  text(): Promise<string> {
    if (typeof this.#body !== 'string' || this.#real !== undefined || this.#taken) return this.#whole().text()
    this.#taken = true
    const { signal } = this.#head
    if (signal?.aborted) return Promise.reject(signal.reason)
    // WHATWG's "UTF-8 decode" drops one byte order mark; an answer that begins with one is no JSON otherwise.
    return Promise.resolve(this.#body.charCodeAt(0) === 0xfeff ? this.#body.slice(1) : this.#body)
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#whole().arrayBuffer()
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    // `Response.bytes` is younger than Node 20.
    return new Uint8Array(await this.arrayBuffer())
  }

  blob(): Promise<Blob> {
    return this.#whole().blob()
  }

  formData(): Promise<FormData> {
    return this.#whole().formData()
  }

  clone(): LazyResponse {
    const untouched = this.#real === undefined && !this.#taken && !(this.#body instanceof ReadableStream)
    if (untouched) return new LazyResponse(this.#head, this.#body)
    return new LazyResponse(this.#head, this.#whole().clone().body)
  }

  /** The real one, in the state that this one is in. Only its body counts: all else is answered above. */
  #whole(): Response {
    if (this.#real !== undefined) return this.#real
    const type = this.#headers.get('content-type')
    this.#real = new Response(this.#source(), type === null ? {} : { headers: { 'content-type': type } })
    if (this.#taken) this.#real.text().catch(() => {})
    return this.#real
  }

  #source(): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null {
    const { signal } = this.#head
    if (this.#body === null || this.#body instanceof ReadableStream) return this.#body
    // As with fetch, the body of an aborted request cannot be read, even if all of it has arrived.
    if (signal?.aborted) return new ReadableStream({ start: (controller) => controller.error(signal.reason) })
    return typeof this.#body === 'string' ? Buffer.from(this.#body) : this.#body
  }
}

let real = false

/** See headers.ts. */
function become(): void {
  Reflect.deleteProperty(LazyResponse.prototype, 'constructor')
  Object.setPrototypeOf(LazyResponse.prototype, Response.prototype)
  real = true
}
