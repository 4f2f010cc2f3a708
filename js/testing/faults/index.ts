/** All builders by name, and the one table of their rows. Each family is a file. */
import type { FaultRow, Faults } from '../../../testing.d.ts'
import * as bytes from './bytes.ts'
import * as connection from './connection.ts'
import * as content from './content.ts'
import { raw, respond } from './custom.ts'
import { goodRows, ok } from './good.ts'
import * as protocol from './protocol.ts'
import * as size from './size.ts'
import * as status from './status.ts'
import * as tools from './tools.ts'

const table: readonly FaultRow[] = [
  ...goodRows,
  ...status.statusRows,
  ...connection.connectionRows,
  ...protocol.protocolRows,
  ...bytes.bytesRows,
  ...size.sizeRows,
  ...content.contentRows,
  ...tools.toolsRows,
]

export const faults: Faults = {
  list: Object.freeze(Object.fromEntries(table.map((row) => [row.name, Object.freeze(row)]))),

  ok,

  status: status.status,
  echoedKey: status.echoedKey,
  errorIn200: status.errorIn200,
  streamError: connection.streamError,

  refused: connection.refused,
  stall: connection.stall,
  reset: connection.reset,
  truncate: connection.truncate,
  cut: connection.cut,
  drip: connection.drip,
  late: connection.late,
  notHttp: protocol.notHttp,
  http10: protocol.http10,
  informational: protocol.informational,
  headers: protocol.headers,
  redirect: protocol.redirect,

  html: bytes.html,
  emptyBody: bytes.emptyBody,
  brokenEnvelope: bytes.brokenEnvelope,
  trailingGarbage: bytes.trailingGarbage,
  byteOrderMark: bytes.byteOrderMark,
  invalidUtf8: bytes.invalidUtf8,
  nulByte: bytes.nulByte,
  loneSurrogate: bytes.loneSurrogate,
  duplicateKeys: bytes.duplicateKeys,
  deepJson: bytes.deepJson,
  huge: size.huge,
  gzipBomb: size.gzipBomb,
  wrongEncoding: protocol.wrongEncoding,
  contentType: protocol.contentType,

  emptyContent: content.emptyContent,
  nullContent: content.nullContent,
  noChoices: content.noChoices,
  emptyChoices: content.emptyChoices,
  wrongModel: content.wrongModel,
  brokenJson: content.brokenJson,
  schemaViolation: content.schemaViolation,
  priceSpike: content.priceSpike,
  finish: content.finish,
  loop: content.loop,
  templateToken: content.templateToken,
  promptEcho: content.promptEcho,
  undeclaredTool: tools.undeclaredTool,
  brokenArguments: tools.brokenArguments,
  argumentViolation: tools.argumentViolation,

  raw,
  respond,
}
