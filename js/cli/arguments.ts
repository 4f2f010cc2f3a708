// What stands on the command line, read into options that are surely what the command declares.

import { type ParseArgsConfig, parseArgs } from 'node:util'

/** What the caller can mend: said in one line, without a stack, and exit code 2. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>

/** Options by name, and what stands there without one. */
export function readArguments<const T extends Options>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    // `Unknown option '--x'. To specify a positional argument …`: the first sentence says it.
    throw new UsageError((error as Error).message.split('. ', 1)[0])
  }
}
