/**
 * Answers far too long, sent as fast as the client reads and never held in memory: a client that gives up early
 * costs almost nothing.
 */
import { constants, crc32, deflateRawSync } from 'node:zlib'
import { type Exchange, joined, type Spelled } from '../exchange.ts'
import { Step } from '../fault.ts'
import { around, inText, MARK } from './mark.ts'
import { rows } from './row.ts'

const MEBIBYTE = 1 << 20

export function huge({ bytes = 64 * MEBIBYTE }: { bytes?: number } = {}): Step {
  return new Step('huge', async (exchange) => {
    const { spelled, before, after } = await split(exchange)
    const length = spelled.streams ? {} : { 'content-length': String(before.length + bytes + after.length) }
    exchange.head({ ...spelled, headers: { ...spelled.headers, ...length } })
    await exchange.write(before)
    for (const block of filling(bytes)) {
      await exchange.write(block)
      if (exchange.gone.signal.aborted) return
    }
    exchange.response.end(after)
  })
}

/**
 * Deflate with a full flush ends each segment on a byte and forgets what came before, so that one compressed
 * block, repeated, is a valid stream of any length.
 */
export function gzipBomb({ bytes = 1024 * MEBIBYTE }: { bytes?: number } = {}): Step {
  return new Step('gzip bomb', async (exchange) => {
    const { spelled, before, after } = await split(exchange)
    exchange.head({ ...spelled, headers: { ...spelled.headers, 'content-encoding': 'gzip' } })
    let checksum = 0
    let length = 0
    const add = async (plain: Buffer, compressed = segment(plain)) => {
      checksum = crc32(plain, checksum)
      length += plain.length
      await exchange.write(compressed)
    }
    await exchange.write(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]))
    await add(before)
    let whole: Buffer | undefined
    for (const block of filling(bytes)) {
      if (block.length === MEBIBYTE) whole ??= segment(block)
      await add(block, block.length === MEBIBYTE ? whole : undefined)
      if (exchange.gone.signal.aborted) return
      // A checksum of 1 GiB takes a quarter of a second, and the client under test often shares this thread.
      if (length % (8 * MEBIBYTE) < MEBIBYTE) await new Promise(setImmediate)
    }
    await add(after)
    const trailer = Buffer.alloc(10)
    trailer[0] = 3 // The last block of the stream, which is empty.
    trailer.writeUInt32LE(checksum, 2)
    trailer.writeUInt32LE(length % 2 ** 32, 6)
    exchange.response.end(trailer)
  })
}

async function split(exchange: Exchange): Promise<{ spelled: Spelled; before: Buffer; after: Buffer }> {
  const reply = await exchange.reply()
  const spelled = exchange.spell({ ...reply, text: inText(reply.text, MARK) })
  const [before, after] = around(joined(spelled.parts))
  return { spelled, before, after }
}

function* filling(bytes: number): Generator<Buffer> {
  const block = Buffer.alloc(MEBIBYTE, '0')
  for (let left = bytes; left > 0; left -= MEBIBYTE) yield left >= MEBIBYTE ? block : block.subarray(0, left)
}

function segment(plain: Buffer): Buffer {
  return deflateRawSync(plain, { finishFlush: constants.Z_FULL_FLUSH })
}

// biome-ignore format: a table
export const sizeRows = rows('size', [
  ['huge',      'contract', 'any', 'any', '', () => huge(),     'a text of 64 MiB'],
  ['gzip-bomb', 'contract', 'any', 'any', '', () => gzipBomb(), 'a text of 1 GiB in 1 MB of gzip'],
])
