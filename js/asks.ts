// What the core asks of JavaScript in the middle of a call: to send a request with the user's own fetch, to run the
// user's own checks, to give the key of a provider. Answers may come late or never; the core holds the deadline.

import type { Call } from './calls.ts'
import { failures } from './checks.ts'
import type { Contract } from './contracts.ts'
import type { NativeEngine } from './native.ts'
import type { Upstream } from './upstream.ts'

const FETCH = 4
const CHECKS = 5
const KEY = 6

/** What a call brings for the asks that may come. */
export interface Answers {
  readonly upstream: Upstream | undefined
  readonly contract: Contract
  readonly keys: ReadonlyMap<string, () => string | Promise<string>>
  /** What the schema of the contract made of the answer that passed. */
  output: { readonly value: unknown } | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: the types of a message are said by its kind
type Fields = (index: number) => any

export function answer(kind: number, native: NativeEngine, call: Call, field: Fields): void {
  const reply = replies[kind]
  if (reply === undefined || call.answers === undefined) return
  const { answers, context } = call
  // Nobody waits for the promise: a failure of ours must not end the host.
  const run = () => void reply(native, answers, field).catch(() => {})
  // The user's code runs where the user called us.
  if (context) context.runInAsyncScope(run)
  else run()
}

type Reply = (native: NativeEngine, answers: Answers, field: Fields) => Promise<void>

const replies: Readonly<Record<number, Reply>> = {
  async [FETCH](native, { upstream }, field) {
    const ask: number = field(0)
    if (upstream === undefined) return native.replyFetch(ask, 0, '', null, 'protocol_error no fetch to ask')
    const { status, headers, body, error } = await upstream.send(field(1), field(2), field(3))
    try {
      native.replyFetch(ask, status, headers, body, error)
    } catch {
      native.replyFetch(ask, 0, '', null, 'protocol_error fetch gave no lawful response')
    }
  },

  async [CHECKS](native, answers, field) {
    const ask: number = field(0)
    const found = await failures(answers.contract.settings, field(1), (output) => {
      answers.output = output
    })
    native.replyChecks(ask, JSON.stringify(found))
  },

  async [KEY](native, { keys }, field) {
    const ask: number = field(0)
    try {
      const key: unknown = await keys.get(field(1))?.()
      if (typeof key === 'string' && /^[!-~]{1,16384}$/.test(key)) native.replyKey(ask, key, null)
      else native.replyKey(ask, null, 'apiKey() gave no key: printable ASCII without white space is needed')
    } catch (error) {
      // Its name only: the text of an error that fetches keys may hold one.
      native.replyKey(ask, null, `apiKey() failed: ${error instanceof Error ? error.name : typeof error}`)
    }
  },
}
