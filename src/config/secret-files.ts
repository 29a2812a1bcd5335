import { readText } from '../base/runtime.ts'
import type { Environment } from './environment.ts'
import { MAX_FILE } from './limits.ts'

/**
 * Puts the content of the file that `NAME_FILE` names in the place of `NAME`, for every variable that somebody reads.
 * The line break at its end is not part of the value.
 */
export async function readSecretFiles(
  environment: Environment,
  isRead: (variable: string) => boolean,
  problems: string[],
): Promise<Environment> {
  const read: Record<string, string> = {}
  for (const [variable, path] of Object.entries(environment)) {
    const name = variable.endsWith('_FILE') ? variable.slice(0, -'_FILE'.length) : ''
    if (name === '' || isRead(variable) || !isRead(name)) continue
    if (environment[name] !== undefined) {
      problems.push(`Cannot use both ${name} and ${variable}: unset one of them`)
      continue
    }
    try {
      const text = (await readText(path, MAX_FILE)).replace(/\r?\n$/, '')
      if (text.trim() === '') throw new Error('it is empty')
      read[name] = text
    } catch (error) {
      problems.push(`Cannot use ${variable}="${path}": ${(error as Error).message}`)
    }
  }
  return { ...environment, ...read }
}
