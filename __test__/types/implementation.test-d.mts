// The classes that run are the classes that index.d.ts describes, both ways: nothing promised is missing, and nothing
// public is unsaid.

import type * as api from '../../index.mjs'
import type * as errors from '../../js/errors.ts'

type Same<Written, Promised> = [Written] extends [Promised]
  ? [Promised] extends [Written]
    ? true
    : 'unsaid'
  : 'missing'
declare function holds<_ extends true>(): void

holds<Same<errors.CorrectoverError, api.CorrectoverError>>()
holds<Same<errors.ContractError, api.ContractError>>()
holds<Same<errors.AllRoutesFailedError, api.AllRoutesFailedError>>()
holds<Same<errors.BudgetExceededError, api.BudgetExceededError>>()
holds<Same<errors.DeadlineExceededError, api.DeadlineExceededError>>()
holds<Same<errors.AbortedError, api.AbortedError>>()
holds<Same<errors.ConfigError, api.ConfigError>>()
holds<Same<typeof errors.ContractError, typeof api.ContractError>>()
holds<Same<typeof errors.AllRoutesFailedError, typeof api.AllRoutesFailedError>>()
holds<Same<typeof errors.BudgetExceededError, typeof api.BudgetExceededError>>()
holds<Same<typeof errors.DeadlineExceededError, typeof api.DeadlineExceededError>>()
holds<Same<typeof errors.AbortedError, typeof api.AbortedError>>()
holds<Same<typeof errors.ConfigError, typeof api.ConfigError>>()
