// Who wants to hear what. A listener is told after the fact and can do no harm: what it throws becomes a warning of the
// process, and the call goes on.

import type { AsyncResource } from 'node:async_hooks'

// biome-ignore lint/suspicious/noExplicitAny: each event has a payload of its own; index.d.ts says which
type Listener = (payload: any) => unknown

export class Listeners {
  readonly #byEvent = new Map<string, Map<Listener, { readonly once: boolean }>>()
  /** Where the callers of the calls in flight were; only kept while somebody listens. */
  readonly #contexts = new Map<number, AsyncResource>()
  #count = 0
  /** Told when the first listener comes and when the last one goes. */
  onChange: (listening: boolean) => void = () => {}

  get listening(): boolean {
    return this.#count > 0
  }

  add(event: string, listener: Listener, once: boolean): void {
    if (typeof listener !== 'function') throw new TypeError('The "listener" argument must be of type function')
    const listeners = this.#byEvent.get(event) ?? new Map()
    this.#byEvent.set(event, listeners)
    if (listeners.has(listener)) return
    listeners.set(listener, { once })
    if (++this.#count === 1) this.onChange(true)
  }

  remove(event: string, listener: Listener): void {
    if (!this.#byEvent.get(event)?.delete(listener)) return
    if (--this.#count > 0) return
    this.#contexts.clear()
    this.onChange(false)
  }

  /** The events of call `id` are told where its caller was. */
  remember(id: number, context: AsyncResource): void {
    this.#contexts.set(id, context)
  }

  forget(id: number): void {
    this.#contexts.delete(id)
  }

  /** From the core: the payload is JSON. */
  emit(event: string, payload: string, id: number): void {
    const context = this.#contexts.get(id)
    if (event === 'call-end') this.#contexts.delete(id)
    if (!this.#byEvent.get(event)?.size) return
    const parsed: unknown = JSON.parse(payload)
    if (context) context.runInAsyncScope(() => this.tell(event, parsed))
    else this.tell(event, parsed)
  }

  tell(event: string, payload: unknown): void {
    for (const [listener, { once }] of [...(this.#byEvent.get(event) ?? [])]) {
      if (once) this.remove(event, listener)
      try {
        const result = listener(payload)
        if (result instanceof Promise) result.catch((error) => warn(event, error))
      } catch (error) {
        warn(event, error)
      }
    }
  }
}

function warn(event: string, error: unknown): void {
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.emitWarning(`a listener of correctover's "${event}" failed: ${said}`, 'CorrectoverWarning')
}
