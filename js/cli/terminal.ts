// Where a command speaks: results to stdout, everything about them to stderr. Nothing is coloured.

import type { WriteStream } from 'node:tty'

/** A shorter wait is not worth a word. */
const PATIENCE_MS = 1000
const PROGRESS_EVERY_MS = 200

export class Terminal {
  readonly #out: NodeJS.WriteStream
  readonly #err: NodeJS.WriteStream
  #broken: NodeJS.ErrnoException | undefined
  #nextProgress: number
  #progressShown = false

  constructor(out: NodeJS.WriteStream = process.stdout, err: NodeJS.WriteStream = process.stderr) {
    this.#out = out
    this.#err = err
    this.#nextProgress = performance.now() + PATIENCE_MS
    out.on('error', (error) => {
      this.#broken = error
    })
    // Where even the complaints cannot be written there is nobody to complain to.
    err.on('error', () => {})
  }

  /** Nobody reads what is still to come: `correctover … | head`. */
  get readerLeft(): boolean {
    return this.#broken?.code === 'EPIPE'
  }

  /** Settles once there is room for more, or nobody to read it. */
  async write(text: string): Promise<void> {
    if (text !== '' && this.#broken === undefined && !this.#out.write(text)) {
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#out.off('drain', done).off('close', done).off('error', done)
          resolve()
        }
        this.#out.on('drain', done).on('close', done).on('error', done)
      })
    }
    if (this.#broken !== undefined && !this.readerLeft) throw this.#broken
  }

  tell(text: string): void {
    this.clearProgress()
    this.#err.write(`${text}\n`)
  }

  progress(text: () => string): void {
    const now = performance.now()
    if (now < this.#nextProgress || !(this.#err as WriteStream).isTTY) return
    this.#nextProgress = now + PROGRESS_EVERY_MS
    this.#progressShown = true
    this.#err.write(`\r\u001b[K${text()}`)
  }

  clearProgress(): void {
    if (!this.#progressShown) return
    this.#progressShown = false
    this.#err.write('\r\u001b[K')
  }
}

/** Names out of files may hold anything; a terminal obeys some of it. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�')
}
