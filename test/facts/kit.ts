import { MASTER, type Parsed, startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'

type Json = Readonly<Record<string, unknown>>

export interface Facts extends AsyncDisposable {
  readonly test: TestGateway
  readonly mocks: Readonly<Record<string, MockProvider>>
  /** An entry of `GET /v1/models`. */
  model(id: string, headers?: Record<string, string>): Promise<Json>
  redirect(source: string, targets: readonly string[], more?: object): Promise<void>
  /** Who was asked, as `provider/model`, in the order of the tries. */
  asked(
    model: string,
    body: Json,
    headers?: Record<string, string>,
    path?: string,
  ): Promise<readonly string[]>
  explain(model: string): Promise<Parsed>
}

/** A gateway before mock providers whose lists say what their models can. */
export async function startWith(
  lists: Readonly<Record<string, readonly Json[]>>,
  { env = {}, now }: { env?: Record<string, string>; now?: () => number } = {},
): Promise<Facts> {
  const asked: string[] = []
  const mocks = Object.fromEntries(Object.keys(lists).map(name => [name, createMockProvider({ tokens: 2 })]))
  for (const [name, mock] of Object.entries(mocks)) {
    mock.setModels({ plan: { body: JSON.stringify({ object: 'list', data: lists[name] }) } })
    mock.setPlan(({ json }) => void asked.push(`${name}/${json?.model}`))
  }
  const urls = Object.entries(mocks).map(([name, { url }]) => [
    `${name.toUpperCase().replaceAll('-', '_')}_BASE_URL`,
    url,
  ])
  const test = await startGateway({ env: { ...Object.fromEntries(urls), ...env }, ...(now && { now }) })
  await test.admin('POST', '/admin/providers/refresh')
  const headers = { authorization: `Bearer ${MASTER}` }
  return {
    test,
    mocks,
    async model(id, more = {}) {
      const { body } = await test.json(`/v1/models/${id}`, { headers: { ...headers, ...more } })
      return body
    },
    async redirect(source, targets, more = {}) {
      const body = { source, targets: targets.map(model => ({ model })), strategy: 'failover', ...more }
      const { status, body: reply } = await test.admin('PUT', '/admin/virtual-models', body)
      if (status !== 200) throw new Error(JSON.stringify(reply))
    },
    async asked(model, body, more = {}, path = '/v1/chat/completions') {
      asked.length = 0
      await test.fetch(path, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', ...more },
        body: JSON.stringify({ model, ...body }),
      })
      return [...asked]
    },
    explain: model => test.admin('POST', '/admin/explain', { model }),
    async [Symbol.asyncDispose]() {
      await test.close()
      for (const mock of Object.values(mocks)) mock.stop()
    },
  }
}
