import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseForm } from '../../src/request/multipart.ts'

const encoder = new TextEncoder()
const read = async (form: FormData) =>
  Promise.all(
    [...form].map(async ([key, value]) =>
      typeof value === 'string'
        ? [key, value]
        : [key, (value as File).name, (value as File).type, [...(await (value as Blob).bytes())]],
    ),
  )

describe('a form', () => {
  test('keeps what each file said of its type, whatever its name says', async () => {
    const body = [
      '--bound\r\ncontent-disposition: form-data; name="image"; filename="a"\r\ncontent-type: image/png\r\n\r\nA--b\r\n',
      '--bound\r\nContent-Disposition: form-data; name="model"\r\n\r\nm\r\n',
      '--bound\r\nContent-Disposition: form-data; name="file"; filename="b.wav"\r\nContent-Type: audio/wave\r\n\r\nB\r\n--bound--\r\n',
    ].join('')
    const form = await parseForm(encoder.encode(body), 'multipart/form-data; boundary=bound')
    expect(await read(form)).toEqual([
      ['image', 'a', 'image/png', [...encoder.encode('A--b')]],
      ['model', 'm'],
      ['file', 'b.wav', 'audio/wave', [66]],
    ])
  })

  test('of a hundred thousand parts is refused at the first too many', async () => {
    const part = '--bound\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n'
    const began = performance.now()
    const body = encoder.encode(`${part.repeat(100_000)}--bound--\r\n`)
    await expect(parseForm(body, 'multipart/form-data; boundary=bound')).rejects.toThrow(
      'The form has more than 1000 fields',
    )
    expect(performance.now() - began).toBeLessThan(500)
  })

  test('of any fields and files comes back as it was sent', async () => {
    const name = fc.stringMatching(/^[a-z]{1,6}$/)
    const field = fc.record({ key: name, text: fc.string() })
    const file = fc.record({
      key: name,
      file: fc.constantFrom('a', 'b.png', 'c.mp3'),
      type: fc.constantFrom('image/png', 'audio/mpeg', 'application/pdf', 'text/plain'),
      bytes: fc.uint8Array({ maxLength: 300 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(field, file), { minLength: 1, maxLength: 8 }), async parts => {
        const form = new FormData()
        for (const part of parts)
          if ('text' in part) form.append(part.key, part.text.replace(/\r\n|\r|\n/g, ' '))
          else form.append(part.key, new File([part.bytes.slice()], part.file, { type: part.type }))
        const sent = new Response(form)
        const type = sent.headers.get('content-type')!
        const back = await parseForm(await sent.bytes(), type)
        expect(await read(back)).toEqual(await read(form))
      }),
    )
  })
})
