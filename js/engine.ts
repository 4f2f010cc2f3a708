// The public classes. What they do stands in the files that they call; see index.d.ts for what they promise.

import type * as api from '../index.d.ts'
import { chat } from './chat.ts'
import { Core, type Layer } from './core.ts'
import { createFetch } from './fetch.ts'
import { classify, validate } from './validate.ts'

/** What stands behind an engine or a scope; not for users. */
export interface Handle {
  readonly core: Core
  readonly layer: Layer
}

const handles = new WeakMap<object, Handle>()

export function handleOf(engine: object): Handle | undefined {
  return handles.get(engine)
}

export class CorrectoverEngine implements api.CorrectoverEngine {
  readonly mode: api.Mode
  readonly fetch: typeof globalThis.fetch
  readonly #core: Core

  constructor(config?: api.EngineConfig) {
    const core = new Core(config)
    this.#core = core
    this.mode = core.settings.mode
    this.fetch = createFetch(core, core.base)
    handles.set(this, { core, layer: core.base })
  }

  static async create(config?: api.EngineConfig): Promise<CorrectoverEngine> {
    return new CorrectoverEngine(config)
  }

  chat<const S extends api.SchemaInput | false = never>(
    input: api.ChatInput,
    options?: api.CallOptions<S>,
  ): Promise<api.ChatResult<api.SchemaOutput<S>>> {
    return chat(this.#core, this.#core.base, input, options) as Promise<api.ChatResult<api.SchemaOutput<S>>>
  }

  run<const S extends api.SchemaInput | false = never>(
    input: api.ChatInput,
    options?: api.CallOptions<S>,
  ): Promise<api.ChatResult<api.SchemaOutput<S>>> {
    return this.chat(input, options)
  }

  validate(input: api.ValidateInput, contract?: api.Contract | string): api.Validation {
    return validate(this.#core, this.#core.base, input, contract)
  }

  classify(input: api.ClassifyInput): api.Fault | null {
    return classify(this.#core, input)
  }

  report(value: unknown): api.Report | undefined {
    return this.#core.registry.find(value)
  }

  with<T>(options: api.ScopeOptions, body: () => T): T {
    return this.#core.with(options, body)
  }

  scope(options: api.ScopeOptions): api.Scope {
    return new Scope(this.#core, this.#core.scope(this.#core.base, options))
  }

  health(): api.Health {
    return JSON.parse(this.#core.calls.native.health())
  }

  on<Name extends keyof api.Events>(event: Name, listener: (payload: api.Events[Name]) => void): this {
    this.#core.listeners.add(event, listener, false)
    return this
  }

  off<Name extends keyof api.Events>(event: Name, listener: (payload: api.Events[Name]) => void): this {
    this.#core.listeners.remove(event, listener)
    return this
  }

  once<Name extends keyof api.Events>(event: Name, listener: (payload: api.Events[Name]) => void): this {
    this.#core.listeners.add(event, listener, true)
    return this
  }

  close(): Promise<void> {
    return this.#core.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

class Scope implements api.Scope {
  readonly chat: api.Scope['chat']
  readonly run: api.Scope['run']
  readonly validate: api.Scope['validate']
  readonly fetch: typeof globalThis.fetch

  constructor(core: Core, layer: Layer) {
    this.chat = ((input: api.ChatInput, options?: api.CallOptions) =>
      chat(core, layer, input, options)) as api.Scope['chat']
    this.run = this.chat
    this.validate = (input, contract) => validate(core, layer, input, contract)
    this.fetch = createFetch(core, layer)
    handles.set(this, { core, layer })
  }
}
