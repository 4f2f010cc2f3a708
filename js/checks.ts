// The part of a contract that only JavaScript can run: the `validate` of a Standard Schema, then the user's own checks.
// Both see the answer after the core has found nothing wrong with it.

import type * as api from '../index.d.ts'
import type { ContractSettings } from './config.ts'

/** What a broken check may say at most: it ends in a report. */
const MAX_FAILURES = 20
const MAX_LENGTH = 500

export interface Output {
  readonly value: unknown
}

/** The reasons why the answer fails; none where it passes, and then `keep` is given what the schema made of it. */
export async function failures(
  { validate, checks }: Pick<ContractSettings, 'validate' | 'checks'>,
  body: string,
  keep: (output: Output) => void,
): Promise<string[]> {
  const { answer, issues, output } = await seen(body, validate)
  if (issues.length > 0) return bounded(issues)
  const found = await Promise.all(checks.map((check, index) => run(check, index, answer)))
  const reasons = found.filter((reason) => reason !== undefined)
  if (reasons.length === 0 && output) keep(output)
  return bounded(reasons)
}

interface Seen {
  readonly answer: api.CheckedAnswer
  readonly issues: readonly string[]
  readonly output: Output | undefined
}

async function seen(body: string, validate: ContractSettings['validate']): Promise<Seen> {
  const response = parsed(body) as api.ChatCompletion
  const text = textOf(response)
  const data = parsed(text)
  if (validate === undefined) return { answer: { text, data, response }, issues: [], output: undefined }
  try {
    const result = await validate(data)
    if (result.issues) return { answer: { text, data, response }, issues: result.issues.map(told), output: undefined }
    return { answer: { text, data: result.value, response }, issues: [], output: { value: result.value } }
  } catch (error) {
    return { answer: { text, data, response }, issues: [`schema: validate threw ${nameOf(error)}`], output: undefined }
  }
}

async function run(check: api.Check, index: number, answer: api.CheckedAnswer): Promise<string | undefined> {
  try {
    return verdictOf(await check(answer), index)
  } catch (error) {
    return `checks[${index}] threw ${nameOf(error)}`
  }
}

/** `undefined`: passed. */
export function verdictOf(said: unknown, index: number): string | undefined {
  if (said === true) return undefined
  return typeof said === 'string' && said !== '' ? said : `checks[${index}] failed`
}

export function told({ message, path }: api.StandardIssue): string {
  const steps = (path ?? []).map((step) => String(typeof step === 'object' ? step.key : step))
  return steps.length > 0 ? `schema: ${steps.join('.')}: ${message}` : `schema: ${message}`
}

/** The text of the first choice; empty where it is a tool call. */
export function textOf(response: unknown): string {
  const { choices } = (response ?? {}) as Partial<api.ChatCompletion>
  const content: unknown = choices?.[0]?.message?.content
  return typeof content === 'string' ? content : ''
}

/** As `Response.json` reads it, also behind a byte order mark. */
export function parse(text: string): unknown {
  return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
}

/** `undefined` where it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** Not its text, which may quote the answer. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

function bounded(reasons: readonly string[]): string[] {
  return reasons.slice(0, MAX_FAILURES).map((reason) => String(reason).slice(0, MAX_LENGTH))
}
