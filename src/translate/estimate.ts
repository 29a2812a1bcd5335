/**
 * Tokens of a prompt where nobody can count them. Anthropic's own rule of thumb is 3.5 English characters to a token
 * (https://platform.claude.com/docs/en/about-claude/glossary); scripts other than Latin take about one token for two
 * characters, Chinese, Japanese, Korean and emoji about one for each.
 */
const LATIN = 1 / 3.5
const OTHER = 1 / 2
const WIDE = 1
/** Longer texts are judged by samples from all over them, so that no body holds up other requests (characters). */
const SAMPLED = 65_536
const SAMPLES = 64
const SAMPLE = 512

/** So many tokens a text may have. */
export function tokensOf(text: string): number {
  if (text.length <= SAMPLED) return weigh(text)
  const step = Math.floor((text.length - SAMPLE) / (SAMPLES - 1))
  let sum = 0
  for (let i = 0; i < SAMPLES; i++) sum += weigh(text.slice(i * step, i * step + SAMPLE))
  return (sum * text.length) / (SAMPLES * SAMPLE)
}

function weigh(text: string): number {
  let sum = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    sum += code < 0x250 ? LATIN : code < 0x2e80 ? OTHER : WIDE
  }
  return sum
}
