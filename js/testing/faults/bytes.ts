/** The bytes of a body: no JSON, damaged JSON, and JSON at the edges of what is lawful. */
import { joined, type Spelled } from '../exchange.ts'
import { Step, says, spells } from '../fault.ts'
import { inText, MARK, replaced } from './mark.ts'
import { rows } from './row.ts'

export function html(): Step {
  return spells('html', () => ({
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    parts: ['<!doctype html><html><head><title>Sign in</title></head><body><h1>Welcome</h1></body></html>'],
    streams: false,
  }))
}

export function emptyBody(): Step {
  return spells('empty body', () => ({ parts: [] }))
}

export function brokenEnvelope(): Step {
  return spells('broken envelope', ({ parts }) => {
    const middle = (parts.length - 1) >> 1
    return {
      parts: parts.map((part, index) => (index === middle ? String(part).replace(/"(?=[^"]*\}[^"]*$)/, '') : part)),
    }
  })
}

export function trailingGarbage(bytes = '<!-- served by proxy -->'): Step {
  return spells('trailing garbage', ({ parts, streams }) => ({
    parts: [...parts, streams ? `data: ${bytes}\n\n` : bytes],
  }))
}

export function byteOrderMark(): Step {
  return spells('byte order mark', ({ parts }) => ({ parts: ['\uFEFF', ...parts] }))
}

export function invalidUtf8(): Step {
  return marked('invalid utf-8', Buffer.from([0xff, 0xc3, 0x28]))
}

export function nulByte(): Step {
  return marked('nul byte', Buffer.from([0]))
}

/** A good answer with these bytes in its text. */
function marked(name: string, bytes: Buffer): Step {
  return new Step(name, async (exchange) => {
    const reply = await exchange.reply()
    const spelled = exchange.spell({ ...reply, text: inText(reply.text, MARK) })
    await exchange.send({ ...spelled, parts: [replaced(joined(spelled.parts), bytes)] })
  })
}

export function loneSurrogate(): Step {
  return says('lone surrogate', ({ text }) => ({ text: inText(text, '\ud800') }))
}

export function duplicateKeys({ last = 'good' }: { last?: 'good' | 'empty' } = {}): Step {
  return new Step(`duplicate keys, last ${last}`, async (exchange) => {
    const reply = await exchange.reply()
    const good = exchange.spell(reply)
    const empty = exchange.spell({ ...reply, choices: 'empty' })
    const pairs = good.parts.map((part, index) => {
      const other = good.streams ? undefined : empty.parts[index]
      return last === 'good' ? twice(other ?? part, part) : twice(part, other ?? withoutChoices(part))
    })
    await exchange.send({ ...good, parts: pairs })
  })
}

/** The members of both objects in one object, those of the second last. */
function twice(first: Spelled['parts'][number], second: Spelled['parts'][number]): string {
  const [head, tail] = [String(first), String(second)]
  const [end, begin] = [head.lastIndexOf('}'), tail.indexOf('{')]
  return end < 0 || begin < 0 ? tail : `${head.slice(0, end)},${tail.slice(begin + 1)}`
}

/** A stream's event with an empty list of choices, whatever its dialect calls it. */
function withoutChoices(part: Spelled['parts'][number]): string {
  return String(part).replace(/\{.*\}/s, '{"choices":[],"candidates":[],"delta":{},"content":[]}')
}

export function deepJson({ depth = 1_000_000 }: { depth?: number } = {}): Step {
  return spells('deep json', ({ streams }) => {
    const deep = '['.repeat(depth) + ']'.repeat(depth)
    return { parts: [streams ? `data: ${deep}\n\n` : deep] }
  })
}

// biome-ignore format: a table
export const bytesRows = rows('bytes', [
  ['html',                 'contract', 'fail', 'any', '', () => html(),                            'an HTML page with status 200'],
  ['empty-body',           'contract', 'fail', 'any', '', () => emptyBody(),                       'no body'],
  ['broken-envelope',      'stream',   'fail', 'any', '', () => brokenEnvelope(),                  'a quotation mark missing in the body'],
  ['trailing-garbage',     'stream',   'fail', 'whole', '', () => trailingGarbage(),               'a comment of a proxy behind the body'],
  ['byte-order-mark',      null,       'pass', 'any', '', () => byteOrderMark(),                   'a byte order mark before the body'],
  ['invalid-utf8',         'stream',   'fail', 'any', '', () => invalidUtf8(),                     'bytes in the text that are no UTF-8'],
  ['nul-byte',             'stream',   'fail', 'any', '', () => nulByte(),                         'a NUL byte in the text'],
  ['lone-surrogate',       null,       'any',  'any', '', () => loneSurrogate(),                   'half of a surrogate pair, escaped'],
  ['duplicate-keys-good',  null,       'pass', 'any', '', () => duplicateKeys({ last: 'good' }),   'every key twice, the good one last'],
  ['duplicate-keys-empty', 'contract', 'fail', 'any', '', () => duplicateKeys({ last: 'empty' }),  'every key twice, the empty one last'],
  ['deep-json',            'contract', 'fail', 'any', '', () => deepJson(),                        'a million arrays in one another'],
])
