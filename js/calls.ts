// The calls in flight, and what the core says of them. The core wakes us once when something is ready and hands over all
// of it; a promise per call lives here and nowhere else.
//
// While somebody waits (for an answer, for the next piece of a stream) the process is kept alive and this object with it;
// otherwise neither.

import type { AsyncResource } from 'node:async_hooks'
import { type Answers, answer } from './asks.ts'
import type { Listeners } from './listeners.ts'
import type { Addon, NativeEngine } from './native.ts'
import type { Delivery } from './registry.ts'
import { Stream, type StreamedBody } from './stream.ts'

/** What is to be begun; strings cross as they are. */
export interface Begin {
  readonly flags: number
  readonly url: string
  readonly headers: string
  readonly body: string | Uint8Array
  readonly contract: number
  readonly deadlineMs: number
  readonly options: string | null
}

/** Bits of `begin`. */
export const CHAT = 1
export const OBSERVE = 2
export const FETCH_TRANSPORT = 4
/** The deadline is the client's timeout, which a stream that has begun is not bound by. */
export const PATIENT = 8

/** One call: where its end is told, and what the core may ask of it on the way. */
export interface Call {
  readonly signal: AbortSignal | undefined
  /** Where the caller's code ran: its listeners, checks and fetch run there again. */
  readonly context: AsyncResource | undefined
  /** For what the core may ask on the way; `undefined` where it can ask nothing. */
  readonly answers: Answers | undefined
  done(status: number, headers: string, body: string | Uint8Array<ArrayBuffer>, report: string, refused: boolean): void
  /** A stream has begun, and this is its report so far; what is returned is given the whole one at the end. */
  head(status: number, headers: string, body: StreamedBody, report: string): Delivery
  fail(error: unknown): void
  aborted(reason: unknown): void
}

/** Of the messages of the core, by their first field. */
export const DONE = 0
export const HEAD = 1
export const CHUNK = 2
export const END = 3
const EVENT = 7

/** Held while somebody waits, because nothing else leads to a queue whose engine was let go. */
const awaited = new Set<Calls>()

/** A queue whose engine nobody holds any more must be free to go: the core holds this function, not the queue. */
export function connect(addon: Addon, config: string, listeners: Listeners): Calls {
  let queue: WeakRef<Calls> | undefined
  const native = new addon.Engine(config, () => queue?.deref()?.drain())
  const calls = new Calls(native, listeners)
  queue = new WeakRef(calls)
  return calls
}

export class Calls {
  readonly native: NativeEngine
  readonly #listeners: Listeners
  readonly #waiting = new Map<number, Entry>()
  readonly #streams = new Map<number, Stream>()
  /** Streams that were forgotten half-way: their connections must not stay. */
  readonly #forgotten = new FinalizationRegistry<Stream>((stream) => stream.cancel())
  /** Crosses as 32 bits. */
  #lastId = 0
  #awaited = 0
  #preparing = 0
  #starts = false
  #whenEnded: (() => void)[] = []

  constructor(native: NativeEngine, listeners: Listeners) {
    this.native = native
    this.#listeners = listeners
  }

  begin(call: Call, { flags, url, headers, body, contract, deadlineMs, options }: Begin): void {
    if (call.signal?.aborted) return call.aborted(call.signal.reason)
    this.#lastId = (this.#lastId + 1) >>> 0
    const id = this.#lastId
    this.native.begin(id, flags, url, headers, body, contract, deadlineMs, options)
    if (!this.#starts) {
      this.#starts = true
      // Behind the last of a burst: whatever follows the answers of one wake.
      process.nextTick(this.#start)
    }
    const entry = new Entry(this, id, call)
    this.#waiting.set(id, entry)
    if (call.context !== undefined && this.#listeners.listening) this.#listeners.remember(id, call.context)
    call.signal?.addEventListener('abort', entry)
    this.wait()
  }

  readonly #start = (): void => {
    this.#starts = false
    this.native.start()
  }

  drain(): void {
    const messages = this.native.drain()
    for (let at = 0; at < messages.length; at += 7) {
      const id = messages[at + 1] as number
      try {
        this.#receive(messages[at] as number, id, messages, at + 2)
      } catch (error) {
        // What goes wrong with one call must not take along those behind it.
        this.#settle(id)?.fail(error)
      }
    }
  }

  #receive(kind: number, id: number, messages: readonly unknown[], at: number): void {
    // biome-ignore lint/suspicious/noExplicitAny: the types of a message are said by its kind
    const field = (index: number): any => messages[at + index]
    switch (kind) {
      case DONE: {
        const call = this.#settle(id)
        // Of a stream there is only one thing left to say whole: that we broke it.
        if (call === undefined) return this.#streams.get(id)?.fail(new TypeError('terminated'))
        try {
          return call.done(field(0), field(1), field(2), field(3), field(4) === 1)
        } catch (error) {
          // Nobody else can end it: it is no longer among those that wait.
          return call.fail(error)
        }
      }
      case HEAD:
        return this.#open(id, field(0), field(1), field(3))
      case CHUNK:
        return this.#streams.get(id)?.push(field(0))
      case END:
        return this.#streams.get(id)?.end(field(0), field(3))
      case EVENT:
        return this.#listeners.emit(field(0), field(1), id)
      default: {
        const entry = this.#waiting.get(id)
        if (entry) answer(kind, this.native, entry.call, field)
      }
    }
  }

  /** Abort by the caller: the answer to it does not wait for the core. */
  abort(id: number, reason: unknown): void {
    this.native.cancel(id)
    this.#listeners.forget(id)
    this.#settle(id)?.aborted(reason)
    this.#streams.get(id)?.fail(reason)
  }

  #settle(id: number): Call | undefined {
    const entry = this.#waiting.get(id)
    if (entry === undefined) return undefined
    this.#waiting.delete(id)
    entry.call.signal?.removeEventListener('abort', entry)
    this.waited()
    entry.call.answers?.upstream?.abandon()
    this.#checkEnded()
    return entry.call
  }

  #open(id: number, status: number, headers: string, report: string): void {
    const call = this.#waiting.get(id)?.call
    if (call === undefined) return
    const stream = new Stream(this, id, call.signal)
    const body = stream.body()
    this.#streams.set(id, stream)
    this.#settle(id)
    this.#forgotten.register(body.stream, stream, stream)
    call.signal?.addEventListener('abort', stream)
    try {
      stream.delivery = call.head(status, headers, body, report)
    } catch (error) {
      stream.cancel()
      call.fail(error)
    }
  }

  close(id: number, stream: Stream): void {
    this.#streams.delete(id)
    this.#listeners.forget(id)
    this.#forgotten.unregister(stream)
    this.#checkEnded()
  }

  wait(): void {
    if (this.#awaited++ > 0) return
    awaited.add(this)
    this.native.ref()
  }

  waited(): void {
    if (--this.#awaited > 0) return
    awaited.delete(this)
    this.native.unref()
  }

  /** A call whose request is still being read counts as one. */
  preparing<T>(request: Promise<T>): Promise<T> {
    this.#preparing++
    const done = () => {
      this.#preparing--
      // Behind whatever the request was read for.
      setImmediate(() => this.#checkEnded())
    }
    request.then(done, done)
    return request
  }

  /** When every call has ended, streams to their last piece. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEnded.push(resolve)
      this.#checkEnded()
    })
  }

  #checkEnded(): void {
    const running = this.#waiting.size + this.#streams.size + this.#preparing
    if (running > 0) return
    for (const resolve of this.#whenEnded.splice(0)) resolve()
  }
}

class Entry {
  readonly #calls: Calls
  readonly #id: number
  readonly call: Call

  constructor(calls: Calls, id: number, call: Call) {
    this.#calls = calls
    this.#id = id
    this.call = call
  }

  handleEvent(): void {
    this.#calls.abort(this.#id, this.call.signal?.reason)
  }
}
