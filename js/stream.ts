// The body of a streamed answer: a web stream that takes from the core one piece per read; the core reads a few ahead and
// no more, so that a slow reader slows the provider. A stream that nobody reads keeps neither the process nor, once it is
// collected, the connection.

import type { Calls } from './calls.ts'
import type { Delivery } from './registry.ts'

/** For the end of a stream to arrive behind its marker. */
const GRACE_MS = 20

/** Holds its body only while a read is waiting: a stream that nobody can read any more is to be collected. */
export class Stream {
  readonly #calls: Calls
  readonly #id: number
  readonly #signal: AbortSignal | undefined
  #weak: WeakRef<StreamedBody> | undefined
  #read: StreamedBody | undefined
  #left: NodeJS.Timeout | undefined
  delivery: Delivery | undefined

  constructor(calls: Calls, id: number, signal: AbortSignal | undefined) {
    this.#calls = calls
    this.#id = id
    this.#signal = signal
  }

  body(): StreamedBody {
    const body: StreamedBody = new StreamedBody({ pull: () => this.#pull(body), cancel: () => this.leave() })
    this.#weak = new WeakRef(body)
    return body
  }

  #pull(body: StreamedBody): void {
    if (this.#read !== undefined) return
    this.#read = body
    this.#calls.wait()
    this.#calls.native.pull(this.#id, 1)
  }

  push(chunk: Uint8Array): void {
    if (this.#left !== undefined) return this.cancel()
    // The read is over before the piece is handed on, for handing it on may begin the next one.
    const body = this.#weak?.deref()
    this.#waited()
    body?.push(chunk)
  }

  end(error: string | null, report: string | null): void {
    if (this.delivery !== undefined && report !== null) this.delivery.replace(report)
    // The words of undici, which SDKs know.
    if (error !== null) return this.fail(new TypeError('terminated', { cause: new Error(error) }))
    const body = this.#weak?.deref()
    this.#close()
    body?.end()
  }

  fail(error: unknown): void {
    const body = this.#weak?.deref()
    this.#close()
    body?.fail(error)
  }

  /**
   * The reader stopped. Readers of event streams stop at the marker of the end, a moment before the end itself, which
   * brings the report: it is given that moment, unless more comes.
   */
  leave(): void {
    this.#waited()
    this.#left = setTimeout(() => this.cancel(), GRACE_MS).unref()
  }

  cancel(): void {
    this.#calls.native.cancel(this.#id)
    this.#close()
  }

  handleEvent(): void {
    this.#calls.abort(this.#id, this.#signal?.reason)
  }

  #waited(): void {
    if (this.#read === undefined) return
    this.#read = undefined
    this.#calls.waited()
  }

  #close(): void {
    this.#waited()
    clearTimeout(this.#left)
    this.#signal?.removeEventListener('abort', this)
    this.#calls.close(this.#id, this)
  }
}

/** What a stream asks of the call that it belongs to. */
export interface Source {
  pull(): void
  cancel(): void
}

export class StreamedBody {
  readonly stream: ReadableStream<Uint8Array>
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #over = false

  constructor(source: Source) {
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => source.pull(),
        cancel: () => {
          this.#over = true
          source.cancel()
        },
      },
      // Nothing is read ahead.
      { highWaterMark: 0 },
    )
  }

  push(chunk: Uint8Array): void {
    // Without the methods of Buffer, whose `toString` and `slice` mean something else.
    if (!this.#over) this.#controller?.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
  }

  end(): void {
    if (this.#over) return
    this.#over = true
    this.#controller?.close()
  }

  fail(error: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#controller?.error(error)
  }
}
