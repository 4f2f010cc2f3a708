// The official suites, through the public API: JSON-Schema-Test-Suite (required tests, drafts 4 to 2020-12, remotes given
// as `schemas`) and JSONTestSuite. They are data of others and not part of this repository; CI has them.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { gunzipSync } from 'node:zlib'
import { CorrectoverEngine } from '../dist/index.js'

const FOLDER = process.env.CORRECTOVER_CORPORA ?? join(import.meta.dirname, '../../shared/corpora')
const off = { identity: false, integrity: false, structure: false } as const

/** The files of an archive by name. Tar: a header of 512 bytes, the name first, the size in octal at 124. */
function archive(name: string): Map<string, Buffer> | undefined {
  const path = join(FOLDER, name)
  if (!existsSync(path)) {
    if (process.env.CI === 'true') throw new Error(`${path} is absent, and CI must have it`)
    return undefined
  }
  const bytes = gunzipSync(readFileSync(path))
  const files = new Map<string, Buffer>()
  for (let at = 0; at + 512 <= bytes.length; ) {
    const entry = bytes.toString('utf8', at, at + 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8) || 0
    const plain = bytes[at + 156] === 0x30 || bytes[at + 156] === 0
    if (entry && plain) files.set(entry, bytes.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

const SCHEMAS = {
  draft4: 'http://json-schema.org/draft-04/schema#',
  draft6: 'http://json-schema.org/draft-06/schema#',
  draft7: 'http://json-schema.org/draft-07/schema#',
  'draft2019-09': 'https://json-schema.org/draft/2019-09/schema',
  'draft2020-12': 'https://json-schema.org/draft/2020-12/schema',
} as const
type Draft = keyof typeof SCHEMAS

interface Group {
  description: string
  schema: boolean | Record<string, unknown>
  tests: { description: string; data: unknown; valid: boolean }[]
}

/** Remotes are served from localhost:1234 in the suite; those of a draft are for that draft. */
function remotesOf(files: Map<string, Buffer>, draft: Draft): Record<string, Record<string, unknown>> {
  const remotes: Record<string, Record<string, unknown>> = {}
  for (const [name, text] of files) {
    const path = name.split('/remotes/')[1]
    if (path === undefined || !path.endsWith('.json')) continue
    const first = path.split('/')[0] as string
    if (first !== draft && (first in SCHEMAS || first === 'draft3' || first === 'v1')) continue
    const schema = JSON.parse(text.toString())
    remotes[`http://localhost:1234/${path}`] =
      typeof schema === 'object' && schema.$schema === undefined ? { $schema: SCHEMAS[draft], ...schema } : schema
  }
  return remotes
}

const suite = archive('json-schema-test-suite.tar.gz')

for (const draft of Object.keys(SCHEMAS) as Draft[]) {
  test(`JSON-Schema-Test-Suite, ${draft}`, { skip: suite ? false : 'the corpus is absent' }, () => {
    if (!suite) return
    const engine = new CorrectoverEngine()
    const schemas = remotesOf(suite, draft)
    const wrong: string[] = []
    let count = 0
    for (const [name, text] of suite) {
      if (!name.includes(`/tests/${draft}/`)) continue
      for (const group of JSON.parse(text.toString()) as Group[]) {
        const declared = typeof group.schema === 'object' ? group.schema : group.schema ? {} : { not: {} }
        const schema = '$schema' in declared ? declared : { $schema: SCHEMAS[draft], ...declared }
        for (const { description, data, valid } of group.tests) {
          count += 1
          const verdict = engine.validate(JSON.stringify(data), { ...off, schema, schemas })
          if ((verdict.dimensions.schema.result === 'pass') !== valid) {
            wrong.push(`${name.split('/').at(-1)}: ${group.description}: ${description}`)
          }
        }
      }
    }
    assert.deepEqual(wrong, [], `${wrong.length} of ${count}`)
    assert.ok(count > 600, `${count} tests`)
  })
}

const parsing = archive('json-test-suite.tar.gz')

test('JSONTestSuite', { skip: parsing ? false : 'the corpus is absent' }, () => {
  if (!parsing) return
  const engine = new CorrectoverEngine()
  const count = { y: 0, n: 0, i: 0 }
  for (const [name, bytes] of parsing) {
    const file = name.split('/').at(-1) as string
    const kind = file[0] as 'y' | 'n' | 'i'
    if (!file.endsWith('.json') || !(kind in count)) continue
    count[kind] += 1
    const json = { ...off, structure: { json: true, nonEmpty: false }, schema: false } as const
    const { passed } = engine.validate(new Uint8Array(bytes), json)
    if (kind !== 'i') assert.equal(passed, kind === 'y', file)
  }
  assert.deepEqual([count.y, count.n], [95, 188])
})
