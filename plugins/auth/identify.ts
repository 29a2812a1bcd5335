import { refuse } from '../../src/errors.ts'
import type { Received } from '../../src/exchange.ts'
import type { Admin, Caller } from '../../src/types.ts'
import { credential } from './credential.ts'
import type { Hashes } from './hashes.ts'
import type { Keys } from './keys.ts'
import type { WrongKeys } from './wrong-keys.ts'

export const MASTER: Caller = {
  kind: 'master',
  id: 'master',
  name: 'Master key',
  subPaths: false,
  labels: {},
}
export const OPEN: Caller = { kind: 'open', id: 'open', name: 'No key', subPaths: false, labels: {} }

interface IdentifyOptions {
  readonly keys: Pick<Keys, 'find' | 'operatorOf'>
  readonly hashes: Hashes
  /** Absent where there is no master key. */
  readonly masterHash: string | undefined
  readonly wrongKeys: Pick<WrongKeys, 'count'>
  /** Requests for which another plugin says who calls. */
  readonly vouched: WeakMap<Request, (x: Received) => Caller>
  /** Nobody needs a key. */
  readonly isOpen: () => boolean
  /** What is sent as a key is for another plugin to read. */
  readonly isTheirs: (key: string) => boolean
  /** Another plugin lets this request in. */
  readonly isLetIn: (request: Request) => boolean
  /** The gateway can be reached from this machine only. */
  readonly isLoopback: boolean
}

/** Who comes with which key. */
export function createIdentify(options: IdentifyOptions) {
  const { keys, hashes, masterHash, wrongKeys, vouched, isOpen, isTheirs, isLetIn, isLoopback } = options
  const isLocal = ({ connection }: Received) => connection.loopback && isLoopback
  return {
    /** Nobody needs a key, and this is somebody on this machine. */
    open: (x: Received): Caller | undefined => (isOpen() && isLocal(x) ? OPEN : undefined),
    caller(x: Received): Caller | undefined {
      const { request } = x
      const key = credential(request)
      if (isOpen())
        return isLocal(x) ? (vouched.get(request)?.(x) ?? OPEN) : refuse('invalid_api_key', ONLY_LOCAL)
      if (key === undefined) return vouched.get(request)?.(x)
      const hash = hashes.of(key)
      const caller = hash === masterHash ? MASTER : keys.find(hash)
      if (caller === undefined) {
        if (isTheirs(key)) return undefined
        wrongKeys.count('call')
        refuse('invalid_api_key', 'Incorrect API key provided: it is unknown, expired or revoked')
      }
      hashes.keep(key, hash)
      return caller
    },
    operator(x: Received): Admin | undefined {
      const { request } = x
      if (isOpen()) return isLocal(x) ? { via: 'loopback', mayWrite: true } : undefined
      const key = credential(request)
      if (key === undefined) return undefined
      const hash = hashes.of(key)
      if (hash === masterHash) return { via: 'master', mayWrite: true }
      const operator = keys.operatorOf(hash)
      if (operator !== undefined) return { via: 'key', ...operator }
      const isKnown = keys.find(hash) !== undefined || isTheirs(key) || isLetIn(request)
      if (!isKnown) wrongKeys.count('admin')
      return undefined
    },
  }
}

const ONLY_LOCAL =
  'Without any key the gateway serves direct callers on this machine only: set MODELWAY_MASTER_KEY and send it as API key'
