import type { ImageModelV4CallOptions } from '@ai-sdk/provider'
import type { Errand } from '../../../src/contract/translation.ts'
import { refuse } from '../../../src/errors.ts'
import type { JsonObject } from '../../../src/types.ts'

type Options = Pick<ImageModelV4CallOptions, 'size' | 'aspectRatio'>

/** Packages whose models are told a shape, and choose the size by themselves. */
const shaped = new Set(['google', 'xai'])
/** Shapes that all of them know. */
const shapes = ['1:1', '2:3', '3:2', '3:4', '4:3', '9:16', '16:9'] as const

export function readSize({ size }: JsonObject, { destination, warn }: Errand): Options {
  if (size == null || size === 'auto') return { size: undefined, aspectRatio: undefined }
  if (typeof size !== 'string' || !/^[1-9]\d{0,4}x[1-9]\d{0,4}$/.test(size))
    return refuse('invalid_request', 'Field "size" must be "auto" or like "1024x1024"', { param: 'size' })
  if (!shaped.has(destination.options)) return { size: size as `${number}x${number}`, aspectRatio: undefined }
  const aspectRatio = nearest(size)
  warn(`"size": this provider chooses it by itself, and was asked for the shape ${aspectRatio}`)
  return { size: undefined, aspectRatio }
}

function nearest(size: string): (typeof shapes)[number] {
  const wanted = ratioOf(size.split('x'))
  const off = (shape: string) => Math.abs(Math.log(ratioOf(shape.split(':')) / wanted))
  return shapes.reduce((best, shape) => (off(shape) < off(best) ? shape : best))
}

const ratioOf = ([width, height]: readonly string[]): number => Number(width) / Number(height)
