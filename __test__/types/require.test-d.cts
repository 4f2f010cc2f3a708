// A CommonJS user gets the same types as an ES module.

import { type Contract, CorrectoverEngine, wrap } from '../../index.js'

const contract: Contract = { maxLatencyMs: 500 }
const engine: CorrectoverEngine = new CorrectoverEngine({ contract })
wrap({ withOptions: () => ({}) }, engine) satisfies { withOptions: () => object }
