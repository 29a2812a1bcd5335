import { expect, test } from 'bun:test'
import { MASTER, startGateway } from '../kit.ts'
import { type Received, startStub } from './stub.ts'

test('a recording is sent to AssemblyAI, and its text is fetched when it is there', async () => {
  const answers: Readonly<Record<string, object>> = {
    'POST /v2/upload': { upload_url: 'https://cdn.assemblyai.com/upload/1' },
    'POST /v2/transcript': { id: 't-1', status: 'queued' },
    'GET /v2/transcript/t-1': { id: 't-1', status: 'completed', text: 'Hello there', audio_duration: 2 },
  }
  const line = ({ method, path }: Received) => `${method} ${path}`
  const stub = startStub(request => ({ body: JSON.stringify(answers[line(request)] ?? {}) }))
  const gateway = await startGateway({ env: { ASSEMBLYAI_API_KEY: 'aai', ASSEMBLYAI_BASE_URL: stub.url } })
  const form = new FormData()
  form.append('model', 'assemblyai/universal-3-5-pro')
  form.append('file', new File([new Uint8Array([0x49, 0x44, 0x33, 4, 0])], 'hello.mp3'))
  const { status, body } = await gateway.json('/v1/audio/transcriptions', {
    ...{ method: 'POST', body: form },
    headers: { authorization: `Bearer ${MASTER}` },
  })
  expect([status, body.text]).toEqual([200, 'Hello there'])
  expect(stub.received.map(line)).toEqual(Object.keys(answers))
  expect(stub.received.map(({ headers }) => headers.get('authorization'))).toEqual(['aai', 'aai', 'aai'])
  expect(JSON.parse(stub.received[1]!.body)).toMatchObject({
    audio_url: 'https://cdn.assemblyai.com/upload/1',
    speech_models: ['universal-3-5-pro'],
  })
  const { body: models } = await gateway.admin('GET', '/v1/models')
  expect(models.data.map(({ id }: { id: string }) => id)).toContain('assemblyai/universal-2')
  await gateway.close()
  stub.stop()
})
