/** Every example runs as it stands, and says what it promises to say. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'

const folder = new URL('../examples/', import.meta.url)

const OUTPUT: Readonly<Record<string, RegExp>> = {
  'outage.mts':
    /^Hello from the first provider\. .+\n(Hello from the second provider\. +\(first: [a-z_]+, then second: passed\)\n){5}$/,
}

for (const example of readdirSync(folder)) {
  test(example, () => {
    const expected = OUTPUT[example]
    assert.ok(expected, 'an example that nobody looks at')
    assert.match(execFileSync(process.execPath, [new URL(example, folder).pathname], { encoding: 'utf8' }), expected)
  })
}
