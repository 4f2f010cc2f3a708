// Files of lines, of any size, in batches of whole lines: memory holds one batch and the line that is still coming.

import { createReadStream } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UsageError } from './arguments.ts'

/** Large enough that crossing into the core is rare, small enough that progress is seen. */
const BATCH_BYTES = 1 << 20
/** A call with images in it may take tens of megabytes; a file without a line break is no file of lines. */
const LONGEST_LINE = 256 << 20

const LINE_BREAK = 10
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

export interface Batch {
  readonly bytes: Buffer
  /** The number of its first line, counted from 1. */
  readonly first: number
  readonly lines: number
}

/** The lines of a file, or of stdin for `-`. Whether it is compressed is told by its first bytes, not by its name. */
export async function* readLines(file: string): AsyncGenerator<Batch> {
  const source = file === '-' ? process.stdin : createReadStream(file)
  try {
    yield* batches(file, await plain(source))
  } catch (error) {
    throw told(file, error)
  } finally {
    source.destroy()
  }
}

async function* batches(file: string, source: AsyncIterable<Buffer>): AsyncGenerator<Batch> {
  let parts: Buffer[] = []
  let size = 0
  let first = 1
  const batch = (bytes: Buffer): Batch => {
    const lines = countLines(bytes)
    first += lines
    return { bytes, lines, first: first - lines }
  }
  for await (const chunk of source) {
    const end = chunk.lastIndexOf(LINE_BREAK) + 1
    if (end > 0 && size + end >= BATCH_BYTES) {
      yield batch(Buffer.concat([...parts, chunk.subarray(0, end)]))
      parts = [chunk.subarray(end)]
      size = chunk.length - end
    } else {
      parts.push(chunk)
      size += chunk.length
    }
    if (size > LONGEST_LINE) throw new UsageError(`${file}: line ${first} has more than ${LONGEST_LINE >> 20} MB`)
  }
  if (size > 0) yield batch(Buffer.concat(parts))
}

/** A last line without its break is a line. */
function countLines(bytes: Buffer): number {
  let lines = bytes.at(-1) === LINE_BREAK ? 0 : 1
  for (let at = bytes.indexOf(LINE_BREAK); at !== -1; at = bytes.indexOf(LINE_BREAK, at + 1)) lines++
  return lines
}

async function plain(source: Readable): Promise<AsyncIterable<Buffer>> {
  const chunks: AsyncIterableIterator<Buffer> = source[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < GZIP_MAGIC.length) {
    const { done, value } = await chunks.next()
    if (done) break
    head = Buffer.concat([head, value])
  }
  const whole = behind(head, chunks)
  // What breaks is told to whoever reads the end of the pipeline.
  return head.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC) ? pipeline(whole, createGunzip(), () => {}) : whole
}

async function* behind(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield head
  yield* rest
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'may not be read',
  Z_DATA_ERROR: 'damaged gzip data',
  Z_BUF_ERROR: 'the gzip data ends too early',
}

/** A file that cannot be read is for the user to mend. */
export function told(file: string, error: unknown): unknown {
  const { code = '', syscall } = error as NodeJS.ErrnoException
  const reason = REASONS[code] ?? (syscall && code)
  return reason === undefined ? error : new UsageError(`${file}: ${reason}`)
}
