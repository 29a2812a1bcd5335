import { afterAll, beforeAll, expect, test } from 'bun:test'
import { until } from '../kit.ts'
import { declared, openToolbox, startServer, type TestServer, type Toolbox, versions } from './kit.ts'

let server: TestServer
let box: Toolbox
beforeAll(async () => {
  server = await startServer('one', 'new')
  box = await openToolbox([declared(server)])
})
afterAll(async () => {
  await box[Symbol.asyncDispose]()
  await server.stop()
})

test('a stop ends calls of tools with the drain time: agents and servers hear of it', async () => {
  const options = Object.values(versions)
  const clients = await Promise.all(options.map(each => box.client('/team', each)))
  const told = clients.map(client =>
    client.callTool({ name: 'one__hang', arguments: {} }).catch(error => error.data.code),
  )
  await until(async () => (await server.seen()).waiting === 2, 'both to be under way')
  const began = performance.now()
  await box.test.gateway.stop(100)
  // Two seconds later they would be cut off, and their server would be blamed.
  expect(performance.now() - began).toBeLessThan(1500)
  expect(await Promise.all(told)).toEqual(['shutting_down', 'shutting_down'])
  await until(async () => (await server.seen()).cancelled === 2, 'the server to be told')
})
