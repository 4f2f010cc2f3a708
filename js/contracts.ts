// Contracts of one engine as the core knows them. Merging and compiling happen once per pair of contracts, so that a
// contract object that is passed with every call costs a lookup.

import { type ContractSettings, contractJson, mergeContracts } from './config.ts'
import { fromThrown } from './errors.ts'
import type { NativeEngine } from './native.ts'

export class Contract {
  readonly settings: ContractSettings
  readonly handle: number
  readonly over = new WeakMap<ContractSettings, Contract>()

  constructor(settings: ContractSettings, handle: number) {
    this.settings = settings
    this.handle = handle
  }

  /** Something of it runs in JavaScript. */
  get asks(): boolean {
    return this.settings.validate !== undefined || this.settings.checks.length > 0
  }
}

export class Contracts {
  readonly #native: NativeEngine
  /** The engine's own. */
  readonly own: Contract

  constructor(native: NativeEngine, own: ContractSettings) {
    this.#native = native
    this.own = new Contract(own, 0)
  }

  /**
   * `over` on top of `base`.
   *
   * @throws {ConfigError} where the core cannot compile it; `at` is where it stands in the user's words.
   */
  merged(base: Contract, over: ContractSettings | undefined, at: string): Contract {
    if (over === undefined) return base
    const known = base.over.get(over)
    if (known !== undefined) return known
    const settings = mergeContracts(base.settings, over)
    const contract = new Contract(settings, this.#compile(contractJson(settings), at))
    base.over.set(over, contract)
    return contract
  }

  #compile(json: string, at: string): number {
    try {
      return this.#native.contract(json)
    } catch (error) {
      throw fromThrown(error, at)
    }
  }
}
