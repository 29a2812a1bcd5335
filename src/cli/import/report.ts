import type { Remark } from './imported.ts'

/** What an operator has to look at, one line each. */
export function renderReport(report: readonly Remark[]): string {
  if (report.length === 0) return 'Everything was converted\n'
  return `Not converted, or not quite:\n${report.map(({ what, why }) => `- ${what}: ${why}\n`).join('')}`
}
