// `correctover audit` as a shell meets it: what stands on stdout and stderr, and how it ends.

import assert from 'node:assert/strict'
import { type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'

const COMMAND = createRequire(import.meta.url).resolve('../dist/cli.js')
const folder = mkdtempSync(join(tmpdir(), 'correctover-audit-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function run(args: readonly string[], options: SpawnSyncOptions = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { timeout: 30_000, ...options })
  return { code: status, out: String(stdout), err: String(stderr) }
}

function line({ id = undefined as unknown, model = 'gpt-4o-2024-08-06', finish = 'stop', ...over } = {}): string {
  const message = { role: 'assistant', content: 'Paris' }
  return JSON.stringify({
    id,
    host: 'api.openai.com',
    path: '/v1/chat/completions',
    status: 200,
    content_type: 'application/json',
    request: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Capital of France?' }] }),
    response: JSON.stringify({ model, choices: [{ index: 0, message, finish_reason: finish }] }),
    ...over,
  })
}

const GOOD = line()
const SUBSTITUTED = line({ id: 'b', model: 'gpt-4o-mini-2024-07-18' })

test('with --json stdout holds one line for each, and stderr the summary', () => {
  const { code, out, err } = run(['audit', file('two.jsonl', `${GOOD}\n\n${SUBSTITUTED}\n`), '--json'])
  const lines = out
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text))
  assert.equal(code, 1)
  assert.deepEqual(
    lines.map(({ id, verdict, identity, fault }) => [id, verdict, identity, fault?.name]),
    [
      [1, 'pass', 'match', undefined],
      ['b', 'fail', 'mismatch', 'model_mismatch'],
    ],
  )
  assert.deepEqual(Object.keys(lines[1]), ['id', 'verdict', 'dimensions', 'identity', 'fault', 'cost_usd'])
  assert.deepEqual(lines[1].fault, { class: 'contract', name: 'model_mismatch', blame: 'provider', retryable: false })
  assert.match(err, /^2 lines: 1 passed \(0 with a flag\), 1 failed; .*\n$/)
})

test('without it a person reads counts, identities and the worst', () => {
  const { code, out, err } = run(['audit', file('report.jsonl', `${GOOD}\n${SUBSTITUTED}\n`)])
  assert.equal(code, 1)
  assert.equal(err, '')
  assert.match(out, /^2 lines: 1 passed/)
  assert.match(out, /^identity +1 +0 +1 +0$/m)
  assert.match(out, /^ +1 {2}contract model_mismatch {2}\("b"\)$/m)
  assert.match(out, /asked gpt-4o, answered gpt-4o-mini-2024-07-18: expected tier/)
})

test('names out of a file cannot steer the terminal', () => {
  const { out } = run(['audit', file('escape.jsonl', line({ model: 'gpt-4o-mini\u001b[2J\u009b' }))])
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come
  assert.doesNotMatch(out, /[\u0000-\u0009\u000b-\u001f\u0080-\u009f]/)
})

test('all good ends with 0', () => {
  assert.equal(run(['audit', file('good.jsonl', GOOD)]).code, 0)
  assert.equal(run(['audit', file('empty.jsonl', '')]).code, 0)
  assert.equal(run(['audit', file('one-byte.jsonl', '\n')]).code, 0)
})

test('gzip is told by its bytes, in a file or through stdin', () => {
  const zipped = gzipSync(`${GOOD}\n${SUBSTITUTED}\n`)
  const { out } = run(['audit', file('zipped.jsonl', zipped), '--json'])
  assert.equal(out.trimEnd().split('\n').length, 2)
  assert.equal(run(['audit', '-', '--json'], { input: zipped }).out, out)
  assert.equal(run(['audit', '--json', '-'], { input: `${GOOD}\n${SUBSTITUTED}` }).out, out)
})

test('a line that cannot be read is named, and the others are judged', () => {
  const { code, out, err } = run(['audit', file('bad.jsonl', `${GOOD}\n{"path":\n\n${GOOD}\n`), '--json'])
  assert.equal(code, 2)
  assert.equal(out.trimEnd().split('\n').length, 2)
  assert.match(err, /^line 2: not JSON: the text ends too early at byte 8$/m)
  assert.match(err, /1 line cannot be read|1 lines cannot be read/)
})

test('lines are numbered over all batches', () => {
  const long = line({ padding: 'x'.repeat(300_000) } as object)
  const { code, out, err } = run(['audit', file('long.jsonl', `${`${long}\n`.repeat(20)}oops\n${GOOD}`), '--json'])
  const ids = out.trimEnd().split('\n')
  assert.deepEqual(
    ids.map((text) => JSON.parse(text).id),
    [...Array.from({ length: 20 }, (_, index) => index + 1), 22],
  )
  assert.match(err, /^line 21: not JSON/m)
  assert.equal(code, 2)
})

test('the contract of the user is the measure', () => {
  const lines = file('slow.jsonl', line({ latency_ms: 2000 } as object))
  const contract = file('contract.json', '{ "maxLatencyMs": 1000 }')
  const { code, out } = run(['audit', lines, '--contract', contract, '--json'])
  assert.equal(code, 1)
  assert.equal(JSON.parse(out).fault.name, 'too_slow')
})

const USAGE: readonly [name: string, args: readonly string[], said: RegExp][] = [
  ['no command', [], /^Usage: correctover COMMAND/],
  ['an unknown command', ['adit'], /no command adit/],
  ['no file', ['audit'], /expected a FILE/],
  ['two files', ['audit', 'a', 'b'], /expected one FILE, got 2/],
  ['an unknown option', ['audit', 'a', '--jason'], /Unknown option '--jason'/],
  ['a file that is not there', ['audit', join(folder, 'absent')], /absent: no such file/],
  ['a folder', ['audit', folder], /is a directory/],
  ['a contract that is not there', ['audit', 'a', '--contract', join(folder, 'absent')], /absent: no such file/],
  ['a contract that is no JSON', ['audit', 'a', '--contract', file('no.json', '{')], /no\.json: not JSON/],
  [
    'a field that is wrong',
    ['audit', 'a', '--contract', file('x.json', '{"latency":{"maxMs":"1"}}')],
    /contract\.latency\.maxMs/,
  ],
  [
    'a schema that is none',
    ['audit', 'a', '--contract', file('y.json', '{"schema":{"type":"strin"}}')],
    /contract\.schema/,
  ],
  ['gzip that breaks off', ['audit', file('cut.gz', gzipSync(GOOD).subarray(0, 60))], /the gzip data ends too early/],
  ['gzip that is damaged', ['audit', file('damaged.gz', Buffer.from([0x1f, 0x8b, 9, 9, 9, 9]))], /damaged gzip data/],
]

for (const [name, args, said] of USAGE) {
  test(`wrong use: ${name}`, () => {
    const { code, out, err } = run(args)
    assert.match(err, said)
    assert.equal(out, '')
    assert.equal(code, 2)
    assert.doesNotMatch(err, /\n {4}at /, 'no stack')
  })
}

test('help is on stdout and good', () => {
  for (const [args, said] of [
    [['--help'], /audit {2}judge recorded calls/],
    [['audit', '--help'], /--contract FILE/],
    [['audit', 'absent', '-h'], /--contract FILE/],
    [['--version'], /^\d+\.\d+\.\d+\n$/],
  ] as const) {
    const { code, out, err } = run(args)
    assert.match(out, said)
    assert.deepEqual([code, err], [0, ''])
  }
})

test('a reader that leaves early is no error', async () => {
  const child = spawn(process.execPath, [COMMAND, 'audit', file('many.jsonl', `${GOOD}\n`.repeat(20_000)), '--json'])
  let err = ''
  child.stderr.on('data', (data) => {
    err += data
  })
  child.stdout.once('data', () => child.stdout.destroy())
  const code = await new Promise((resolve) => child.on('close', resolve))
  assert.equal(code, 0)
  assert.doesNotMatch(err, /EPIPE|Error/)
})

test('memory does not grow with the file', { timeout: 120_000 }, async () => {
  const child = spawn(process.execPath, ['--max-old-space-size=64', COMMAND, 'audit', '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const batch = `${GOOD}\n`.repeat(1000)
  let out = ''
  child.stdout.on('data', (data) => {
    out += data
  })
  for (let batches = 0; batches < 100; batches++) {
    if (!child.stdin.write(batch)) await new Promise((resolve) => child.stdin.once('drain', resolve))
  }
  child.stdin.end()
  const code = await new Promise((resolve) => child.on('close', resolve))
  assert.equal(code, 0)
  assert.match(out, /^100,000 lines: 100,000 passed/)
})
