/** Whatever the tables do not have. */
import type { ServerResponse } from 'node:http'
import type { RecordedRequest } from '../../../testing.d.ts'
import { Step } from '../fault.ts'

export function raw(...parts: (string | Uint8Array | number)[]): Step {
  return new Step('raw', async (exchange) => {
    for (const part of parts) {
      if (typeof part === 'number') await exchange.wait(part)
      else exchange.socket?.write(part)
    }
    exchange.hangUp('close')
  })
}

export function respond(answer: (request: RecordedRequest, response: ServerResponse) => void | Promise<void>): Step {
  return new Step('respond', (exchange) => answer(exchange.request, exchange.response))
}
