/**
 * The server: accepts, records, and lets the next step of the script answer.
 *
 * The step is chosen when the head of a request arrives, so that concurrent requests take steps in order of
 * arrival, and so that a step may leave the body unread. Every socket is tracked: `close()` is immediate
 * whatever a fault has left hanging.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Fault, Step as GivenStep, Provider, ProviderOptions, RecordedRequest } from '../../testing.d.ts'
import { basePaths } from './dialects/index.ts'
import { Exchange, Recording, type Setting } from './exchange.ts'
import { Step } from './fault.ts'
import { ok } from './faults/good.ts'

export async function startProvider(options: ProviderOptions = {}): Promise<Provider> {
  const provider = new LoopbackProvider(options)
  await provider.listen(options.port ?? 0)
  return provider
}

class LoopbackProvider implements Provider, Setting {
  readonly options: ProviderOptions
  port = 0
  hits = 0
  aborted = 0
  connections = 0
  requests: Recording[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #steps: Step[] = []
  #rest: Step = ok()
  #startingElsewhere: Promise<Provider> | undefined
  #elsewhere: Provider | undefined
  #isClosed = false

  constructor(options: ProviderOptions) {
    this.options = options
    // Large heads are the business of the client under test, not of this server.
    this.#server = createServer({ maxHeaderSize: 1 << 20, noDelay: true }, (request, response) =>
      this.#receive(request, response),
    )
    this.#server.on('connection', (socket) => this.#track(socket))
    // What was asked for while it was opening.
    this.#server.on('listening', () => this.#open())
    this.#server.keepAliveTimeout = 60_000
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get baseUrl(): string {
    return this.origin + basePaths[this.options.dialect ?? 'openai']
  }

  get strays(): readonly RecordedRequest[] {
    return this.#elsewhere?.requests ?? []
  }

  script(...steps: GivenStep[]): this {
    const played = steps.map(asStep)
    if (played.some((step) => step.refuses)) {
      throw new TypeError(
        'faults.refused() never reaches the server, so it cannot be a step of a script: use always(faults.refused())',
      )
    }
    this.#steps = played
    return this
  }

  always(step: GivenStep): this {
    this.#steps = []
    this.#rest = asStep(step)
    this.#open()
    return this
  }

  reset(): this {
    this.always(ok())
    this.hits = this.aborted = this.connections = 0
    this.requests = []
    this.#elsewhere?.reset()
    return this
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const closed = this.#server.listening && new Promise((resolve) => this.#server.close(resolve))
    this.#dropConnections()
    await closed
    await this.#elsewhere?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    this.port = (this.#server.address() as AddressInfo).port
    if (this.options.keepProcessAlive !== true) this.#server.unref()
  }

  async elsewhere(): Promise<string> {
    this.#startingElsewhere ??= startProvider({ ...this.options, port: 0 })
    this.#elsewhere = await this.#startingElsewhere
    return this.#elsewhere.origin
  }

  /** Listens, or stops listening, as the step for all requests wants it. */
  #open(): void {
    if (this.#rest.refuses && this.#server.listening) {
      this.#server.close()
      this.#dropConnections()
    } else if (!this.#rest.refuses && !this.#server.listening && this.port !== 0) {
      // What is opened is open for a moment: `reset()` before `always(faults.refused())` must not open at all.
      queueMicrotask(() => {
        if (this.#rest.refuses || this.#server.listening || this.#isClosed) return
        this.#server.listen(this.port, '127.0.0.1')
        if (this.options.keepProcessAlive !== true) this.#server.unref()
      })
    }
  }

  #dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
  }

  #track(socket: Socket): void {
    this.connections += 1
    this.#sockets.add(socket)
    if (this.options.keepProcessAlive !== true) socket.unref()
    // A reset by the client is an ordinary event here; 'close' follows and is recorded there.
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
  }

  #receive(incoming: IncomingMessage, response: ServerResponse): void {
    this.hits += 1
    const request = new Recording(incoming)
    this.requests.push(request)
    const step = this.#steps.shift() ?? this.#rest
    const exchange = new Exchange(request, response, this)
    response.on('finish', () => {
      request.answeredAt = performance.now()
    })
    response.on('close', () => {
      exchange.gone.abort()
      if (request.answeredAt !== undefined || this.#isClosed) return
      request.closedAt = performance.now()
      this.aborted += 1
    })
    response.on('error', () => {})
    incoming.on('error', () => {})
    if (!step.readsRequest) return void this.#play(step, exchange)

    const received: Buffer[] = []
    incoming.on('data', (part: Buffer) => received.push(part))
    incoming.on('end', () => {
      request.body = Buffer.concat(received).toString()
      void this.#play(step, exchange)
    })
  }

  async #play(step: Step, exchange: Exchange): Promise<void> {
    try {
      await step.play(exchange)
    } catch (error) {
      if (exchange.gone.signal.aborted) return
      exchange.hangUp('reset')
      // The step was the user's own code: its mistake must not look like a fault of the network.
      process.emitWarning(
        `${step.name} threw while answering ${exchange.request.method} ${exchange.request.path}: ${error instanceof Error ? error.stack : error}`,
        'CorrectoverTestingWarning',
      )
    }
  }
}

function asStep(step: GivenStep): Step {
  if (step instanceof Step) return step
  if (typeof step === 'string') return ok(step)
  throw new TypeError(`expected a fault made by faults.*, got ${(step as Fault | undefined)?.name ?? typeof step}`)
}
