import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import type { Destination } from '../../../src/contract/translation.ts'

/** What a package reads of a transcription, in its own words. */
export interface Kin {
  readonly language?: (code: string) => Options
  /** Where times are told only to who asks. */
  readonly times?: Options
}

type Options = SharedV4ProviderOptions[string]

const rows: Readonly<Record<string, Kin>> = {
  google: { language: code => ({ languageCodes: [code] }), times: { wordTimestamp: true } },
  xai: { language: language => ({ language }) },
}

export const kinOf = ({ options }: Destination): Kin => (Object.hasOwn(rows, options) ? rows[options]! : {})
