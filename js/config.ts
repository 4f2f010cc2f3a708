// The configuration of an engine, read once into what cannot be wrong: one text for the core, and beside it the
// functions that only JavaScript can call. Nothing of the user's own objects is kept but those functions.

import type * as api from '../index.d.ts'
import { type ContractSettings, crossing, mergeContracts, NO_CONTRACT, readContract } from './config/contract.ts'
import * as is from './config/kind.ts'
import { type Provider, readProvider, type World } from './config/provider.ts'
import { ConfigError } from './errors.ts'

export { type ContractSettings, contractJson, mergeContracts } from './config/contract.ts'
export {
  type CallSettings,
  contractOf,
  type OptionReaders,
  optionReaders,
  type ScopeSettings,
} from './config/options.ts'
export type { Brand, World } from './config/provider.ts'

export interface Settings {
  /** For the constructor of the core's engine. Holds keys: never to be shown. */
  readonly json: string
  readonly mode: api.Mode
  readonly deadlineMs: number | undefined
  /** The engine's own contract, without the defaults that the core adds. */
  readonly contract: ContractSettings
  /** Named ones, not yet merged over `contract`. */
  readonly contracts: ReadonlyMap<string, ContractSettings>
  /** In order of preference. */
  readonly providers: readonly string[]
  /** Functions that give keys, by the name of the provider. */
  readonly keys: ReadonlyMap<string, () => string | Promise<string>>
  readonly transport: 'native' | typeof globalThis.fetch
}

const contract: is.Kind<ContractSettings> = { expected: 'a contract', read: readContract }

// biome-ignore format: rows
const budget = is.object({
  usdPerCall:      is.usd,
  usdPerMinute:    is.usd,
  usdPerDay:       is.usd,
  tokensPerMinute: is.whole(0, 1e15),
})

// biome-ignore format: rows
const retry = is.orFalse(is.object({
  baseDelayMs: is.milliseconds,
  maxDelayMs:  is.milliseconds,
  budgetRatio: is.orFalse(is.number('a number from 0 to 100', value => value >= 0 && value <= 100)),
}))

// biome-ignore format: rows
const fields = (world: World) => is.object({
  providers:   is.list(providerIn(world)),
  mode:        is.oneOf<api.Mode>('enforce', 'observe'),
  contract,
  contracts:   is.map(is.name, contract),
  deadlineMs:  is.milliseconds,
  maxAttempts: is.whole(1, 100),
  budget,
  retry,
  transport:   is.either(['native'], is.callable<typeof globalThis.fetch>('a fetch function')),
  seed:        is.whole(0, Number.MAX_SAFE_INTEGER),
}, 'a configuration')

export function readConfig(value: unknown, world: World): Settings {
  const given = fields(world).read(value === undefined ? {} : value, '')
  const {
    providers = [],
    mode = 'enforce',
    contract = NO_CONTRACT,
    transport = 'native',
    contracts = {},
    ...limits
  } = given
  unique(providers)
  const named = Object.entries(contracts)
  return {
    json: JSON.stringify({
      ...limits,
      providers: providers.map((provider) => provider.crossing),
      mode,
      contract: crossing(contract),
      contracts: Object.fromEntries(named.map(([name, over]) => [name, crossing(mergeContracts(contract, over))])),
      extraCaFile: world.env.NODE_EXTRA_CA_CERTS || undefined,
    }),
    mode,
    deadlineMs: limits.deadlineMs,
    contract,
    contracts: new Map(named),
    providers: providers.map((provider) => provider.name),
    keys: new Map(providers.flatMap(({ name, key }) => (key ? [[name, key]] : []))),
    transport,
  }
}

function providerIn(world: World): is.Kind<Provider> {
  return { expected: 'a provider or the name of one', read: (value, at) => readProvider(value, at, world) }
}

/** Reports, routes and keys go by name. */
function unique(providers: readonly Provider[]): void {
  providers.forEach(({ name }, index) => {
    const first = providers.findIndex((other) => other.name === name)
    if (first < index)
      throw new ConfigError(`providers[${index}].name`, 'a name of its own', `that of providers[${first}]`)
  })
}
