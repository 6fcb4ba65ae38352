import type { Log } from '../cluster/api-client.ts'

/** KRMPOD_LOG=debug: one JSON line for every request, on stderr. Loaded only then. */
export async function debugLog(): Promise<Log> {
  const { default: pino } = await import('pino')
  const logger = pino({ level: 'debug', base: null }, pino.destination({ fd: 2, sync: true }))
  return (fields, message) => logger.debug(fields, message)
}
