// Why nothing was delivered, as classes. What each kind of refusal is (code, HTTP status, whether the same call may
// succeed later) is one row of `KINDS`; the classes only give it a name that `catch` blocks can tell apart.

import { types } from 'node:util'
import type * as api from '../index.d.ts'

/**
 * The mark by which every copy of this package knows the errors of every other: two versions in one process (a tool and
 * its plugin) have two classes of each name, and `instanceof` tells them apart. It holds the class name.
 */
const BRAND = Symbol.for('correctover.error')

// biome-ignore format: rows
const KINDS = {
  ContractError:         { code: 'ERR_CORRECTOVER_CONTRACT',          status: 502, retryable: true  },
  AllRoutesFailedError:  { code: 'ERR_CORRECTOVER_ALL_ROUTES_FAILED', status: 503, retryable: true  },
  BudgetExceededError:   { code: 'ERR_CORRECTOVER_BUDGET_EXCEEDED',   status: 429, retryable: false },
  DeadlineExceededError: { code: 'ERR_CORRECTOVER_DEADLINE_EXCEEDED', status: 504, retryable: true  },
  AbortedError:          { code: 'ERR_CORRECTOVER_ABORTED',           status: 499, retryable: false },
  ConfigError:           { code: 'ERR_CORRECTOVER_CONFIG',            status: 500, retryable: false },
} as const

export abstract class CorrectoverError extends Error implements api.CorrectoverError {
  readonly code: api.ErrorCode
  readonly fault: api.FaultSummary | null
  readonly attempts: readonly api.Attempt[]
  readonly retryable: boolean
  readonly status: number
  declare readonly report: api.Report | undefined

  constructor(message: string, details: api.ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    const kind = KINDS[brandOf(this) as keyof typeof KINDS]
    this.code = kind.code
    this.fault = details.fault ?? null
    this.attempts = details.attempts ?? details.report?.attempts ?? []
    this.retryable = details.retryable ?? kind.retryable
    // The core says 0 where no answer could be made at all.
    this.status = details.status || kind.status
    // Not enumerable: what prints an error with its fields would print the attempts twice.
    Object.defineProperty(this, 'report', { value: details.report })
  }

  static isInstance(value: unknown): value is CorrectoverError {
    return brandOf(value) !== undefined
  }

  toJSON(): api.ErrorJSON {
    const callId = this.report?.callId
    const cause = causeOf(this.cause)
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      status: this.status,
      ...(callId !== undefined && { callId }),
      fault: this.fault && pick(this.fault, FAULT_FIELDS),
      attempts: this.attempts.map((attempt) => ({
        ...pick(attempt, ATTEMPT_FIELDS),
        fault: attempt.fault && pick(attempt.fault, FAULT_FIELDS),
      })),
      ...(cause !== undefined && { cause }),
    }
  }
}

export class ContractError extends CorrectoverError implements api.ContractError {
  declare readonly code: 'ERR_CORRECTOVER_CONTRACT'

  static override isInstance(value: unknown): value is ContractError {
    return brandOf(value) === 'ContractError'
  }
}

export class AllRoutesFailedError extends CorrectoverError implements api.AllRoutesFailedError {
  declare readonly code: 'ERR_CORRECTOVER_ALL_ROUTES_FAILED'

  static override isInstance(value: unknown): value is AllRoutesFailedError {
    return brandOf(value) === 'AllRoutesFailedError'
  }
}

export class BudgetExceededError extends CorrectoverError implements api.BudgetExceededError {
  declare readonly code: 'ERR_CORRECTOVER_BUDGET_EXCEEDED'

  static override isInstance(value: unknown): value is BudgetExceededError {
    return brandOf(value) === 'BudgetExceededError'
  }
}

export class DeadlineExceededError extends CorrectoverError implements api.DeadlineExceededError {
  declare readonly code: 'ERR_CORRECTOVER_DEADLINE_EXCEEDED'

  static override isInstance(value: unknown): value is DeadlineExceededError {
    return brandOf(value) === 'DeadlineExceededError'
  }
}

export class AbortedError extends CorrectoverError implements api.AbortedError {
  declare readonly code: 'ERR_CORRECTOVER_ABORTED'

  static override isInstance(value: unknown): value is AbortedError {
    return brandOf(value) === 'AbortedError'
  }
}

export class ConfigError extends CorrectoverError implements api.ConfigError {
  declare readonly code: 'ERR_CORRECTOVER_CONFIG'
  readonly field: string
  readonly expected: string
  readonly got: string

  constructor(field: string, expected: string, got: string) {
    super(`${field}: expected ${expected}; got ${got}`)
    this.field = field
    this.expected = expected
    this.got = got
  }

  static override isInstance(value: unknown): value is ConfigError {
    return brandOf(value) === 'ConfigError'
  }

  override toJSON(): api.ErrorJSON {
    return { ...super.toJSON(), field: this.field, expected: this.expected, got: this.got }
  }
}

const CLASSES = {
  ContractError,
  AllRoutesFailedError,
  BudgetExceededError,
  DeadlineExceededError,
  AbortedError,
  ConfigError,
}

// Names stand on the prototypes, written out: a bundler that renames classes must not rename errors.
for (const [name, { prototype }] of Object.entries(CLASSES)) {
  Object.defineProperty(prototype, 'name', { value: name, writable: true, configurable: true })
  Object.defineProperty(prototype, BRAND, { value: name })
}

// === From the core ===

/** The error of a refused call; `cause` is what the caller gave as the reason of its abort. */
export function fromReport(report: Refused, ...cause: [cause?: unknown]): CorrectoverError {
  const { kind, message, fault, retryable, status } = report.error
  if (kind === 'config') return new ConfigError('request', 'a request that can be sent', message)
  const details = { fault, retryable, status, report, ...(cause.length > 0 && { cause: cause[0] }) }
  return new (BY_KIND[kind] ?? AllRoutesFailedError)(message, details)
}

export type Refused = api.Report & { readonly error: api.Refusal }

const BY_KIND = {
  contract: ContractError,
  'all-routes': AllRoutesFailedError,
  budget: BudgetExceededError,
  deadline: DeadlineExceededError,
  aborted: AbortedError,
}

/**
 * What the core threw: a wrong field is told as JSON in the message, because an exception of the addon can carry no more.
 * The core speaks of `contract`; `at` is where that one stands in the user's words: `options.contract`.
 */
export function fromThrown(thrown: unknown, at = 'contract'): unknown {
  if (!(thrown instanceof Error) || !thrown.message.startsWith('{')) return thrown
  try {
    const { code, field, expected, got } = JSON.parse(thrown.message)
    const place = String(field || 'contract').replace(/^contract(?![^.[])/, () => at)
    if (code === 'CONFIG') return new ConfigError(place, String(expected), String(got))
  } catch {
    // Not ours: an error that happens to begin with a brace.
  }
  return thrown
}

// === Parts ===

const FAULT_FIELDS = ['class', 'name', 'blame', 'retryable'] as const

const ATTEMPT_FIELDS = [
  'provider',
  'model',
  'servedModel',
  'startedMs',
  'phases',
  'status',
  'verdict',
  'fault',
  'rule',
  'action',
  'usage',
  'costUsd',
] as const

function brandOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { [BRAND]?: unknown })[BRAND] : undefined
}

/** Of foreign errors only what is surely no content: texts may hold a prompt, or a key in a URL. */
function causeOf(cause: unknown): { name: string; code?: string } | undefined {
  if (!types.isNativeError(cause)) return undefined
  const { code } = cause as { code?: unknown }
  return typeof code === 'string' ? { name: cause.name, code } : { name: cause.name }
}

/** Only the fields that are listed: whatever else an object holds stays behind. */
function pick<T extends object, Field extends keyof T>(from: T, fields: readonly Field[]): Pick<T, Field> {
  return Object.fromEntries(fields.filter((field) => field in from).map((field) => [field, from[field]])) as Pick<
    T,
    Field
  >
}
