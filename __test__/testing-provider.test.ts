/** The provider as its users hold it: scripts, records, cancellation, closing. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { faults, provider } from '../dist/testing.js'
import type { Provider } from '../testing.d.ts'

function post(server: Provider, body: object = {}, init: RequestInit = {}) {
  return fetch(`${server.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-canary', 'x-api-key': 'sk-canary' },
    body: JSON.stringify({ model: 'gpt-4o', messages: [], ...body }),
    ...init,
  })
}

async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (let turn = 0; turn < 500; turn += 1) {
    const seen = look()
    if (seen !== undefined && seen !== false) return seen
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  throw new Error(`never came true: ${look}`)
}

async function textOf(response: Response): Promise<string> {
  const body = (await response.json()) as { choices: { message: { content: string } }[] }
  return body.choices[0]?.message.content ?? ''
}

describe('a script', () => {
  test('is played once, in order of arrival, then always goes on', async () => {
    await using server = await provider({ answer: 'good' })
    server.always(faults.status(503)).script(faults.status(500), faults.ok('second'), 'third')
    const seen: unknown[] = []
    for (let turn = 0; turn < 5; turn += 1) {
      const response = await post(server)
      seen.push(response.ok ? await textOf(response) : response.status)
      if (!response.ok) await response.text()
    }
    // Setting `always` afterwards discards what is left of a script.
    server.script(faults.status(500)).always(faults.ok())
    assert.deepEqual(seen, [500, 'second', 'third', 503, 503])
    assert.equal((await post(server)).status, 200)
    assert.equal(server.hits, 6)
  })

  test('cannot hold a refused connection, nor what is no fault', async () => {
    await using server = await provider()
    assert.throws(() => server.script(faults.refused(), faults.ok()), /cannot be a step of a script: use always/)
    assert.throws(() => server.script({ name: 'mine' }), /expected a fault made by faults\.\*, got mine/)
  })

  test('a refusing provider listens again on the same port', async () => {
    await using server = await provider()
    const { port } = server
    for (let turn = 0; turn < 3; turn += 1) {
      server.always(faults.refused())
      await assert.rejects(
        post(server),
        (error: Error) =>
          (error.cause as NodeJS.ErrnoException).code === 'ECONNREFUSED' ||
          (error.cause as Error).message.includes('closed'),
      )
      server.reset()
      assert.equal((await post(server)).status, 200)
    }
    assert.equal(server.port, port)
    server.reset()
    assert.deepEqual([server.hits, server.requests.length, server.connections, server.aborted], [0, 0, 0, 0])
  })

  test('raw bytes and the user’s own code answer too', async () => {
    await using server = await provider()
    server.script(
      faults.raw('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{', 5, Buffer.from('}')),
      faults.respond((request, response) => void response.writeHead(418).end(request.json.model)),
    )
    assert.equal(await (await post(server)).text(), '{}')
    const teapot = await post(server)
    assert.deepEqual([teapot.status, await teapot.text()], [418, 'gpt-4o'])
  })

  test('code of the user that throws resets the connection and warns', async () => {
    await using server = await provider({ answer: () => Promise.reject(new Error('a mistake')) })
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    await assert.rejects(post(server))
    assert.match((await warned).message, /a mistake/)
  })
})

describe('what is recorded', () => {
  test('a client that goes away, within 50 ms, at each phase', async () => {
    await using server = await provider()
    for (const at of ['request', 'head', 'body', 'middle'] as const) {
      server.reset().always(faults.stall({ at }))
      const controller = new AbortController()
      const answer = post(server, { stream: true }, { signal: controller.signal }).then((response) => response.text())
      answer.catch(() => {})
      await until(() => server.hits === 1)
      await new Promise((resolve) => setTimeout(resolve, 10))
      const cancelled = performance.now()
      controller.abort()
      await assert.rejects(answer)
      const closedAt = await until(() => server.requests[0]?.closedAt)
      assert.ok(closedAt - cancelled < 50, `${at}: ${closedAt - cancelled} ms`)
      assert.equal(server.aborted, 1)
    }
  })

  test('our own resets are not the client’s', async () => {
    await using server = await provider()
    server.always(faults.reset({ at: 'middle' }))
    await assert.rejects(post(server).then((response) => response.text()))
    await new Promise((resolve) => setTimeout(resolve, 10))
    assert.equal(server.aborted, 0)
    assert.equal(server.requests[0]?.closedAt, undefined)
  })

  test('times, path, headers and body of a request', async () => {
    await using server = await provider({ latencyMs: ({ json }) => json.wait ?? 0, headers: { 'x-mine': 'yes' } })
    const before = performance.now()
    const response = await post(server, { wait: 20 })
    await response.text()
    const [request] = server.requests
    assert.ok(request)
    assert.deepEqual(
      [request.method, request.path, request.json.wait, request.headers.authorization],
      ['POST', '/v1/chat/completions', 20, 'Bearer sk-canary'],
    )
    assert.ok(request.at >= before && request.answeredAt! - request.at >= 19)
    assert.equal(response.headers.get('x-mine'), 'yes')
  })

  test('which credentials followed a redirect to another origin', async () => {
    await using server = await provider({ answer: 'caught' })
    server.always(faults.redirect(307))
    const response = await post(server)
    assert.equal(await textOf(response), 'caught')
    assert.equal(server.hits, 1)
    assert.equal(server.strays.length, 1)
    // What fetch does by itself: it takes away the one and not the other.
    assert.equal(server.strays[0]?.headers.authorization, undefined)
    assert.equal(server.strays[0]?.headers['x-api-key'], 'sk-canary')
    assert.equal(server.reset().strays.length, 0)
  })

  test('a stream comes in time with its chunk delay', async () => {
    await using server = await provider({ answer: 'one two three', chunkDelayMs: 5 })
    const response = await post(server, { stream: true })
    let reads = 0
    for await (const _ of response.body!) reads += 1
    assert.ok(reads >= 4, `${reads} reads`)
  })
})

describe('the end', () => {
  test('close is immediate whatever hangs', async () => {
    const server = await provider()
    server.always(faults.stall({ at: 'body' }))
    const response = await post(server)
    const text = assert.rejects(response.text())
    const before = performance.now()
    await server.close()
    await server.close()
    await text
    assert.ok(performance.now() - before < 100)
    await assert.rejects(post(server))
  })

  test('a forgotten provider does not keep the process alive', () => {
    const script = `
      import { provider, faults } from ${JSON.stringify(`${process.cwd()}/dist/testing.js`)}
      const server = await provider()
      const url = server.baseUrl + '/chat/completions'
      const body = JSON.stringify({ model: 'm', messages: [] })
      await (await fetch(url, { method: 'POST', body })).text()
      server.always(faults.redirect())
      await (await fetch(url, { method: 'POST', body })).text()
      server.always(faults.late(60000))
      fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(50) }).catch(() => console.log('done'))`
    const out = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      timeout: 5000,
      encoding: 'utf8',
    })
    assert.equal(out, 'done\n')
  })
})
