// A lazily made Response is told from a real one by nothing that a program can see: each case asks the same of both.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { LazyHeaders } from '../build/headers.js'
import { LazyResponse } from '../build/response.js'

type Fields = readonly (readonly [string, string])[]

const JSON_TYPE: Fields = [['content-type', 'application/json']]

function lazy(body: string | Uint8Array<ArrayBuffer>, fields: Fields = JSON_TYPE, status = 200, signal?: AbortSignal) {
  const headers = fields.flat().join('\n')
  return new LazyResponse({ status, headers, url: 'https://api.example/v1', signal, origin: undefined }, body)
}

function real(body: string | Uint8Array<ArrayBuffer>, fields: Fields = JSON_TYPE, status = 200) {
  const bodiless = [204, 205, 304].includes(status)
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return new Response(bodiless ? null : bytes, { status, headers: fields as [string, string][] })
}

/** What came of it, in a form that can be compared. */
async function outcome(run: () => unknown): Promise<unknown> {
  try {
    const value = await run()
    if (value instanceof ArrayBuffer) return Buffer.from(value).toString('hex')
    if (value instanceof Blob) return [value.type, await value.text()]
    if (value instanceof FormData) return [...value]
    return value
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

const BODIES = {
  empty: '',
  json: '{"a":1,"b":[1.0,1e2,"ü€😀"]}',
  'broken json': '{"a":',
  text: 'plain',
  'byte order mark': '\ufeff{"a":1}',
  nul: 'a\0b',
  bytes: new Uint8Array([0xff, 0xfe, 0x41]),
  'bytes with a mark': new Uint8Array([0xef, 0xbb, 0xbf, 0x31]),
}

const READS: Record<string, (response: Response) => unknown> = {
  text: (response) => response.text(),
  json: (response) => response.json(),
  arrayBuffer: (response) => response.arrayBuffer(),
  bytes: async (response) => Buffer.from(await response.bytes()).toString('hex'),
  blob: (response) => response.blob(),
  formData: (response) => response.formData(),
  'body of': (response) => new Response(response.body).text(),
  'text twice': (response) => response.text().then(() => response.text()),
  'json then bytes': (response) => response.json().then(() => response.arrayBuffer()),
  'text then body': (response) => response.text().then(() => [response.body?.locked, response.bodyUsed]),
  'body then text': (response) => [response.body?.locked, response.text()][1],
  'locked then text': (response) => [response.body?.getReader(), response.text()][1],
  'cancelled then text': async (response) => {
    await response.body?.cancel()
    return [response.bodyUsed, await response.text()]
  },
  'clone, both read': async (response) => {
    const clone = response.clone()
    return [await response.text(), response.bodyUsed, clone.bodyUsed, await clone.text(), clone.bodyUsed]
  },
  'clone of a clone after body': async (response) => {
    void response.body
    const clone = response.clone().clone()
    return [clone.status, clone.headers.get('content-type'), await clone.text(), await response.text()]
  },
  'clone after text': (response) => response.text().then(() => response.clone()),
  'bodyUsed before': (response) => response.bodyUsed,
  'bodyUsed at once': (response) => [response.text().catch(() => {}), response.bodyUsed][1],
  'iterated body': async (response) => {
    const chunks = []
    for await (const chunk of response.body ?? []) chunks.push(chunk)
    return Buffer.concat(chunks).toString('hex')
  },
}

for (const [body, text] of Object.entries(BODIES)) {
  for (const [name, read] of Object.entries(READS)) {
    for (const status of [200, 204, 404]) {
      test(`${name} of ${body} with ${status} is that of a real one`, async () => {
        assert.deepEqual(
          await outcome(() => read(lazy(text, JSON_TYPE, status))),
          await outcome(() => read(real(text, JSON_TYPE, status))),
        )
      })
    }
  }
}

test('one byte order mark is dropped, as the standard has it; undici drops two', async () => {
  assert.equal(await lazy('\ufeff\ufeff1').text(), '\ufeff1')
})

test('a form is read', async () => {
  const type: Fields = [['content-type', 'application/x-www-form-urlencoded']]
  assert.deepEqual([...(await lazy('a=1&b=2', type).formData())], [...(await real('a=1&b=2', type).formData())])
})

test('the head is told', () => {
  for (const status of [200, 201, 299, 300, 400, 404, 429, 500, 503, 529, 599]) {
    const response = lazy('', JSON_TYPE, status)
    assert.equal(response.status, status)
    assert.equal(response.ok, real('', JSON_TYPE, status).ok)
  }
  const response = lazy('')
  assert.deepEqual(
    [response.url, response.redirected, response.type, response.statusText],
    ['https://api.example/v1', false, 'basic', 'OK'],
  )
})

test('it is an instance of the one Response and of the one Headers', () => {
  const response = lazy('x')
  assert.ok(response instanceof Response)
  assert.ok(response.headers instanceof Headers)
  assert.equal(response.constructor, Response)
  assert.equal(Object.prototype.toString.call(response), '[object Response]')
  assert.equal(Object.prototype.toString.call(response.headers), '[object Headers]')
})

test('a real Response is made of its parts', async () => {
  const source = lazy('{"a":1}', [
    ['content-type', 'application/json'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ])
  const copy = new Response(source.body, source)
  assert.equal(await copy.text(), '{"a":1}')
  assert.deepEqual(copy.headers.getSetCookie(), ['a=1', 'b=2'])
})

test('it is printed as a real one is, without being read', async () => {
  const response = lazy('{"a":1}')
  assert.match(inspect(response), /^Response \{[\s\S]*status: 200[\s\S]*'content-type': 'application\/json'/)
  assert.equal(response.bodyUsed, false)
  assert.equal(await response.text(), '{"a":1}')
})

test('what is hung on it stays', () => {
  const mark = Symbol('mark')
  const response = Object.assign(lazy(''), { [mark]: 1 })
  assert.equal(response[mark], 1)
})

test('the body of an aborted request cannot be read', async () => {
  for (const read of ['text', 'json', 'arrayBuffer', 'blob'] as const) {
    const controller = new AbortController()
    const response = lazy('1', JSON_TYPE, 200, controller.signal)
    const reason = new Error('enough')
    controller.abort(reason)
    await assert.rejects(response[read](), (error) => error === reason)
  }
})

// === Headers ===

const HEADERS: Record<string, Fields> = {
  none: [],
  one: [['a', '1']],
  unsorted: [
    ['x-b', '2'],
    ['date', 'now'],
    ['x-a', '1'],
    ['content-type', 'application/json'],
  ],
  repeated: [
    ['a', '1'],
    ['b', 'x'],
    ['a', '2'],
    ['a', ''],
  ],
  cookies: [
    ['set-cookie', 'a=1'],
    ['b', '1'],
    ['set-cookie', 'b=2; Path=/'],
    ['a', '1'],
  ],
  empty: [['a', '']],
  'latin-1': [['a', 'caf\u00e9']],
  'a value like a name': [
    ['a', 'x-request-id'],
    ['b', 'c'],
  ],
}

const QUESTIONS: Record<string, (headers: Headers) => unknown> = {
  entries: (headers) => [...headers.entries()],
  keys: (headers) => [...headers.keys()],
  values: (headers) => [...headers.values()],
  iterator: (headers) => [...headers],
  forEach: (headers) => {
    const seen: unknown[] = []
    headers.forEach(function (this: unknown, value, name, self) {
      seen.push(value, name, self === headers, this)
    }, 'self')
    return seen
  },
  getSetCookie: (headers) => headers.getSetCookie(),
  get: (headers) =>
    ['a', 'A', 'x-B', 'Set-Cookie', 'x-request-id', 'missing', 'constructor'].map((name) => headers.get(name)),
  has: (headers) => ['a', 'A', 'x-B', 'set-cookie', 'x-request-id', 'missing'].map((name) => headers.has(name)),
  copy: (headers) => [...new Headers(headers)],
  object: (headers) => Object.fromEntries(headers),
  'get without a name': (headers) => (headers.get as () => unknown)(),
  'get of a bad name': (headers) => headers.get('a b'),
  'has of an empty name': (headers) => headers.has(''),
  'get of a number': (headers) => headers.get(1 as never),
  'forEach without a function': (headers) => headers.forEach(1 as never),
}

/** As the core hands them over. */
const crossed = (headers: Headers) => [...headers].flat().join('\n')

for (const [name, fields] of Object.entries(HEADERS)) {
  for (const [question, ask] of Object.entries(QUESTIONS)) {
    test(`${question} of ${name} headers is that of real ones`, async () => {
      const same = new Headers(fields as [string, string][])
      const flat = new LazyHeaders(crossed(same))
      assert.deepEqual(await outcome(() => ask(flat)), await outcome(() => ask(same)))
    })
  }
}

test('they cannot be changed, as those of a fetched response cannot', () => {
  const headers = lazy('').headers
  assert.throws(() => headers.set('a', '1'), TypeError)
  assert.throws(() => headers.append('a', '1'), TypeError)
  assert.throws(() => headers.delete('content-type'), TypeError)
  assert.equal(headers.get('content-type'), 'application/json')
})

test('random headers in random order are those of real ones', () => {
  let seed = 1
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed % below
  }
  const names = ['a', 'b', 'x-request-id', 'set-cookie', 'content-type', 'z', 'x-a']
  for (let round = 0; round < 2000; round++) {
    const fields = Array.from(
      { length: random(12) },
      () => [names[random(names.length)] as string, `v${random(5)}`] as const,
    )
    const same = new Headers(fields as unknown as [string, string][])
    const flat = new LazyHeaders(crossed(same))
    assert.deepEqual([...flat], [...same])
    for (const name of names) assert.equal(flat.get(name), same.get(name))
  }
})
