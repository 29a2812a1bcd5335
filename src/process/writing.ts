import type { GatewaySettings } from '../config/gateway.ts'
import { openLog } from '../log.ts'

/** How a worker writes; its own standard output is never a terminal. */
export interface Writing {
  readonly worker: number
  readonly isPretty: boolean
}

/** Lines of the log go where all that a process says goes. */
export const write = (lines: string): void => void process.stdout.write(lines)

/** From now on this process writes its log as the settings want it. */
export function startLog(settings: GatewaySettings, writing?: Writing): void {
  openLog({
    level: settings.logLevel,
    pretty: isPretty(settings, writing?.isPretty),
    ...(writing && { worker: writing.worker }),
    write,
  })
}

/** For a person, or for a program. */
export const isPretty = (
  { logFormat }: Pick<GatewaySettings, 'logFormat'>,
  isTerminal = process.stdout.isTTY,
): boolean => (logFormat === 'auto' ? isTerminal : logFormat === 'pretty')
