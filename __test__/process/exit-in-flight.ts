/** Leaves in the middle of calls: some wait, some have just begun, some are being answered. */
import { CorrectoverEngine } from '../../dist/index.js'

const [good, silent, how] = process.argv.slice(2) as [string, string, string | undefined]
for (const baseUrl of [good, silent, 'http://127.0.0.1:9/v1']) {
  const engine = new CorrectoverEngine({ providers: [{ name: 'primary', baseUrl, apiKey: 'k', model: 'gpt-4o' }] })
  for (let call = 0; call < 50; call++) engine.chat('Hi').catch(() => {})
}
setTimeout(() => {
  if (how === 'throw') throw new Error('nobody catches this')
  process.exit(7)
}, 10)
