/** No fault at all: the step that everything else departs from. */
import type { AnswerOptions } from '../../../testing.d.ts'
import { Step } from '../fault.ts'
import { rows } from './row.ts'

export function ok(answer?: string | AnswerOptions): Step {
  const given = typeof answer === 'string' ? { text: answer } : answer
  return new Step(
    'ok',
    async (exchange) => {
      // A function given as the provider's answer may choose a fault; the plain good answer gives way to it.
      const chosen = given === undefined ? await exchange.answer() : undefined
      if (chosen instanceof Step && chosen.answer === undefined) return chosen.play(exchange)
      await exchange.send(exchange.spell(await exchange.reply(chosen instanceof Step ? chosen.answer : given)))
    },
    given === undefined ? {} : { answer: given },
  )
}

// biome-ignore format: a table
export const goodRows = rows('good', [
  ['ok', null, 'pass', 'any', '', () => ok(), 'a good answer'],
])
