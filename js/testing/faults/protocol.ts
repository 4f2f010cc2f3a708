/** HTTP itself: heads that are unusual, misleading, or not HTTP at all. */

import { joined } from '../exchange.ts'
import { Step, spells } from '../fault.ts'
import { rows } from './row.ts'

export function redirect(status: 301 | 302 | 303 | 307 | 308 = 307, options: { to?: string } = {}): Step {
  return new Step(`redirect ${status}`, async (exchange) => {
    const location = options.to ?? (await exchange.setting.elsewhere()) + exchange.request.path
    exchange.response.writeHead(status, { location, 'content-length': '0' }).end()
  })
}

export function headers({ count = 90, bytes = 20 }: { count?: number; bytes?: number } = {}): Step {
  return spells('headers', (spelled) => {
    const more = Array.from({ length: count }, (_, index) => [`x-test-${index}`, 'v'.repeat(bytes)])
    return { headers: { ...spelled.headers, ...Object.fromEntries(more) } }
  })
}

export function informational(): Step {
  return new Step('informational', async (exchange) => {
    exchange.response.writeProcessing()
    exchange.response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' })
    await exchange.send(exchange.spell(await exchange.reply()))
  })
}

export function http10(): Step {
  return new Step('http/1.0', async (exchange) => {
    const { status, headers, parts } = exchange.spell(await exchange.reply())
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    exchange.socket?.write(`HTTP/1.0 ${status} OK\r\n${lines.join('')}\r\n`)
    exchange.socket?.write(joined(parts))
    exchange.hangUp('close')
  })
}

export function notHttp(): Step {
  return new Step('not http', (exchange) => {
    exchange.socket?.write('SSH-2.0-OpenSSH_9.6\r\n')
    exchange.hangUp('close')
  })
}

export function wrongEncoding(encoding = 'gzip'): Step {
  return spells('wrong encoding', (spelled) => ({ headers: { ...spelled.headers, 'content-encoding': encoding } }))
}

export function contentType(type = 'text/plain'): Step {
  return spells('content type', (spelled) => ({ headers: { ...spelled.headers, 'content-type': type } }))
}

// biome-ignore format: a table
export const protocolRows = rows('protocol', [
  ['redirect-301',       'transport', 'any',  'any',   '', () => redirect(301),                     'moved to another origin for good'],
  ['redirect-302',       'transport', 'any',  'any',   '', () => redirect(302),                     'found at another origin'],
  ['redirect-307',       'transport', 'any',  'any',   '', () => redirect(307),                     'to be asked again at another origin'],
  ['redirect-308',       'transport', 'any',  'any',   '', () => redirect(308),                     'to be asked at another origin from now on'],
  ['headers-many',       null,        'pass', 'any',   '', () => headers(),                         'ninety headers more'],
  ['headers-too-many',   null,        'any',  'any',   '', () => headers({ count: 400 }),           'four hundred headers more'],
  ['headers-large',      null,        'any',  'any',   '', () => headers({ count: 1, bytes: 12_000 }), 'a header of 12 kB'],
  ['informational',      null,        'pass', 'any',   '', () => informational(),                   '102 and 103 before a good answer'],
  ['http10',             null,        'pass', 'any',   '', () => http10(),                          'HTTP/1.0, ended by closing'],
  ['not-http',           'transport', 'fail', 'any',   '', () => notHttp(),                         'a greeting of another protocol'],
  ['wrong-encoding',     'stream',    'fail', 'any',   '', () => wrongEncoding(),                   'a plain body that says it is gzip'],
  ['content-type',       'contract',  'any',  'any',   '', () => contentType(),                     'a good body called text/plain'],
])
