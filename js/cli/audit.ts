// `correctover audit`: recorded calls judged by a contract, one line in, one line out.

import { readFileSync } from 'node:fs'
import { readContract } from '../config/contract.ts'
import { contractJson } from '../config.ts'
import { fromThrown } from '../errors.ts'
import { addon } from '../native.ts'
import { readArguments, UsageError } from './arguments.ts'
import { type Judged, Summary } from './audit-summary.ts'
import { type Command, EXIT, type ExitCode } from './command.ts'
import { readLines, told } from './lines.ts'
import type { Terminal } from './terminal.ts'

/** Lines that cannot be read are told one by one up to here, then counted. */
const MOST_ERRORS = 10

const HELP = `Usage: correctover audit FILE.jsonl[.gz] [--contract FILE.json] [--json]

Judges recorded calls to language models: was each answer what its request asked for? FILE has one call a line, as JSON:

  { "id"?, "host", "path", "status", "content_type", "request", "response", "response_b64"?, "latency_ms"? }

request and response are the texts of the two bodies; an event stream is given as the text of the whole stream, a body
that is no text as base64 in response_b64. Other fields are ignored. FILE may be gzipped; - reads stdin.

OpenAI chat completions and all that speak like it are judged by the whole contract. Errors are classified in every
dialect; what else there is passes unjudged.

  --contract FILE   a contract as in the configuration of an engine; without it the default one
  --json            for each line { id, verdict, dimensions, identity, fault, cost_usd } on stdout, a summary on stderr
  --help            this text

Exit codes: 0 every line passed, 1 some failed, 2 wrong use or lines that cannot be read, 3 a fault of correctover.`

export const audit: Command = {
  summary: 'judge recorded calls by a contract',
  help: HELP,
  run,
}

async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readArguments(args, { contract: { type: 'string' }, json: { type: 'boolean' } })
  const [file, ...more] = positionals
  if (file === undefined) throw new UsageError('expected a FILE; see correctover audit --help')
  if (more.length > 0) throw new UsageError(`expected one FILE, got ${positionals.length}`)
  const judge = judgeBy(values.contract)
  const summary = new Summary()
  for await (const { bytes, first, lines } of readLines(file)) {
    await take(judge(bytes, first, !values.json), values.json === true, summary, terminal)
    terminal.progress(() => `${(first + lines - 1).toLocaleString('en')} lines`)
    if (terminal.readerLeft) break
  }
  terminal.clearProgress()
  if (summary.unreadable > MOST_ERRORS) {
    terminal.tell(`… and ${summary.unreadable - MOST_ERRORS} more lines that cannot be read`)
  }
  if (values.json) terminal.tell(summary.line())
  else await terminal.write(`${summary.report()}\n`)
  if (summary.unreadable > 0) return EXIT.usage
  return summary.failed > 0 ? EXIT.findings : EXIT.good
}

type Judge = (lines: Uint8Array, first: number, explained: boolean) => string

function judgeBy(file: string | undefined): Judge {
  const contract = file === undefined ? '{}' : contractJson(readContract(parsed(file), 'contract'))
  const { audit } = addon()
  const judge: Judge = (lines, first, explained) => audit(lines, first, contract, explained)
  try {
    // A contract that cannot be compiled is told before any line is read.
    judge(new Uint8Array(), 1, false)
  } catch (error) {
    throw fromThrown(error)
  }
  return judge
}

function parsed(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw told(file, error)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${file}: not JSON: ${(error as Error).message}`)
  }
}

interface Unreadable {
  readonly line: number
  readonly error: string
}

async function take(judged: string, asJson: boolean, summary: Summary, terminal: Terminal): Promise<void> {
  if (judged === '') return
  const out: string[] = []
  for (const text of judged.split('\n')) {
    const line: Judged | Unreadable = JSON.parse(text)
    if ('error' in line) {
      summary.unreadable++
      if (summary.unreadable <= MOST_ERRORS) terminal.tell(`line ${line.line}: ${line.error}`)
    } else {
      summary.add(line)
      if (asJson) out.push(text, '\n')
    }
  }
  await terminal.write(out.join(''))
}
