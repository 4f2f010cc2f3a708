/**
 * Bodies made to hurt: each ends in a typed error or an answer of the next provider, in bounded time, and takes no more
 * memory than its limits. In a process of its own, so that its memory is its own.
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import type { Hostile } from './table/hostile.ts'

const MEBIBYTE = 1 << 20

/** What a call at this provider may add to the memory of the process: the limit of a body, read into room that doubles, and copied once. */
const GROWTH = 256 * MEBIBYTE

// biome-ignore format: a table
const bodies: readonly [name: string, fault: string, withinMs: number][] = [
  ['gzip bomb',            'decompression_bomb', 3000],
  ['honest gzip too large','body_too_large',     5000],
  ['huge',                 'body_too_large',     3000],
  ['huge, length unknown', 'body_too_large',     3000],
  ['deep json',            'json_too_deep',      3000],
  ['deep content',         'content_not_json',   3000],
  ['many keys',            'not_an_answer',      3000],
  ['many choices',         'empty_answer',       3000],
  ['endless headers',      'protocol_error',     3000],
  ['endless first line',   'protocol_error',     3000],
  ['drip for ever',        'total_timeout',      1500],
]

for (const [name, fault, withinMs] of bodies) {
  test(`${name}: ${fault}`, async () => {
    const child = fork(new URL('./table/hostile.ts', import.meta.url), [name], { stdio: 'inherit' })
    const [seen] = (await once(child, 'message')) as [Hostile]
    const [code] = await once(child, 'exit')
    assert.equal(code, 0)
    assert.deepEqual(seen.faults, [fault, null])
    assert.equal(seen.provider, 'second')
    assert.ok(seen.tookMs < withinMs, `took ${seen.tookMs} ms`)
    assert.ok(seen.grown < GROWTH, `grew by ${(seen.grown / MEBIBYTE).toFixed()} MiB`)
  })
}
