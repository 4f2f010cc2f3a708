// No report is ever another call's.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Delivery, Registry } from '../build/registry.js'
import { LazyResponse } from '../build/response.js'

function delivered(registry: Registry, callId: string): Delivery {
  return new Delivery(registry, JSON.stringify({ callId }))
}

const found = (registry: Registry, id: string) => registry.find({ _request_id: id })?.callId

test('an id leads to its call, a repeated one to none', () => {
  const registry = new Registry()
  for (const id of ['a', 'b', 'c', 'b']) registry.addRequestId(id, delivered(registry, id))
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((id) => found(registry, id)),
    ['a', undefined, 'c', undefined],
  )
  assert.equal(registry.find('a')?.callId, 'a')
})

test('ten thousand calls are remembered', () => {
  const registry = new Registry()
  for (let id = 0; id <= 10_000; id++) registry.addRequestId(`${id}`, delivered(registry, `${id}`))
  assert.deepEqual(
    ['0', '1', '10000'].map((id) => found(registry, id)),
    [undefined, '1', '10000'],
  )
})

test('an id that was repeated leads nowhere until its last call is forgotten', () => {
  const registry = new Registry()
  const more = (count: number, from: string) => {
    for (let id = 0; id < count; id++) registry.addRequestId(`${from}${id}`, delivered(registry, 'other'))
  }
  registry.addRequestId('a', delivered(registry, 'first'))
  more(9_000, 'x')
  registry.addRequestId('a', delivered(registry, 'second'))
  more(9_000, 'y')
  assert.equal(found(registry, 'a'), undefined)
  registry.addRequestId('a', delivered(registry, 'third'))
  assert.equal(found(registry, 'a'), undefined)
})

test('an answer of another engine leads to none here', () => {
  const [registry, other] = [new Registry(), new Registry()]
  const head = { status: 200, headers: '', url: '', signal: undefined, origin: delivered(other, 'x') }
  const response = new LazyResponse(head, '')
  assert.equal(other.find(response)?.callId, 'x')
  assert.equal(other.find({ headers: response.headers })?.callId, 'x')
  assert.equal(registry.find(response), undefined)
})

test('a signal that two streams share leads to none', () => {
  const registry = new Registry()
  const { signal } = new AbortController()
  registry.addSignal(signal, delivered(registry, 'first'))
  assert.equal(registry.find({ controller: { signal } })?.callId, 'first')
  registry.addSignal(signal, delivered(registry, 'second'))
  assert.equal(registry.find({ controller: { signal } }), undefined)
})

test('foreign values lead nowhere, whatever they do', () => {
  const registry = new Registry()
  const hostile = new Proxy({}, { get: () => assert.fail(), has: () => assert.fail() })
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const value of [null, undefined, 1, '', {}, [], hostile, proxy, new Response(), new Headers(), { headers: 1 }]) {
    assert.equal(registry.find(value), undefined)
  }
})
