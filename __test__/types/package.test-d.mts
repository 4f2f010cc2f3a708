// The package that runs is the package that index.d.ts describes: every export promised is there and fits, and no
// export and no public member is unsaid. Members are compared by name on the way back, because classes with private
// fields fit nothing but themselves.

import type * as api from '../../index.mjs'
import type * as written from '../../js/index.mts'

type Fits<Written, Promised> = [Written] extends [Promised] ? true : 'does not fit'
type SameNames<Written, Promised> = [keyof Written] extends [keyof Promised]
  ? [keyof Promised] extends [keyof Written]
    ? true
    : 'missing'
  : 'unsaid'
declare function holds<_ extends true>(): void

holds<Fits<typeof written, typeof api>>()
holds<SameNames<typeof written, typeof api>>()
holds<Fits<written.CorrectoverEngine, api.CorrectoverEngine>>()
holds<SameNames<written.CorrectoverEngine, api.CorrectoverEngine>>()
holds<SameNames<typeof written.CorrectoverEngine, typeof api.CorrectoverEngine>>()
