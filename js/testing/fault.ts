/**
 * What happens to one request. Most faults change a good answer at one of two depths: what it says (a `Reply`,
 * before a dialect spells it) or how it is spelled (the parts of its body). The others take the connection
 * into their own hands.
 */
import type { AnswerOptions, Fault } from '../../testing.d.ts'
import type { Exchange, Spelled } from './exchange.ts'
import type { Asked, Reply } from './reply.ts'

export class Step implements Fault {
  readonly name: string
  readonly play: (exchange: Exchange) => void | Promise<void>
  /** Whether the body of the request is read before the step is played. */
  readonly readsRequest: boolean
  /** Whether no connection is accepted at all. */
  readonly refuses: boolean
  /** The good answer that this step is, so that other steps can start from it. */
  readonly answer: AnswerOptions | undefined

  constructor(
    name: string,
    play: Step['play'],
    special: { readsRequest?: boolean; refuses?: boolean; answer?: AnswerOptions } = {},
  ) {
    this.name = name
    this.play = play
    this.readsRequest = special.readsRequest ?? true
    this.refuses = special.refuses ?? false
    this.answer = special.answer
  }
}

/** A good answer that says something else. */
export function says(name: string, change: (reply: Reply, asked: Asked) => Partial<Reply>): Step {
  return new Step(name, async (exchange) => {
    const reply = await exchange.reply()
    await exchange.send(exchange.spell({ ...reply, ...change(reply, exchange.asked) }))
  })
}

/** A good answer that is spelled differently. */
export function spells(name: string, change: (spelled: Spelled, exchange: Exchange) => Partial<Spelled>): Step {
  return new Step(name, async (exchange) => {
    const spelled = exchange.spell(await exchange.reply())
    await exchange.send({ ...spelled, ...change(spelled, exchange) })
  })
}
