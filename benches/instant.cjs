// A core that answers at once and checks nothing: what remains is the cost of the face.

const HEADERS = [
  ['content-type', 'application/json'],
  ['date', 'Sat, 21 Nov 2026 04:06:00 GMT'],
  ['openai-processing-ms', '512'],
  ['openai-version', '2020-10-01'],
  ['x-ratelimit-limit-requests', '10000'],
  ['x-ratelimit-remaining-requests', '9999'],
  ['x-should-retry', 'false'],
  ['x-correctover-call-id', 'cor_0123456789abcdef'],
  ['x-correctover-provider', 'openai'],
]
const REPORT = JSON.stringify({ callId: 'cor_0123456789abcdef', verified: true, attempts: [] }).padEnd(1200)
const FLAT = HEADERS.flat().join('\n')
const BODY = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o',
  choices: [{ index: 0, message: { role: 'assistant', content: 'word '.repeat(150) }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 150, total_tokens: 159 },
})

class Engine {
  #ready = []
  #wake

  constructor(_config, wake) {
    this.#wake = wake
  }

  begin(id) {
    if (this.#ready.length === 0) setImmediate(this.#wake)
    this.#ready.push(0, id, 200, `${FLAT}\nx-request-id\nreq_${id}`, BODY, REPORT, 0)
  }

  drain() {
    return this.#ready.splice(0)
  }

  contract() {
    return 0
  }

  start() {}
  cancel() {}
  ref() {}
  unref() {}
  close() {}
}

exports.Engine = Engine
exports.brands = () => '[]'
exports.BODY = BODY
exports.FLAT = FLAT
