// Finds the addon. Two readers look at this file besides Node: bundlers, which choke on a visible `require` of a binary,
// and file tracers (Next.js standalone, serverless packers), which only copy what they see named. So the paths are
// written out as `__dirname + '…'`, which tracers follow, and loaded through a `require` that bundlers do not see.

/** What the core exports to JavaScript. Whatever is structured crosses as JSON text, headers as `name\nvalue\n…`. */
export interface Addon {
  Engine: new (config: string, wake: () => void) => NativeEngine
  brands(): string
  validate(facts: string, request: string | null, body: string | Uint8Array, contract: string): string
  classify(facts: string, body: string | Uint8Array): string
  /** Lines of a recording → a line of JSON for each that is not blank; the first is line `first` of its file. */
  audit(lines: string | Uint8Array, first: number, contract: string, explained: boolean): string
}

export interface NativeEngine {
  contract(json: string): number
  begin(
    id: number,
    flags: number,
    url: string,
    headers: string,
    body: string | Uint8Array,
    contract: number,
    deadlineMs: number,
    options: string | null,
  ): void
  /** For all that was begun since. */
  start(): void
  cancel(id: number): void
  /** Groups of seven: kind, id, and what `Message` in src/node/message.rs says of each kind. */
  drain(): unknown[]
  replyKey(ask: number, key: string | null, error: string | null): void
  replyChecks(ask: number, failures: string): void
  replyFetch(ask: number, status: number, headers: string, body: Uint8Array | string | null, error: string | null): void
  pull(id: number, chunks: number): void
  health(): string
  setListening(on: boolean): void
  ref(): void
  unref(): void
  close(): void
}

let loaded: Addon | undefined

export function addon(): Addon {
  loaded ??= load()
  return loaded
}

interface Binary {
  readonly platform: string
  /** Beside our own package, where `npm run build` leaves it. */
  readonly built: string
  /** In the optional dependency that npm installs for this platform. */
  readonly installed: string
}

/** Where a bundler left no `__dirname`, the installed package is found from the directory of the application. */
const here = typeof __dirname === 'string' ? __dirname : `${process.cwd()}/node_modules/correctover/dist`

// biome-ignore-start lint/style/useTemplate: file tracers follow a sum, not a template
// biome-ignore format: rows
const BINARIES: readonly Binary[] = [
  { platform: 'linux-x64',    built: here + '/../correctover.linux-x64-gnu.node',    installed: here + '/../../correctover-linux-x64-gnu/correctover.linux-x64-gnu.node' },
  { platform: 'linux-x64',    built: here + '/../correctover.linux-x64-musl.node',   installed: here + '/../../correctover-linux-x64-musl/correctover.linux-x64-musl.node' },
  { platform: 'linux-arm64',  built: here + '/../correctover.linux-arm64-gnu.node',  installed: here + '/../../correctover-linux-arm64-gnu/correctover.linux-arm64-gnu.node' },
  { platform: 'linux-arm64',  built: here + '/../correctover.linux-arm64-musl.node', installed: here + '/../../correctover-linux-arm64-musl/correctover.linux-arm64-musl.node' },
  { platform: 'darwin-x64',   built: here + '/../correctover.darwin-x64.node',       installed: here + '/../../correctover-darwin-x64/correctover.darwin-x64.node' },
  { platform: 'darwin-arm64', built: here + '/../correctover.darwin-arm64.node',     installed: here + '/../../correctover-darwin-arm64/correctover.darwin-arm64.node' },
  { platform: 'win32-x64',    built: here + '/../correctover.win32-x64-msvc.node',   installed: here + '/../../correctover-win32-x64-msvc/correctover.win32-x64-msvc.node' },
  { platform: 'win32-arm64',  built: here + '/../correctover.win32-arm64-msvc.node', installed: here + '/../../correctover-win32-arm64-msvc/correctover.win32-arm64-msvc.node' },
]
// biome-ignore-end lint/style/useTemplate: see above

/**
 * The first that loads. On Linux glibc and musl are not told apart beforehand: npm installs the one that fits, and the
 * other does not exist.
 */
function load(): Addon {
  const require = process.getBuiltinModule('node:module').createRequire(`${here}/native.js`)
  // The name that every package built with napi-rs listens to.
  const named = process.env.NAPI_RS_NATIVE_LIBRARY_PATH
  const platform = `${process.platform}-${process.arch}`
  const rows = BINARIES.filter((binary) => binary.platform === platform)
  const failures: string[] = []
  for (const path of named ? [named] : rows.flatMap(candidates)) {
    try {
      return require(path)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      // That a candidate is not there is the ordinary case; that it is there and does not load is worth telling.
      if (code !== 'MODULE_NOT_FOUND') failures.push(`${path}: ${message.split('\n', 1)[0]}`)
    }
  }
  throw unavailable(platform, rows.length > 0, failures)
}

/** By path first; by name for package managers that lay their folders out in another way (Yarn PnP). */
function candidates({ built, installed }: Binary): string[] {
  return [built, installed, installed.split('/').slice(-2).join('/')]
}

function unavailable(platform: string, supported: boolean, failures: readonly string[]): Error {
  const machine = process.platform === 'linux' ? `${platform} (${libc()})` : platform
  if (!supported) {
    return new Error(`correctover has no native addon for ${machine}; supported: ${known().join(', ')}`)
  }
  const wanted = `correctover-${platform}${suffix()}`
  const told = failures.length > 0 ? ` It was found but did not load: ${failures.join('; ')}.` : ''
  return new Error(
    `correctover found no native addon for ${machine}: the package ${wanted} is not installed.${told} ` +
      'npm skips optional packages after a change of platform or with a lock file made on another one: remove ' +
      `node_modules and package-lock.json and install again, or run: npm install ${wanted}`,
  )
}

function known(): string[] {
  return [...new Set(BINARIES.map((binary) => binary.platform))]
}

function suffix(): string {
  if (process.platform === 'win32') return '-msvc'
  return process.platform === 'linux' ? (libc() === 'musl' ? '-musl' : '-gnu') : ''
}

/** Asked only for the message: the report takes milliseconds to make. */
function libc(): string {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return header?.glibcVersionRuntime ? `glibc ${header.glibcVersionRuntime}` : 'musl'
}
