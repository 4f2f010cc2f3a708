// Makes dist/, what is published: one file for each entry, because loading a module costs a tenth of a millisecond and
// there are forty. Types for our own tests are those that tsc made of the sources; users have index.d.ts.

import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const root = new URL('..', import.meta.url)
const dist = (name: string) => new URL(`dist/${name}`, root)

rmSync(dist(''), { recursive: true, force: true })
await build({
  absWorkingDir: root.pathname,
  entryPoints: { index: 'js/index.ts', testing: 'js/testing/index.ts', cli: 'js/cli/index.ts' },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
})
copyFileSync(new URL('build/index.mjs', root), dist('index.mjs'))
writeFileSync(dist('index.d.ts'), "export * from '../build/index.js'\n")
writeFileSync(dist('index.d.mts'), "export * from '../build/index.mjs'\n")
writeFileSync(dist('testing.d.ts'), "export * from '../build/testing/index.js'\n")
