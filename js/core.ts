// What an engine, its scopes and its wrapped clients share. The public classes are thin faces of it.

import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import type { Answers } from './asks.ts'
import { type Calls, connect, FETCH_TRANSPORT, OBSERVE } from './calls.ts'
import {
  type Brand,
  type OptionReaders,
  optionReaders,
  readConfig,
  type ScopeSettings,
  type Settings,
} from './config.ts'
import { type Contract, Contracts } from './contracts.ts'
import { fromThrown } from './errors.ts'
import { Listeners } from './listeners.ts'
import { type Addon, addon } from './native.ts'
import { Registry } from './registry.ts'
import type { Upstream } from './upstream.ts'

/** Options in force: an engine's own, then what scopes and `with` lay over them. */
export interface Layer {
  readonly contract: Contract
  readonly deadlineMs: number | undefined
  readonly maxAttempts: number | undefined
  readonly route: string | undefined
}

export class Core {
  readonly addon: Addon
  readonly settings: Settings
  readonly calls: Calls
  readonly contracts: Contracts
  readonly options: OptionReaders
  readonly registry = new Registry()
  readonly listeners = new Listeners()
  readonly base: Layer
  closed = false
  /** What `with` added around the running code. Made by the first `with`: before, nobody pays for it. */
  #around: AsyncLocalStorage<readonly ScopeSettings[]> | undefined

  constructor(config: unknown) {
    this.addon = addon()
    this.settings = readConfig(config, { brands: brandsOf(this.addon), env: process.env })
    this.options = optionReaders(this.settings)
    try {
      this.calls = connect(this.addon, this.settings.json, this.listeners)
    } catch (error) {
      throw fromThrown(error)
    }
    this.contracts = new Contracts(this.calls.native, this.settings.contract)
    this.base = { contract: this.contracts.own, deadlineMs: undefined, maxAttempts: undefined, route: undefined }
    this.listeners.onChange = (listening) => this.calls.native.setListening(listening)
  }

  /** `over` on top of `layer`. */
  lay(layer: Layer, over: ScopeSettings, at: string): Layer {
    return {
      contract: this.contracts.merged(layer.contract, over.contract, at),
      deadlineMs: over.deadlineMs ?? layer.deadlineMs,
      maxAttempts: over.maxAttempts ?? layer.maxAttempts,
      route: over.route ?? layer.route,
    }
  }

  scope(layer: Layer, options: unknown): Layer {
    return this.lay(layer, this.options.scope(options), 'options.contract')
  }

  with<T>(options: unknown, body: () => T): T {
    const over = this.options.scope(options)
    this.#around ??= new AsyncLocalStorage()
    const around = [...(this.#around.getStore() ?? []), over]
    // Now, so that a contract that cannot be compiled is an error here and not in every call inside.
    around.reduce((layer, over) => this.lay(layer, over, 'options.contract'), this.base)
    return this.#around.run(around, body)
  }

  /** What is in force here, for a call made through `layer`. */
  here(layer: Layer): Layer {
    const around = this.#around?.getStore()
    return around === undefined
      ? layer
      : around.reduce((under, over) => this.lay(under, over, 'options.contract'), layer)
  }

  /** Bits of `begin` that every call has. */
  flags(fetch: boolean): number {
    return (this.settings.mode === 'observe' ? OBSERVE : 0) | (fetch ? FETCH_TRANSPORT : 0)
  }

  /** What the core may ask of a call under this contract; nothing, for most. */
  answers(contract: Contract, upstream: Upstream | undefined): Answers | undefined {
    const { keys } = this.settings
    const asks = upstream !== undefined || contract.asks || keys.size > 0
    return asks ? { upstream, contract, keys, output: undefined } : undefined
  }

  /** Kept only where the caller's own code may have to run again: keeping it costs more than all else here. */
  context(asks: boolean): AsyncResource | undefined {
    return asks || this.listeners.listening ? new AsyncResource('correctover') : undefined
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await this.calls.ended()
    this.calls.native.close()
  }
}

let brands: readonly Brand[] | undefined

function brandsOf(addon: Addon): readonly Brand[] {
  brands ??= JSON.parse(addon.brands()) as readonly Brand[]
  return brands
}

/** Options of `begin` as they cross; most calls have none. */
export function crossing({ route, maxAttempts }: Layer, idempotencyKey: string | undefined): string | null {
  if (route === undefined && maxAttempts === undefined && idempotencyKey === undefined) return null
  return JSON.stringify({ route, maxAttempts, idempotencyKey })
}
