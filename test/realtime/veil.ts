import type { Socket } from 'bun'

const certificates = new URL('../http/certificates/', import.meta.url).pathname

/** Who has signed for the name `localhost`: clients trust it with `NODE_EXTRA_CA_CERTS`. */
export const authority = `${certificates}authority.pem`

interface End {
  other: Socket<End> | undefined
  /** What came before the other end was there. */
  early: Uint8Array[]
}

/** TLS before a server that speaks none, as a load balancer would add it. Gives the port. */
export function addTls(port: number): { readonly port: number; stop(): void } {
  const server = Bun.listen<End>({
    hostname: '127.0.0.1',
    port: 0,
    tls: { cert: Bun.file(`${certificates}localhost.pem`), key: Bun.file(`${certificates}localhost.key`) },
    socket: {
      open(socket) {
        socket.data = { other: undefined, early: [] }
        void Bun.connect<End>({
          hostname: '127.0.0.1',
          port,
          data: { other: socket, early: [] },
          socket: inner,
        })
      },
      data(socket, bytes) {
        const { other, early } = socket.data
        if (other === undefined) early.push(bytes)
        else other.write(bytes)
      },
      close: socket => void socket.data.other?.end(),
    },
  })
  return { port: server.port, stop: () => server.stop(true) }
}

const inner = {
  open(socket: Socket<End>) {
    const { other } = socket.data
    other!.data.other = socket
    for (const bytes of other!.data.early) socket.write(bytes)
  },
  data: (socket: Socket<End>, bytes: Uint8Array) => void socket.data.other!.write(bytes),
  close: (socket: Socket<End>) => void socket.data.other!.end(),
}
