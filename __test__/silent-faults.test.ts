/** The table of silent faults in README.md is what a run gives. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { current, render } from '../scripts/silent-faults.mts'

test('the table of silent faults is fresh: npm run docs:faults', async () => {
  assert.equal(await current(), await render())
})
