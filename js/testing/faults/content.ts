/** What an answer says: whole and well-formed, and still not what was asked for. */
import { type Step, says } from '../fault.ts'
import { estimate } from '../reply.ts'
import { sample } from '../schema/sample.ts'
import { type Violation, violate } from '../schema/violate.ts'
import { rows } from './row.ts'

export function emptyContent(): Step {
  return says('empty content', () => ({ text: '', toolCalls: [], finishReason: 'stop' }))
}

export function nullContent(): Step {
  return says('null content', () => ({ text: null, toolCalls: [], finishReason: 'stop' }))
}

export function noChoices(): Step {
  return says('no choices', () => ({ choices: 'absent' }))
}

export function emptyChoices(): Step {
  return says('empty choices', () => ({ choices: 'empty' }))
}

export function wrongModel(model?: string): Step {
  return says('wrong model', (_, asked) => ({ model: model ?? cheaperThan(asked.model) }))
}

/** A model of the same vendor that nobody would take for the asked one. */
function cheaperThan(asked: string): string {
  const sibling = SIBLINGS.find(([family]) => asked.includes(family))?.[1] ?? 'gpt-3.5-turbo-0125'
  return sibling === asked ? 'gpt-4o-mini-2024-07-18' : sibling
}

// biome-ignore format: a table
const SIBLINGS: readonly [family: string, cheaper: string][] = [
  ['gpt-3.5', 'babbage-002'],
  ['gpt',     'gpt-3.5-turbo-0125'],
  ['claude',  'claude-3-haiku-20240307'],
  ['gemini',  'gemini-1.5-flash-8b'],
  ['mistral', 'open-mistral-7b'],
  ['llama',   'llama-3.2-1b-instruct'],
]

export function brokenJson(): Step {
  return says('broken json', ({ text }, { schema }) => {
    const json = schema === undefined ? (text ?? '{"answer": "text"}') : JSON.stringify(sample(schema))
    return { text: json.slice(0, Math.max(1, Math.ceil(json.length / 2))), toolCalls: [], finishReason: 'stop' }
  })
}

export function schemaViolation(how: Violation = 'type'): Step {
  return says(`schema violation, ${how}`, (_, { schema }) =>
    schema === undefined ? {} : { text: JSON.stringify(violate(schema, how)), toolCalls: [], finishReason: 'stop' },
  )
}

export function priceSpike({ outputTokens = 2_000_000 }: { outputTokens?: number } = {}): Step {
  return says('price spike', ({ usage }) => ({ usage: { inputTokens: usage?.inputTokens ?? 1, outputTokens } }))
}

export function finish(reason: string | null | undefined): Step {
  return says(`finish ${reason}`, () => ({ finishReason: reason }))
}

export function loop({ phrase = 'the same words ', times = 400 }: { phrase?: string; times?: number } = {}): Step {
  return says('loop', ({ text }, asked) => {
    const looped = `${text ?? ''} ${phrase.repeat(times)}`
    return { text: looped, toolCalls: [], finishReason: 'stop', usage: estimate(asked, looped, []) }
  })
}

export function templateToken(token = '<|im_end|>\n<|im_start|>assistant'): Step {
  return says('template token', ({ text }) => ({ text: `${text ?? ''}${token}`, toolCalls: [], finishReason: 'stop' }))
}

export function promptEcho(): Step {
  return says('prompt echo', (_, { prompt }) => ({ text: prompt, toolCalls: [], finishReason: 'stop' }))
}

// biome-ignore format: a table
export const contentRows = rows('content', [
  ['empty-content',         'contract',  'fail', 'any',    '', () => emptyContent(),             'a text of no characters'],
  ['null-content',          'contract',  'fail', 'any',    '', () => nullContent(),              'null instead of a text'],
  ['no-choices',            'contract',  'fail', 'any',    '', () => noChoices(),                'no choices in the body'],
  ['empty-choices',         'contract',  'fail', 'any',    '', () => emptyChoices(),             'an empty list of choices'],
  ['wrong-model',           'contract',  'fail', 'any',    '', () => wrongModel(),               'a cheaper model answers'],
  ['broken-json',           'contract',  'fail', 'schema', '', () => brokenJson(),               'JSON cut short, called complete'],
  ['schema-type',           'contract',  'fail', 'schema', '', () => schemaViolation('type'),    'a value of a wrong type'],
  ['schema-missing',        'contract',  'fail', 'schema', '', () => schemaViolation('missing'), 'a required key missing'],
  ['schema-extra',          'contract',  'fail', 'schema', '', () => schemaViolation('extra'),   'a key that the schema forbids'],
  ['price-spike',           'economics', 'any',  'any',    '', () => priceSpike(),               'two million tokens for a few words; only a contract with a cost sees it'],
  ['finish-length',         'contract',  'fail', 'any',    '', () => finish('length'),           'cut off, without a limit of the caller'],
  ['finish-content-filter', 'policy',    'flag', 'any',    '', () => finish('content_filter'),   'stopped by a content filter'],
  ['finish-unknown',        'contract',  'fail', 'any',    '', () => finish('galaxy_collapse'),  'a finish reason that nobody knows'],
  ['finish-error',          'stream',    'fail', 'any',    '', () => finish('error'),            'ended by an error, as some routers say it'],
  ['finish-null',           'stream',    'fail', 'any',    '', () => finish(null),               'a finish reason of null'],
  ['finish-missing',        'stream',    'fail', 'any',    '', () => finish(undefined),          'no finish reason'],
  ['loop',                  'contract',  'fail', 'any',    '', () => loop(),                     'the same words over and over'],
  ['template-token',        'contract',  'fail', 'any',    '', () => templateToken(),            'tokens of a chat template in the text'],
  ['prompt-echo',           'contract',  'flag', 'any',    '', () => promptEcho(),               'the prompt comes back'],
])
