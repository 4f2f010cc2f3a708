// How a report is found again by what a client returned. SDKs keep little of a response: parsed answers carry its
// request id, streams their abort signal, errors its headers. A key that two calls share leads to neither: no report is
// better than another call's.

import type * as api from '../index.d.ts'
import { CorrectoverError } from './errors.ts'
import { LazyHeaders } from './headers.ts'
import { LazyResponse } from './response.ts'

/** What was delivered by one call; its report is parsed when somebody asks. */
export class Delivery {
  readonly registry: Registry
  /** JSON, read when somebody asks. */
  #text: string
  #report: api.Report | undefined

  constructor(registry: Registry, text: string) {
    this.registry = registry
    this.#text = text
  }

  /** A stream has ended: now the whole story is known. */
  replace(text: string): void {
    this.#text = text
    this.#report = undefined
  }

  get report(): api.Report {
    this.#report ??= JSON.parse(this.#text) as api.Report
    return this.#report
  }
}

/** Calls that a request id is remembered for, about ten megabytes of reports. */
const WINDOW = 10_000

interface Remembered {
  /** `null`: more than one call has used the id. */
  readonly delivery: Delivery | null
  readonly slot: number
}

export class Registry {
  readonly #byRequestId = new Map<string, Remembered>()
  /** The ids of the window in turn. The first key of a `Map` would say the same, but finding it grows with deletions. */
  readonly #ring: string[] = []
  #slot = 0
  readonly #bySignal = new WeakMap<AbortSignal, Delivery | null>()

  addRequestId(id: string, delivery: Delivery): void {
    const slot = this.#slot
    this.#slot = (slot + 1) % WINDOW
    const oldest = this.#ring[slot]
    // An id that came again later lives on in its later slot: so does its ambiguity.
    if (oldest !== undefined && this.#byRequestId.get(oldest)?.slot === slot) this.#byRequestId.delete(oldest)
    this.#ring[slot] = id
    this.#byRequestId.set(id, { delivery: this.#byRequestId.has(id) ? null : delivery, slot })
  }

  addSignal(signal: AbortSignal, delivery: Delivery): void {
    this.#bySignal.set(signal, this.#bySignal.has(signal) ? null : delivery)
  }

  find(value: unknown): api.Report | undefined {
    try {
      return this.#delivery(value)?.report ?? (CorrectoverError.isInstance(value) ? value.report : undefined)
    } catch {
      // A getter of a foreign object threw: then it is nothing of ours.
      return undefined
    }
  }

  #delivery(value: unknown): Delivery | undefined {
    if (typeof value === 'string') return this.#byRequestId.get(value)?.delivery ?? undefined
    if (typeof value !== 'object' || value === null) return undefined
    const { headers, response, controller, _request_id } = value as Traces
    const origin = originOf(value) ?? originOf(headers) ?? originOf(response)
    if (origin instanceof Delivery) return origin.registry === this ? origin : undefined
    const signal = controller?.signal ?? value
    if (signal instanceof AbortSignal && this.#bySignal.has(signal)) return this.#bySignal.get(signal) ?? undefined
    return typeof _request_id === 'string' ? (this.#byRequestId.get(_request_id)?.delivery ?? undefined) : undefined
  }
}

/** Where SDKs leave a trace of the response: errors, `withResponse()`, streams, parsed answers. */
interface Traces {
  readonly headers?: unknown
  readonly response?: unknown
  readonly controller?: { readonly signal?: unknown }
  readonly _request_id?: unknown
}

function originOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return LazyResponse.originOf(value) ?? LazyHeaders.originOf(value)
}
