// Options of a call and of a scope. The same fields mean the same everywhere; what a scope lacks is what belongs to one
// call alone.

import { ConfigError } from '../errors.ts'
import { type ContractSettings, readContract } from './contract.ts'
import * as is from './kind.ts'
import { attempt, describe } from './untrusted.ts'

/** The contract is what this call or scope adds: it is still to be merged over what surrounds it. */
export interface ScopeSettings {
  readonly contract?: ContractSettings
  readonly deadlineMs?: number
  readonly maxAttempts?: number
  readonly route?: string
}

export interface CallSettings extends ScopeSettings {
  readonly signal?: AbortSignal
  readonly idempotencyKey?: string
}

/** What options may refer to by name. */
export interface Names {
  readonly contracts: ReadonlyMap<string, ContractSettings>
  readonly providers: readonly string[]
}

const NONE: CallSettings = Object.freeze({})

const signal: is.Kind<AbortSignal> = {
  expected: 'an AbortSignal',
  read(value, at) {
    const fits = attempt(() => isSignal(value), at, this.expected)
    if (!fits) throw new ConfigError(at, this.expected, describe(value))
    return value as AbortSignal
  },
}

/** By shape: signals of polyfills and of other realms are signals. */
function isSignal(value: unknown): boolean {
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>
  return typeof aborted === 'boolean' && typeof addEventListener === 'function'
}

export interface OptionReaders {
  call(options: unknown): CallSettings
  scope(options: unknown): ScopeSettings
}

/** Made once for an engine: every call comes through here. */
export function optionReaders(names: Names): OptionReaders {
  // biome-ignore format: rows
  const shared = {
    contract:    contractOf(names),
    deadlineMs:  is.milliseconds,
    maxAttempts: is.whole(1, 100),
    route:       is.oneOf(...names.providers),
  }
  const scope = is.object(shared, 'options')
  const call = is.object({ ...shared, signal, idempotencyKey: is.name }, 'options')
  return {
    call: (options) => (options === undefined ? NONE : call.read(options, 'options')),
    scope: (options) => scope.read(options, 'options'),
  }
}

/** A contract, or the name of one. */
export function contractOf({ contracts }: Pick<Names, 'contracts'>): is.Kind<ContractSettings> {
  // A contract that comes with every call is read once. What its author changes in it later is not seen.
  const known = new WeakMap<object, ContractSettings>()
  return {
    expected: 'a contract, or the name of a configured one',
    read(value, at) {
      if (typeof value === 'object' && value !== null) {
        const settings = known.get(value) ?? readContract(value, at)
        known.set(value, settings)
        return settings
      }
      if (typeof value !== 'string') return readContract(value, at)
      const named = contracts.get(is.oneOf(...contracts.keys()).read(value, at))
      if (named === undefined) throw new ConfigError(at, this.expected, describe(value))
      return named
    },
  }
}
