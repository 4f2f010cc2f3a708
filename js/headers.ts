// Headers of an answer as the core hands them over: one string, read when somebody asks. A real `Headers` costs more to
// make than a whole answer of ours; the SDKs call `get` a few times and `entries` once.
//
// Immutable, as the headers of every fetched response are.

import { type InspectOptions, inspect } from 'node:util'

export class LazyHeaders implements Headers {
  #flat: string
  /** `name, value, name, value …` in the order in which `Headers` tells them; only cookies come more than once. */
  #fields: readonly string[] | undefined
  /** What these headers came with: how an SDK's error, which keeps nothing else of its response, leads to a report. */
  readonly #origin: unknown

  constructor(flat: string, origin?: unknown) {
    real ??= become()
    this.#flat = flat
    this.#origin = origin
  }

  static originOf(value: object): unknown {
    return #origin in value ? value.#origin : undefined
  }

  get(name: string): string | null {
    const value = this.#find(name)
    if (value !== undefined) return value
    // biome-ignore lint/complexity/noArguments: how many there were decides what is thrown
    return isName(name) ? null : Reflect.apply(Headers.prototype.get, real?.empty, arguments)
  }

  has(name: string): boolean {
    if (this.#find(name) !== undefined) return true
    // biome-ignore lint/complexity/noArguments: as in get
    return isName(name) ? false : Reflect.apply(Headers.prototype.has, real?.empty, arguments)
  }

  #find(name: unknown): string | undefined {
    const fields = this.#read()
    const wanted = String(name).toLowerCase()
    let found: string | undefined
    for (let at = 0; at < fields.length; at += 2) {
      if (fields[at] !== wanted) continue
      const value = fields[at + 1] as string
      found = found === undefined ? value : `${found}, ${value}`
    }
    return found
  }

  getSetCookie(): string[] {
    const fields = this.#read()
    return fields.filter((_, at) => at % 2 === 1 && fields[at - 1] === 'set-cookie')
  }

  entries(): ReturnType<Headers['entries']> {
    return this.#entries().values()
  }

  keys(): ReturnType<Headers['keys']> {
    return this.#entries()
      .map(([name]) => name)
      .values()
  }

  values(): ReturnType<Headers['values']> {
    return this.#entries()
      .map(([, value]) => value)
      .values()
  }

  [Symbol.iterator](): ReturnType<Headers['entries']> {
    return this.entries()
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    if (typeof callback !== 'function') return real?.empty.forEach(callback)
    for (const [name, value] of this.#entries()) callback.call(self, value, name, this)
  }

  append(...args: [name: string, value: string]): void {
    real?.immutable.append(...args)
  }

  delete(...args: [name: string]): void {
    real?.immutable.delete(...args)
  }

  set(...args: [name: string, value: string]): void {
    real?.immutable.set(...args)
  }

  [inspect.custom](depth: number, options: InspectOptions): string {
    return inspect(new Headers(this.#entries()), { ...options, depth })
  }

  #read(): readonly string[] {
    this.#fields ??= this.#flat === '' ? [] : this.#flat.split('\n')
    return this.#fields
  }

  /** Made anew each time: the caller may do with its pairs what it likes. */
  #entries(): [string, string][] {
    const fields = this.#read()
    const entries: [string, string][] = []
    for (let at = 0; at < fields.length; at += 2) entries.push([fields[at] as string, fields[at + 1] as string])
    return entries
  }
}

const isName = (name: unknown) => typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name)

/** Real ones that say what we do not say ourselves. */
interface Real {
  /** What is thrown for a wrong name. */
  readonly empty: Headers
  /** What is thrown for a change: the only ones a script can get hold of that refuse as those of a fetched response do. */
  readonly immutable: Headers
}

let real: Real | undefined

/**
 * Makes ours instances of the class that everybody knows, without making a second one: what is not overridden above
 * (`constructor`, the tag) is the real one's. Not before the first answer, because naming `Headers` loads all of undici.
 */
function become(): Real {
  Reflect.deleteProperty(LazyHeaders.prototype, 'constructor')
  Object.setPrototypeOf(LazyHeaders.prototype, Headers.prototype)
  return { empty: new Headers(), immutable: Response.error().headers }
}
