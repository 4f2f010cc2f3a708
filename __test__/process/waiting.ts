/** Nothing but the call holds this process: it must live until the answer is there. */
import { CorrectoverEngine } from '../../dist/index.js'

const [baseUrl] = process.argv.slice(2)
process.channel!.unref()
const engine = new CorrectoverEngine({
  providers: [{ name: 'primary', baseUrl: baseUrl!, apiKey: 'k', model: 'gpt-4o' }],
})
engine.chat('Hi').then(() => process.send!('answered'))
